"""Minutes, the work that waits for being done after a call, and the profiles of people."""
