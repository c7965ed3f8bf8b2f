"""The recognizer process of the plain way: a whole segment in, its text out.

Started by `benchmarks.plain_worker`. It reads 4 bytes of length and mono 16 kHz PCM from standard
input, and prints a line for each. It has a process of its own for the same reason as ours: the
decoder holds Python's interpreter lock.
"""

import signal
import struct
import sys

import pocketsphinx

from agent.stt.pocketsphinx_process import DECODER_OPTIONS

LENGTH = struct.Struct("<I")


def main() -> None:
    """Recognize until standard input ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    decoder = pocketsphinx.Decoder(**DECODER_OPTIONS)
    source, sink = sys.stdin.buffer, sys.stdout
    while len(header := source.read(LENGTH.size)) == LENGTH.size:
        pcm = source.read(LENGTH.unpack(header)[0])
        decoder.start_utt()
        decoder.process_raw(pcm, no_search=False, full_utt=True)
        decoder.end_utt()
        hypothesis = decoder.hyp()
        sink.write((hypothesis.hypstr if hypothesis else "") + "\n")
        sink.flush()


if __name__ == "__main__":
    main()
