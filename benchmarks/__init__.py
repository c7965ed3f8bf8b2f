"""What takes how long: each module prints its figures, and returns them from `run()`."""
