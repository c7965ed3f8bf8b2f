import random

import pytest

from agent.stt.framing import HEADER, Kind, Message, MessageBuffer, with_json

pytestmark = pytest.mark.unit

MESSAGES = [
    Message(Kind.READY, 0),
    with_json(Kind.START, 1, cmn=None),
    Message(Kind.AUDIO, 1, bytes(range(256)) * 3),
    Message(Kind.INTERIM, 0xFFFFFFFF, "naïve".encode()),
    Message(Kind.END, 1),
    with_json(Kind.FINAL, 1, text='say "no"\n', cmn="1,2", decode_seconds=0.25),
]


def test_a_message_comes_back_as_it_was() -> None:
    for message in MESSAGES:
        assert MessageBuffer().feed(message.encode()) == [message]


def test_a_json_body_comes_back_as_it_was() -> None:
    (message,) = MessageBuffer().feed(MESSAGES[-1].encode())
    assert message.json() == {"text": 'say "no"\n', "cmn": "1,2", "decode_seconds": 0.25}


def test_several_messages_come_out_of_one_read() -> None:
    stream = b"".join(message.encode() for message in MESSAGES)
    assert MessageBuffer().feed(stream) == MESSAGES


def test_a_stream_may_be_cut_at_any_byte() -> None:
    stream = b"".join(message.encode() for message in MESSAGES)
    for cut in range(len(stream) + 1):
        buffer = MessageBuffer()
        assert buffer.feed(stream[:cut]) + buffer.feed(stream[cut:]) == MESSAGES


def test_a_stream_may_come_byte_by_byte() -> None:
    stream = b"".join(message.encode() for message in MESSAGES)
    buffer = MessageBuffer()
    received = [message for byte in stream for message in buffer.feed(bytes([byte]))]
    assert received == MESSAGES


def test_nothing_is_kept_of_what_was_handed_out() -> None:
    buffer = MessageBuffer()
    pick = random.Random(1)
    stream = b"".join(message.encode() for message in MESSAGES * 50)
    received, position = [], 0
    while position < len(stream):
        size = pick.randrange(1, 400)
        received += buffer.feed(stream[position : position + size])
        position += size
        # Never more than one message that is not complete yet.
        assert len(buffer._bytes) < HEADER.size + 768
    assert received == MESSAGES * 50
    assert not buffer._bytes


def test_a_kind_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ValueError, match="99"):
        MessageBuffer().feed(HEADER.pack(99, 1, 0))
