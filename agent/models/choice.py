"""Makes the models that the settings name."""

from agent.models.chain import ModelChain, Patience
from agent.models.link import ModelLink
from agent.usage import Reserve
from settings import AdviceSettings


def choose_models(settings: AdviceSettings, reserve: Reserve) -> ModelChain | None:
    """Return the models of a call; None: the settings name none, and the playbook advises alone."""
    addresses = settings.models()
    if not addresses:
        return None
    return ModelChain(
        [ModelLink(address, reserve) for address in addresses],
        patience=Patience(
            first_token_seconds=settings.llm_first_token_seconds,
            whole_seconds=settings.llm_timeout_seconds,
        ),
    )
