"""The recorded sound of calls."""
