"""What was said lately, by whom, in one order: pure, without I/O and without a clock."""

from transcript_buffer.buffer import PushOutcome, TranscriptBuffer
from transcript_buffer.segment import Role, Segment
from transcript_buffer.window import Window, estimate_tokens

__all__ = ["PushOutcome", "Role", "Segment", "TranscriptBuffer", "Window", "estimate_tokens"]
