"""What a call survived: gaps, and other lives of its room that belong to the same meeting."""
