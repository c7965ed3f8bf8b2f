"""Reads a command by rules, without a model.

The words are as a recognizer writes them: often without signs and capitals, and with what sounds
alike ("know that" for "note that").
"""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

from agent.commands.command import Command, Intent, Speaking
from agent.commands.names import find_person, who_pattern
from agent.spoken_date import SpokenDate, find_date
from transcript_buffer.questions import is_question
from wire.tasks import TaskPriority

_TASK: Final = r"(?:tasks?|to[ -]?dos?|reminders?|action items?)"
_TAIL: Final = r"(?: please| now| for now| for a (?:while|moment|minute))*"
# The whole sentence, so that "pause before the demo" pauses nothing.
_WHOLE: Final[tuple[tuple[Intent, str], ...]] = (
    ("pause", r"(?:pause|stop (?:advising|the advice|helping)|take a break)"),
    ("resume", r"(?:resume|continue|go on|carry on|unpause|start again)"),
    ("mute", r"(?:mute|be quiet|be silent|quiet|silence|stop (?:talking|speaking))"),
    (
        "speak",
        r"(?:speak|speak up|unmute|you (?:can|may) (?:speak|talk)(?: again)?|"
        r"(?:say|read) (?:it|that|this|the (?:last )?answer|your answer)"
        r"(?: aloud| out(?: loud)?| to (?:us|everyone|everybody))?)",
    ),
    (
        "summarize",
        r"(?:summari[sz]e|sum up|give (?:me|us) a summary)(?: (?:of )?(?:the|this) "
        r"(?:call|meeting|conversation)| (?:it|that|this|everything)| so far)*",
    ),
    (
        "task_list",
        rf"(?:(?:list|show|read|give)(?: (?:me|us|all|out))*|what are|what's on) (?:all )?"
        rf"(?:the |my |our |of |open )*{_TASK}(?: list)?(?: (?:are|do) (?:there|we have|open))?",
    ),
)
_DONE: Final = r"(?:done|complete|completed|finished|ready)"
_COMPLETE: Final = (
    rf"(?:mark|set|tick)(?: off)? (?P<about>.+?) (?:as|is|has|to) {_DONE}",
    r"(?:complete|finish|close|tick off|check off) (?P<about>.+)",
    rf"(?P<about>.+) (?:is|are|has been|was) {_DONE}",
)
_PRIORITY_WORDS: Final = r"(?P<level>top|high|highest|low|lowest|normal|medium) priority"
_CHANGE_PRIORITY: Final = rf"(?:make|set|give) (?P<about>.+?) (?:to |a |as )*{_PRIORITY_WORDS}"
_MOVE: Final = r"(?:move|postpone|push|reschedule|shift|delay|set|change) (?P<about>.+)"
_RENAME: Final = r"(?:change|rename|update|edit) (?P<about>.+?) (?:to|into) (?P<what>.+)"
_NOTE: Final = (
    r"(?:please )?(?:(?:take|make) a note(?: of)?|note|know|write down|jot down)(?: down)?"
    r"(?: that| this| of)?[:,]?(?P<what>(?: .+)?)"
)
_ASK: Final = (
    r"(?:(?:please )?(?:tell|show|remind|answer) (?P<ears>me|us|everyone|everybody)(?: again)? "
    r"(?=what|who|how|when|where|which|why|whether|if|about))?(?P<what>.+)"
)
_POLITELY: Final = r"^(?:please )?(?:could|can|would|will) you (?:please )?"
_HIGH: Final = r"\b(?:urgent(?:ly)?|asap|as soon as possible|important)\b"
_LOW: Final = r"\b(?:no rush|no hurry|not urgent|whenever you can|when there(?:'s| is) time)\b"
_SAID_OF_PRIORITY: Final = rf",? ?(?:(?:with|at|and|it(?:'s| is)) )*(?:a )?{_PRIORITY_WORDS}"
_ALOUD: Final = r"[, ]*(?:aloud|out loud)\b"


def read_command(words: str, speaking: Speaking, now: datetime) -> Command | None:
    """Return the command that follows the wake word; None if the rules know none.

    Args:
        words: what was said after the wake word.
        speaking: whose words these are, and who else is there.
        now: when they were said, in the time zone of the call.
    """
    said = re.sub(_POLITELY, "", words.strip(), flags=re.IGNORECASE)
    for intent, pattern in _WHOLE:
        if _match(rf"(?:please )?{pattern}{_TAIL}", said):
            return Command(intent=intent)
    date = find_date(said, now)
    readers = (_create, _complete, _change, _note, _ask)
    return next((command for read in readers for command in read(said, speaking, date)), None)


