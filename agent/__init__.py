"""The worker: one LiveKit job is one call."""
