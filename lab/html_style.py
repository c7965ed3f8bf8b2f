"""Style and script of the page of a call: light and dark, no request to anywhere."""

from typing import Final

SPEAKER_COLOURS: Final = 6
"""How many voices have a colour of their own; more share them."""

STYLE: Final = """
:root {
  --paper: #fdfdfb; --ink: #1c1d21; --soft: #5b5e68; --rule: #d9dae0; --panel: #f3f3ef;
  --good: #1a7f4b; --bad: #c0262d; --point: #a15c00; --event: #5b5e68;
  --s0: #2f6fdb; --s1: #b0479a; --s2: #137d74; --s3: #b4540a; --s4: #6a54c8; --s5: #67752a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16171b; --ink: #eceef2; --soft: #a4a8b4; --rule: #34363f; --panel: #1f2127;
    --good: #4cc38a; --bad: #ff7b7b; --point: #f0b35a; --event: #a4a8b4;
    --s0: #7aa7ff; --s1: #e58fd2; --s2: #56c5ba; --s3: #f0985a; --s4: #ac9bf5; --s5: #b3c26a;
  }
}
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem; max-width: 84rem; background: var(--paper);
  color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0; } h2 { font-size: 1.1rem; margin: 2rem 0 .5rem; }
h1 span { font-size: 1rem; margin-left: .5rem; }
header p { margin: .25rem 0; color: var(--soft); }
ul.bad { margin: .5rem 0; padding-left: 1.2rem; } ul.bad:empty { display: none; }
.good { color: var(--good); } .bad { color: var(--bad) !important; }
.note { color: var(--soft); margin: 0 0 .5rem; font-size: .85rem; }
.scroll { overflow-x: auto; background: var(--panel); border: 1px solid var(--rule);
  border-radius: 8px; }
svg { display: block; font: 12px system-ui, sans-serif; }
svg text { fill: var(--ink); } svg .soft { fill: var(--soft); }
svg .rule { stroke: var(--rule); } svg .lane { fill: var(--rule); opacity: .35; }
svg .said { opacity: .9; } svg .heard { opacity: .45; }
svg .interim { opacity: .55; } svg .late { stroke-width: 1.5; opacity: .8; }
svg .point { fill: var(--point); } svg .lead { stroke: var(--point); stroke-width: 1.5; }
svg .event { stroke: var(--event); stroke-dasharray: 3 3; stroke-width: 1.5; }
svg [tabindex]:focus { outline: none; }
svg [tabindex]:focus > *, svg [tabindex]:hover > * { stroke: var(--ink); stroke-width: 2;
  opacity: 1; }
.c0 { fill: var(--s0); stroke: var(--s0); } .c1 { fill: var(--s1); stroke: var(--s1); }
.c2 { fill: var(--s2); stroke: var(--s2); } .c3 { fill: var(--s3); stroke: var(--s3); }
.c4 { fill: var(--s4); stroke: var(--s4); } .c5 { fill: var(--s5); stroke: var(--s5); }
output { display: block; min-height: 3.2em; margin-top: .5rem; padding: .4rem .7rem;
  border-left: 3px solid var(--point); background: var(--panel); }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; font-weight: 600; padding: .5rem 0 .25rem; }
th, td { padding: .25rem .6rem; text-align: left; vertical-align: top;
  border-bottom: 1px solid var(--rule); }
th { color: var(--soft); font-weight: 500; }
td.n, th.n { text-align: right; font-variant-numeric: tabular-nums; white-space: nowrap; }
.tables { display: grid; gap: 1rem 2rem; align-items: start;
  grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); }
meter { width: 4rem; }
del { color: var(--bad); } ins { color: var(--point); text-decoration: none; }
"""

SCRIPT: Final = """
const told = document.getElementById('told');
for (const mark of document.querySelectorAll('svg [tabindex]')) {
  const tell = () => { told.textContent = mark.getAttribute('aria-label'); };
  mark.addEventListener('mouseenter', tell);
  mark.addEventListener('focus', tell);
}
"""
