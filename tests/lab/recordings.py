"""A recording made by hand: Ana asks, Ben counts and asks for the price; all went well."""

import numpy as np

from lab.call_file import CallFile
from lab.ear import sounding_seconds
from lab.microphone import SAMPLE_RATE_HZ, Samples, Speech
from lab.recording import Recording, SpokenLine
from lab.voices import RenderedLine, WordEnd
from lab.witness import SeenMessage, SeenTranscript, Sighting, Witness
from wire.minutes import Minutes
from wire.talking_point import TalkingPoint
from wire.topics import TALKING_POINT, TRANSCRIPTION
from wire.transcript import TranscriptAttributes

START = 1_000_000.0
WORD_SECONDS = 0.5
EDGE_SECONDS = 0.2
"""Silence of the voice itself, before and after a line."""
ANA, BEN = "host-ana", "guest-ben"
REAL = {"ana": ANA, "ben": BEN}
SECRET = "Ask what one lost deal costs them before you name a number."

LINES = (
    ("ana", 2.0, "Please tell me what you need"),
    ("ben", 7.0, "one two three four five six"),
    ("ben", 14.0, "and then what is the price for us"),
    ("ana", 20.0, "I will send it to you"),
)

CALL = CallFile.model_validate(
    {
        "title": "By hand",
        "purpose": "To be scored.",
        "playbook": "sales",
        "participants": [
            {"identity": "ana", "name": "Ana", "role": "host", "voice": "slt"},
            {"identity": "ben", "name": "Ben", "role": "guest", "voice": "rms"},
        ],
        "lines": [{"who": who, "at": at, "say": say} for who, at, say in LINES],
        "expectations": {
            "talking_points": [{"rule": "pricing", "line": "what is the price"}],
            "max_word_error_rate": 0.1,
            "minutes": {
                "action_items": [
                    {"words": "send it to you", "who": "ana", "day": "none", "explicit": True}
                ],
                "open_questions": [{"words": "what is the price"}],
            },
        },
    }
)


def make_recording(call: CallFile = CALL) -> Recording:
    """Return a recording in which nothing failed."""
    recording = Recording(
        call=call,
        room_name="by-hand",
        started_seconds=START,
        ended_seconds=START + 26,
        joined_seconds={"ana": START - 3, "ben": START - 2.5},
        real_identities=dict(REAL),
        private_texts=[SECRET],
        private_ids=["pricing"],
    )
    for participant in call.participants:
        recording.witnesses[participant.identity] = Witness(
            identity=REAL[participant.identity],
            name=participant.name,
            role=participant.role,
            agent_seen_seconds=START - 2.7,
        )
    recording.spies.append(Witness(identity="guest-spy", name="listening guest", role="guest"))
    recording.lines = [spoken_line(call, index) for index in range(len(call.lines))]
    for number, line in enumerate(recording.lines, start=1):
        hear(recording, line, f"SG_{number}")
    advise(recording, recording.lines[2])
    take_minutes(recording)
    for line in recording.lines:
        known = recording.received_seconds.get(line.line.who, 0.0)
        recording.received_seconds[line.line.who] = known + sounding_seconds(line.speech.samples)
    return recording


def take_minutes(recording: Recording) -> None:
    """Let a model write what the call file has planted."""
    recording.minutes_wait_seconds = 2.0
    asked = {"segment_id": "SG_3", "quote": "what is the price for us"}
    promised = {"segment_id": "SG_4", "quote": "I will send it to you"}
    told = {"text": "Ana sends the price to Ben.", "evidence": [promised], "found_by": ["first"]}
    recording.minutes = Minutes.model_validate(
        {
            "room_sid": "RM_1",
            "version": 1,
            "state": "final",
            "template": "free",
            "written_at_ms": round(START * 1000),
            "transcript_sequence": 4,
            "title": "A price",
            "summary": [told],
            "key_points": [],
            "decisions": [],
            "action_items": [told | {"owner_identity": ANA, "owner_name": "Ana"}],
            "open_questions": [{"text": "What it costs.", "evidence": [asked]}],
            "conclusion": told,
            "consent": "",
            "coverage": "",
            "written_by": ["first"],
            "dropped": {"no_evidence": 1},
        }
    )


