"""The recorded sound of meetings: switched on, listed, mixed, played, deleted."""
