"""A meeting as a file: text, Markdown, Word, PDF, subtitles, JSON."""
