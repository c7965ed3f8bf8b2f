"""Minutes with evidence: read in windows, found by several models or by rules, checked by code."""
