"""Phrases by which the rules know what a sentence is for.

They know what people say outright ("we decided to", "I will send", "can you ... by Friday"), in
English, with or without the signs that a recognizer writes.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

from agent.minutes.statement import Participant
from playbook.rules import phrase_stems

_NO_TASK: Final = (
    r"(?!(?:not|never|be|have|see|hear|think|say|know|want|like|love|need|guess|hope|believe|mean|"
    r"agree|understand|remember|admit|assume|imagine|wonder|feel|mind|tell you|say that|just say|"
    r"be honest|go ahead)\b)"
)
_ADVERBS: Final = r"(?:(?:definitely|then|also|just|gladly|happily|quickly|personally|now) )*"
_PLEASE: Final = r"(?:please |kindly |also |then )*"

_DECISION: Final = re.compile(
    r"\b(?:(?:we|we've|they|it|it's|is|was|i)(?: have| has| had|'ve)?"
    r"(?: now| all| also| been| finally)* (?:decided|agreed|settled) (?!not sure)|"
    r"^\W*(?:so |well |okay |ok )?(?:agreed|decided|deal),? (?:then )?(?:we|let's|let us|it)\b|"
    r"(?:so |okay |ok |then |well |yes |alright |all right )*(?:let's|let us) "
    r"(?:(?:start|begin)(?!\W*(?:now\W*)?$)|"
    r"go (?:with|for|ahead)|do (?:it|that|this)|use|take|choose|pick|launch|move|"
    r"keep|stick|settle|agree|make it|set|run|drop|cancel|postpone)\b|"
    r"we(?:'ll| will| are going to|'re going to) (?:go (?:with|for|ahead)|use|choose|take|pick|"
    r"stick|start with|begin with|launch|move|switch|keep|drop|buy|sign|adopt|hire|postpone|"
    r"cancel)\b|"
    r"(?:the|our|my|that's the|final) decision (?:is|was|stands)|decision made|"
    r"(?:it|that)(?:'s| is) (?:decided|settled|agreed|a deal)|"
    r"we have a deal|we(?:'re| are) (?:agreed|going (?:with|for|ahead))|"
    r"(?:i|we) (?:hereby )?(?:approve|choose|chose|picked)\b)",
    re.IGNORECASE,
)
_UNDECIDED: Final = re.compile(
    r"\b(?:should we|shall we|if we|whether|maybe|perhaps|might|could we|would we|have we|did we|"
    r"not (?:yet )?(?:decided|agreed|settled)|haven't|hasn't|have to decide|need to decide|"
    r"must decide|i think we (?:should|could)|(?:we|you) could|not sure|before we)\b",
    re.IGNORECASE,
)
_PROMISE: Final = re.compile(
    rf"\b(?:i(?:'ll| will| am going to|'m going to| shall| can)|let me) {_ADVERBS}{_NO_TASK}"
    r"(?P<what>[a-z].+)",
    re.IGNORECASE,
)
_TASK_WORDS: Final = r"(?:will|is going to|shall|has to|needs to|should|must|takes care of|to) "
_REQUEST: Final = re.compile(
    rf"\b(?:can|could|would|will) you {_PLEASE}{_ADVERBS}{_NO_TASK}"
    r"(?!hear|see|tell me (?:what|how|why|when|where|more)|explain|elaborate|repeat|imagine)"
    r"(?P<what>[a-z].+)",
    re.IGNORECASE,
)
_ITEM: Final = re.compile(
    r"\b(?:action item|to ?do|next step)s?(?: (?:is|are|for (?P<who>[a-z]+)))*[:,]? (?:to |that )?"
    r"(?P<what>[a-z].+)",
    re.IGNORECASE,
)
ACCEPTS: Final = re.compile(
    r"^\W*(?:(?:yes|yeah|yep|sure|okay|ok|alright|all right|of course|certainly|absolutely|"
    r"definitely|no problem|will do|gladly|happy to|i will|i'll|i can|consider it done|"
    r"you got it)\b)",
    re.IGNORECASE,
)
NOT_KNOWN: Final = re.compile(
    r"\b(?:(?:i|we) (?:do not|don't|really don't|honestly don't) know|"
    r"(?:i am|i'm|we are|we're) not (?:so |quite |really )?sure|no idea|"
    r"(?:have|has|need|needs) to (?:check|ask|find out|look into)|"
    r"(?:i|we)(?:'ll| will| would have to) (?:check|find out|ask|look into|get back)|"
    r"(?:let me|i will have to) (?:check|find out|get back)|get back to you|hard to say|"
    r"(?:good|open) question|to be (?:decided|determined|confirmed)|not (?:decided|clear) yet|"
    r"(?:is|that's|it's) (?:still )?open|nobody (?:knows|can (?:say|tell))|"
    r"can't (?:say|tell)|cannot (?:say|tell)|depends on|not yet known)\b",
    re.IGNORECASE,
)
OPEN: Final = re.compile(
    r"\b(?:open question|(?:still|yet) (?:open|unclear|undecided|to be decided|don't know|do not "
    r"know|need to (?:find out|decide|clarify)|have to (?:find out|decide|clarify))|"
    r"(?:is|are|remains?) (?:still )?(?:open|unclear|undecided)|"
    r"(?:we|i) (?:need|have) to (?:find out|clarify|figure out)|nobody knows)\b",
    re.IGNORECASE,
)
CONCLUDES: Final = re.compile(
    r"\b(?:to (?:sum up|summari[sz]e|conclude|wrap up|recap)|in (?:summary|conclusion|short)|"
    r"(?:sum|wrap)(?:ming|ping)? (?:it |this )?up|so (?:the |our )?next steps?|bottom line|"
    r"all in all|let me recap)\b",
    re.IGNORECASE,
)


_NEGATED: Final = re.compile(
    r"\b(?:not|no|never|none|nobody|nothing|cannot|without|\w+n['’]t)\b", re.IGNORECASE
)
GREETS: Final = re.compile(
    r"^\W*(?:hi|hello|hey|good (?:morning|afternoon|evening)|thanks|thank you|welcome|bye|goodbye|"
    r"nice to (?:meet|see)|see you|have a (?:nice|good|great))\b",
    re.IGNORECASE,
)


def is_decision(text: str) -> bool:
    """Tell whether a sentence decides something, by its words."""
    return (
        _DECISION.search(text) is not None
        and _UNDECIDED.search(text) is None
        and not text.rstrip().endswith("?")
    )


def find_promise(text: str) -> str | None:
    """Return what the speaker says they will do; None: nothing."""
    match = None if text.rstrip().endswith("?") else _PROMISE.search(text)
    return match["what"] if match else None


def find_request(text: str) -> str | None:
    """Return what the speaker asks somebody to do; None: nothing."""
    match = _REQUEST.search(text)
    return match["what"].rstrip(" ?.") if match else None


def find_listed(text: str) -> str | None:
    """Return what the speaker calls an action item or a next step; None: nothing."""
    match = _ITEM.search(text)
    return match["what"] if match else None


def find_assigned(text: str, people: Sequence[Participant]) -> tuple[str, str] | None:
    """Return the name and the task of a sentence that says what somebody else will do.

    A name that nobody in the meeting has is returned too, if it is spelt with a capital: it is
    a task, and nobody's.
    """
    if text.rstrip().endswith("?"):
        return None
    known = sorted({part for one in people for part in one.name.split()}, key=lambda n: -len(n))
    names = "|".join([*map(re.escape, known), r"(?-i:[A-Z][a-z]+)"])
    form = re.compile(
        rf"(?:^|[,.;] |\b(?:and|so|then|okay|that|maybe) )(?P<who>{names})(?: [A-Z][a-z]+)?,? "
        rf"(?:please |{_TASK_WORDS}){_ADVERBS}{_NO_TASK}(?P<what>[a-z].+)",
        re.IGNORECASE,
    )
    match = form.search(text)
    if match is None or match["who"].lower() in _NO_NAMES:
        return None
    return match["who"], match["what"]


def is_negated(text: str) -> bool:
    """Tell whether a sentence says that something is not, or will not be."""
    return _NEGATED.search(text) is not None


def has_cue(stems: Sequence[str], cues: Iterable[str]) -> bool:
    """Tell whether a sentence has one of some phrases, in any simple inflection."""
    text = f" {' '.join(stems)} "
    return any(f" {' '.join(phrase_stems(cue))} " in text for cue in cues)


_NO_NAMES: Final = frozenset(
    re.findall(
        r"\w+",
        "i we you he she it they this that there what who which how when where why everybody "
        "everyone somebody someone nobody people one the a an if then and but so or not our your "
        "my his her their its today tomorrow yes no okay please just going want need have like "
        "used able supposed happy ready due thanks price contract team project",
    )
)