def spoken_line(call: CallFile, index: int) -> SpokenLine:
    """Return a line of the call, played at the time that the file names."""
    line = call.lines[index]
    words = line.say.split()
    sound = len(words) * WORD_SECONDS
    seconds = sound + 2 * EDGE_SECONDS
    ends = [EDGE_SECONDS + number * WORD_SECONDS for number in range(1, len(words) + 1)]
    rendered = RenderedLine(
        file=f"{index + 1:02d}-{line.who}.flac",
        words=line.say,
        voice="slt",
        seconds=seconds,
        sha256="",
        timing="flite",
        speech_start_seconds=EDGE_SECONDS,
        speech_end_seconds=EDGE_SECONDS + sound,
        word_ends=tuple(
            WordEnd(word=word, end_seconds=end) for word, end in zip(words, ends, strict=True)
        ),
    )
    speech = Speech(tone(seconds))
    assert line.at is not None
    speech.start_seconds = START + line.at
    speech.end_seconds = speech.start_seconds + seconds
    return SpokenLine(line=line, rendered=rendered, speech=speech)


def tone(seconds: float) -> Samples:
    """Return a tone with silence at its edges, as a rendered line has."""
    count = round(seconds * SAMPLE_RATE_HZ)
    samples: Samples = (8000 * np.sin(np.arange(count) * 0.2)).astype(np.int16)
    edge = round(EDGE_SECONDS * SAMPLE_RATE_HZ)
    samples[:edge] = samples[-edge:] = 0
    return samples


def hear(recording: Recording, line: SpokenLine, segment_id: str) -> None:
    """Let everybody see an interim and the final of a line."""
    start, end = line.speech_start_seconds + 0.05, line.speech_end_seconds + 0.05
    everybody = [*recording.witnesses.values(), *recording.spies]
    for final, received in ((False, start + 0.6), (True, end + 0.4)):
        words = line.line.say if final else line.line.say.split()[0]
        seen = transcript(
            recording, line.line.who, segment_id, words, start, end, received, final=final
        )
        for witness in everybody:
            witness.transcripts.append(seen)
            payload = (str(seen.attributes.to_stream()) + seen.text).encode()
            witness.sightings.append(
                Sighting(
                    received_seconds=received,
                    kind="text stream",
                    topic=TRANSCRIPTION,
                    payload=payload,
                )
            )


def transcript(
    recording: Recording,
    who: str,
    segment_id: str,
    text: str,
    start: float,
    end: float,
    received: float,
    *,
    final: bool = True,
) -> SeenTranscript:
    """Return an interim or a final as it arrived."""
    participant = recording.call.participant(who)
    attributes = TranscriptAttributes(
        segment_id=segment_id,
        final=final,
        track_sid=f"TR_{who}",
        speaker_identity=REAL[who],
        speaker_name=participant.name,
        speaker_role=participant.role,
        started_at_ms=round(start * 1000),
        ended_at_ms=round(end * 1000),
    )
    return SeenTranscript(
        received_seconds=received, sender=REAL[who], attributes=attributes, text=text
    )


def advise(
    recording: Recording, line: SpokenLine, point_id: str = "TP_1", rule_id: str = "pricing"
) -> None:
    """Let the host see a talking point, right after the phrase of a line."""
    at = line.phrase_end_seconds("what is the price") + 0.5
    point = TalkingPoint(
        id=point_id,
        version=1,
        sequence=1,
        source="playbook",
        rule_id=rule_id,
        text=SECRET,
        quote="what is the price",
        segment_id="SG_3",
        speaker_identity=BEN,
        speaker_name="Ben",
        heard_at_ms=round(at * 1000) - 100,
        sent_at_ms=round(at * 1000) - 4,
    )
    payload = point.model_dump_json().encode()
    recording.hosts[0].messages.append(
        SeenMessage(received_seconds=at, topic=TALKING_POINT, payload=payload, point=point)
    )
    recording.hosts[0].sightings.append(
        Sighting(received_seconds=at, kind="packet", topic=TALKING_POINT, payload=payload)
    )
