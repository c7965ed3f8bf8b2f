"""A token endpoint as one writes it first: the peer that `token_endpoint` compares with.

It mints the same LiveKit token as ours, with the same grants and room settings, for whoever asks:
no invitation, no room that must exist, no store, nothing checked beyond the types of the body.
Started as `python -m benchmarks.plain_token_server PORT`: uvicorn with its defaults, which are one
process and, as at ours, a log line for each request.
"""

import os
import sys
from datetime import timedelta

import uvicorn
from fastapi import FastAPI
from livekit import api
from pydantic import BaseModel

from wire.dispatch import DispatchMetadata
from wire.topics import AGENT_NAME

app = FastAPI()


class TokenRequest(BaseModel):
    """Who wants to join what; the names are those of LiveKit's standard endpoint."""

    room_name: str
    participant_name: str
    participant_identity: str


class TokenAnswer(BaseModel):
    """Where to join, and with what."""

    server_url: str
    participant_token: str


@app.get("/health")
async def tell_health() -> dict[str, str]:
    """Tell that the server runs."""
    return {"status": "alive"}


@app.post("/tokens", status_code=201)
async def create_token(wanted: TokenRequest) -> TokenAnswer:
    """Mint a token for whoever asks."""
    agents = [
        api.RoomAgentDispatch(
            agent_name=AGENT_NAME, metadata=DispatchMetadata(playbook=None).model_dump_json()
        )
    ]
    grants = api.VideoGrants(
        room_join=True,
        room=wanted.room_name,
        can_publish=True,
        can_subscribe=True,
        can_publish_data=True,
        can_update_own_metadata=False,
    )
    token = (
        api.AccessToken(os.environ["LIVEKIT_API_KEY"], os.environ["LIVEKIT_API_SECRET"])
        .with_identity(wanted.participant_identity)
        .with_name(wanted.participant_name)
        .with_kind("standard")
        .with_ttl(timedelta(minutes=10))
        .with_grants(grants)
        .with_room_config(
            api.RoomConfiguration(empty_timeout=300, departure_timeout=20, agents=agents)
        )
    )
    return TokenAnswer(server_url=os.environ["LIVEKIT_URL"], participant_token=token.to_jwt())


if __name__ == "__main__":
    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]))
