"""Speech to text behind LiveKit's `stt.STT`, one stream per participant.

What the rest of the agent relies on, beyond the library's interface: a stream answers every
`flush` that follows audio with exactly one final (its text is empty when there was nothing to
hear), in the order of the flushes, and interims between two finals belong to the later one.
A final without alternatives stands for speech that could not be recognized: nobody answered, or
it is an `UnheardEvent`, which says why.
"""
