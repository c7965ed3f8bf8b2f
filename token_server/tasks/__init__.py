"""Tasks and answers of a room's meeting: listed, changed, taken along as files."""