def priority_of(words: str) -> TaskPriority | None:
    """Return the priority that was spoken, None if none was."""
    if named := re.search(_PRIORITY_WORDS, words, re.IGNORECASE):
        level = named["level"].lower()
        return "high" if level[0] in "th" else "low" if level.startswith("low") else "normal"
    if re.search(_LOW, words, re.IGNORECASE):
        return "low"
    return "high" if re.search(_HIGH, words, re.IGNORECASE) else None


def _create(said: str, speaking: Speaking, date: SpokenDate | None) -> Iterator[Command]:
    who = who_pattern(speaking)
    patterns = (
        rf"(?:please )?remind (?P<who>{who}|us|\w+) (?:to|about|of|that) (?P<what>.+)",
        rf"(?:please )?remind (?P<who>{who}|us) (?P<what>.+)",
        r"(?:please )?(?:don't (?:let me )?forget|remember) (?:to|that|about) (?P<what>.+)",
        rf"(?:please )?(?:(?:add|create|make|set|open|new)(?: an?| another| new)* )?"
        rf"(?:(?:(?:high|top|low|normal) priority|urgent|important) )?{_TASK}"
        rf"(?: for (?P<who>{who}))?(?: to| that| about| is)?[:,]? (?P<what>.+)",
    )
    for pattern in patterns:
        if match := _match(pattern, said):
            named = match.groupdict().get("who") or ""
            person = find_person(named, speaking)
            what = _without(match["what"], date)
            if named and not person and named.lower() != "us":
                what = f"{named}: {what}"  # somebody who is not here: words, and no owner
            if what:
                yield _dated(
                    date,
                    Command(
                        intent="task_create", what=what, who=person, priority=priority_of(said)
                    ),
                )


def _complete(said: str, _: Speaking, __: SpokenDate | None) -> Iterator[Command]:
    for pattern in _COMPLETE:
        if match := _match(f"(?:please )?{pattern}{_TAIL}", said):
            yield Command(intent="task_complete", about=match["about"])


def _change(said: str, speaking: Speaking, date: SpokenDate | None) -> Iterator[Command]:
    who = who_pattern(speaking)
    assign = rf"(?:assign|reassign|give|hand) (?P<about>.+?) (?:over )?to (?P<who>{who})"
    if match := _match(_CHANGE_PRIORITY, said):
        yield Command(intent="task_change", about=match["about"], priority=priority_of(said))
    if match := _match(assign, said):
        person = find_person(match["who"], speaking)
        yield Command(intent="task_change", about=match["about"], who=person)
    if date and (match := _match(_MOVE, said)):
        about = re.sub(r" (?:to|until|till|for)$", "", _without(match["about"], date))
        yield _dated(date, Command(intent="task_change", about=about))
    elif match := _match(_RENAME, said):
        yield Command(intent="task_change", about=match["about"], what=match["what"])


def _note(said: str, _: Speaking, __: SpokenDate | None) -> Iterator[Command]:
    if match := _match(_NOTE, said):
        yield Command(intent="note", what=match["what"].strip(" ,.:"))


def _ask(said: str, _: Speaking, __: SpokenDate | None) -> Iterator[Command]:
    plain = re.sub(_ALOUD, "", said, flags=re.IGNORECASE)
    match = _match(_ASK, plain)
    if match and (match["ears"] or is_question(match["what"])):
        everyone = (match["ears"] or "").lower() in ("us", "everyone", "everybody")
        yield Command(intent="ask", what=match["what"], aloud=everyone or plain != said)


def _dated(date: SpokenDate | None, command: Command) -> Command:
    if date is None:
        return command
    return Command(
        intent=command.intent,
        what=command.what,
        about=command.about,
        who=command.who,
        priority=command.priority,
        due=date.due,
        due_spoken=date.spoken,
    )


def _without(words: str, date: SpokenDate | None) -> str:
    """Return what is to be done, without when and how urgently."""
    what = words
    if date:
        before, found, after = what.rpartition(date.spoken)
        what = f"{before} {after}" if found else what
    what = re.sub(_SAID_OF_PRIORITY, "", what, flags=re.IGNORECASE)
    what = re.sub(r"[, ]*\bplease\b[ .,]*$", "", " ".join(what.split()), flags=re.IGNORECASE)
    return re.sub(r"^to ", "", what.strip(" ,.:;!?-"))


def _match(pattern: str, said: str) -> re.Match[str] | None:
    return re.fullmatch(rf"{pattern}[ .!?]*", said, re.IGNORECASE)
