"""Writes a call as one page: a picture of who said what when, what was heard, and the score.

The page loads nothing from anywhere; it is a file to open, to attach or to keep.
"""

from html import escape
from pathlib import Path
from typing import Final

from lab.html_picture import draw_timeline
from lab.html_style import SCRIPT, STYLE
from lab.html_tables import line_rows, score_tables
from lab.recording import Recording
from lab.score_model import Score

_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'"


def write_page(path: Path, recording: Recording, score: Score) -> None:
    """Write the page of a call that was played."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(make_page(recording, score), encoding="utf-8")


def make_page(recording: Recording, score: Score) -> str:
    """Return the page of a call that was played."""
    call = recording.call
    verdict = "passed" if score.passed else f"failed: {len(score.failures)}"
    mark = "good" if score.passed else "bad"
    failures = "".join(f"<li>{escape(failure)}</li>" for failure in score.failures)
    spoiled = f'<p class="bad">spoiled on purpose: {escape(score.sabotage or "")}</p>'
    return f"""<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy" content="{_POLICY}">
<title>{escape(call.title)}: {verdict}</title>
<style>{STYLE}</style>
</head>
<body>
<header>
<h1>{escape(call.title)} <span class="{mark}">{verdict}</span></h1>
<p>{escape(call.purpose)}</p>
{spoiled if score.sabotage else ""}
<ul class="bad">{failures}</ul>
</header>
<main>
<section aria-labelledby="timeline">
<h2 id="timeline">Timeline</h2>
<p class="note">Point at a mark, or reach it with the Tab key, to read it. Times are seconds from
the start of the call, of the audio that was really played.</p>
<div class="scroll" tabindex="0" role="group" aria-label="timeline, scrolls sideways">
{draw_timeline(recording)}
</div>
<output id="told" aria-live="polite">Nothing is pointed at.</output>
</section>
<section aria-labelledby="lines">
<h2 id="lines">What was said, what was heard</h2>
<div class="scroll">{line_rows(recording)}</div>
</section>
<section aria-labelledby="scores">
<h2 id="scores">Scores</h2>
<div class="tables">{score_tables(score)}</div>
</section>
</main>
<script>{SCRIPT}</script>
</body>
</html>
"""
