"""From a recording to a meeting: the same gate and the same recognizers as in a call, in batch."""
