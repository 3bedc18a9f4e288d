import { CHART_STYLE } from 'kwx/svg'

/** The page's whole style: light and dark, three series that differ by colour and dashes, no font but the reader's. */
export const STYLE = `
:root { color-scheme: light dark; --ink: #1a1d21; --soft: #59616b; --paper: #ffffff; --panel: #f4f5f7; --line: #d5d9de;
  --s0: #0b5cad; --s1: #a34700; --s2: #1c7a3d; --bad: #b3261e; }
@media (prefers-color-scheme: dark) { :root { --ink: #e8eaed; --soft: #a7afb9; --paper: #15181c; --panel: #1f242a;
  --line: #3a424c; --s0: #7db8f5; --s1: #f0a35e; --s2: #74d194; --bad: #ff9d94; } }
* { box-sizing: border-box; }
body { margin: 0 auto; padding: 1.5rem 1rem 4rem; max-width: 62rem; background: var(--paper); color: var(--ink);
  font: 16px/1.5 system-ui, sans-serif; }
h1 { font-size: 1.5rem; margin: 0 0 .25rem; } h2 { font-size: 1.15rem; margin: 2.25rem 0 .5rem; }
p { margin: .4rem 0; } .soft { color: var(--soft); }
.verdict { border-left: 4px solid var(--s0); background: var(--panel); padding: .6rem .9rem; }
.verdict.fail, .verdict.stale { border-color: var(--bad); }
${CHART_STYLE}.scroll { overflow-x: auto; } table { border-collapse: collapse; font-size: .85rem; margin: .5rem 0; }
caption { text-align: left; color: var(--soft); padding-bottom: .25rem; }
th, td { border-bottom: 1px solid var(--line); padding: .2rem .6rem; text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; } th[scope=row], thead th:first-child { text-align: left; font-weight: 600; }
details { margin: .4rem 0; } summary { cursor: pointer; color: var(--soft); }
`
