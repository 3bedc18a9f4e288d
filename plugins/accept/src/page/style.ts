import { CHART_STYLE } from 'kwx/svg'

/** The whole style of the page: light, dark and on paper; fonts of the reader. Signs and shapes say what colours say. */
export const STYLE = `
:root { color-scheme: light dark; --bg: #f2f4f3; --panel: #ffffff; --paper: #ffffff; --ink: #14191f; --soft: #505a65;
  --rule: #a9b1b8; --line: #dfe4e7; --tint: #f5f7f7; --s0: #0b5aa5; --s1: #a8460b; --s2: #1c7a3d; --bad: #a3231c;
  --ok: #0b6a52; --late: #825000; --strip: #0b74661f; }
@media (prefers-color-scheme: dark) { :root { --bg: #0e1114; --panel: #151a1e; --paper: #151a1e; --ink: #e6e9ec;
  --soft: #a5aeb8; --rule: #5a646e; --line: #2b323a; --tint: #1b2126; --s0: #6cb4f3; --s1: #f0975f; --s2: #74d194;
  --bad: #ff9289; --ok: #5ac99e; --late: #e6b04e; --strip: #4cc0aa2b; } }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 14px/20px system-ui, -apple-system, "Segoe UI", Roboto,
  "Helvetica Neue", "Liberation Sans", Arial, sans-serif; font-variant-numeric: tabular-nums lining-nums; }
main { max-width: 1220px; margin: 0 auto; padding: 24px 24px 40px; }
h1, h2, h3, p, ul, dl, dd, figure { margin: 0; padding: 0; } ul { list-style: none; }
h1 { font-size: 13px; line-height: 20px; font-weight: 650; color: var(--soft); }
h2 { font-size: 15px; line-height: 20px; font-weight: 650; } h3 { font-size: 13px; line-height: 20px; margin: 12px 0 4px; }
a { color: var(--s0); text-underline-offset: 2px; overflow-wrap: anywhere; }
:focus-visible { outline: 2px solid var(--s0); outline-offset: 2px; }
code { font: 12px/16px ui-monospace, Menlo, Consolas, "Liberation Mono", monospace; overflow-wrap: anywhere; }
.sub, .note { color: var(--soft); font-size: 12px; line-height: 16px; overflow-wrap: anywhere; } .note { margin-top: 8px; }
.verdict { background: var(--panel); border: 1px solid var(--rule); border-top: 4px solid var(--ink); border-radius: 4px;
  padding: 16px; } .verdict.pass { border-top-color: var(--ok); } .verdict.fail { border-top-color: var(--bad); }
.verdict.stale, .verdict.not-enough-evidence { border-top-color: var(--late); }
.sentence { font-size: 20px; line-height: 28px; font-weight: 600; max-width: 56em; margin: 4px 0; text-wrap: pretty;
  overflow-wrap: anywhere; }
.rest { max-width: 70em; margin: 4px 0; text-wrap: pretty; overflow-wrap: anywhere; } .verdict h1 { margin-top: 12px; }
.scale { display: grid; grid-template-columns: repeat(5, 1fr); gap: 8px; margin: 16px 0 0; }
.scale li { border: 1px solid var(--line); border-radius: 3px; padding: 8px 10px; color: var(--soft); font-size: 12px;
  line-height: 16px; } .scale b { display: block; font-size: 14px; line-height: 20px; }
.scale svg { display: block; width: 56px; height: 16px; margin-bottom: 4px; }
.scale li[aria-current] { border: 2px solid var(--ink); padding: 7px 9px; color: var(--ink); background: var(--tint); }
.key { display: grid; grid-template-columns: repeat(6, 1fr); gap: 12px 16px; margin-top: 16px; padding-top: 12px;
  border-top: 1px solid var(--line); } .key dt { font-size: 12px; line-height: 16px; color: var(--soft); }
.key dd { font-size: 17px; line-height: 24px; font-weight: 600; }
.key small { display: block; font-size: 12px; line-height: 16px; font-weight: 400; color: var(--soft); }
.grid2 { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 16px; margin-top: 16px; }
.panel { background: var(--panel); border: 1px solid var(--line); border-radius: 4px; padding: 16px; min-width: 0; }
.panel.all { grid-column: 1 / -1; } .panel > header { display: flex; flex-wrap: wrap; gap: 0 12px; align-items: baseline;
  justify-content: space-between; margin-bottom: 8px; } .panel p + p, .panel p + table { margin-top: 8px; }
.ph { display: none; } figure svg { max-width: 620px; } figure { margin-top: 4px; }
details { margin-top: 8px; border-top: 1px solid var(--line); padding-top: 4px; }
summary { font-size: 12px; line-height: 18px; padding: 3px 0; color: var(--soft); cursor: pointer; width: fit-content; }
details caption { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
.scroll { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: 12px; line-height: 18px;
  border-top: 2px solid var(--ink); border-bottom: 2px solid var(--ink); margin: 8px 0; }
caption { text-align: left; color: var(--soft); line-height: 16px; padding-bottom: 6px; }
th, td { padding: 3px 8px; text-align: right; vertical-align: top; font-weight: 400; }
.scroll td, .scroll th { white-space: nowrap; }
thead th { color: var(--soft); line-height: 16px; border-bottom: 1px solid var(--ink); vertical-align: bottom; }
tbody tr + tr > * { border-top: 1px solid var(--line); }
th[scope=row], thead th:first-child { text-align: left; } th[scope=row] { font-weight: 600; }
th:first-child { padding-left: 0; } td:last-child, thead th:last-child { padding-right: 0; }
.cards th, .cards td { text-align: left; overflow-wrap: break-word; } .cards { font-size: 13px; }
.cards thead th { white-space: nowrap; } .cards th[scope=row] { min-width: 9em; } .cards td a { overflow-wrap: normal; }
.cards td[data-l="in words"] { min-width: 14em; }
.st { font-weight: 600; white-space: nowrap; } .st.pass { color: var(--ok); } .st.fail { color: var(--bad); }
.st.stale, .st.not-enough-evidence { color: var(--late); } .st.not-applicable { color: var(--soft); }
.files li { display: inline-block; margin: 0 16px 4px 0; }
.facts { display: grid; grid-template-columns: repeat(3, minmax(0, 1fr)); gap: 8px 24px; }
.facts dt, .facts dd { font-size: 12px; line-height: 16px; overflow-wrap: anywhere; } .facts dt { color: var(--soft); }
${CHART_STYLE}.legend { font-size: 12px; line-height: 16px; color: var(--soft); } .legend span { white-space: normal;
  display: inline-block; } .limit { stroke: var(--ink); stroke-dasharray: 4 4; stroke-width: 1; }
.tick.key { fill: var(--ink); font-weight: 600; } .margin, .band { fill: var(--strip); opacity: 1; }
.zero { stroke: var(--ink); stroke-width: 1; } .beside { fill: none; stroke: var(--soft); stroke-width: 1.5; }
.mark { stroke: var(--s0); stroke-width: 1.5; fill: none; } .mark.full { fill: var(--s0); } .mark.open { fill: var(--panel); }
.mark.heavy { stroke-width: 2.75; } .mark.worse { stroke: var(--bad); } .mark.worse.full { fill: var(--bad); }
.needle { stroke: var(--s0); stroke-width: 1; opacity: .55; } .dot { fill: var(--panel); stroke-dasharray: none; }
.point { stroke: var(--panel); }
@media screen and (max-width: 1180px) { main { padding: 12px 12px 24px; } .grid2 { grid-template-columns: minmax(0, 1fr); gap: 12px;
  margin-top: 12px; } .panel, .verdict { padding: 12px; } .scale, .key { grid-template-columns: repeat(3, 1fr); } }
@media screen and (max-width: 640px) { .wd { display: none; } .ph { display: block; } .ph svg { max-width: 420px; }
  .sentence { font-size: 17px; line-height: 24px; } .scale, .key { grid-template-columns: 1fr 1fr; }
  .facts { grid-template-columns: minmax(0, 1fr); } }
@media screen and (max-width: 960px) {
  .cards { border-top: 0; } .cards, .cards tbody, .cards caption { display: block; }
  .cards thead { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
  .cards tbody { border-top: 2px solid var(--ink); } .cards tr { display: block; padding: 6px 0; }
  .cards tr + tr { border-top: 1px solid var(--line); } .cards tbody tr + tr > * { border-top: 0; }
  .cards th, .cards td { display: block; padding: 0; } .cards td { padding-left: 8px; }
  .cards td::before { content: attr(data-l) ": "; color: var(--soft); font-size: 12px; } }
@media screen and (max-width: 370px) { .ph .tick { font-size: 13.5px; } }
@media print { @page { margin: 14mm; }
  :root { color-scheme: light; --bg: #fff; --panel: #fff; --paper: #fff; --ink: #000; --soft: #333; --rule: #777;
  --line: #ccc; --tint: #fff; --s0: #0a4f8f; --s1: #913a08; --s2: #14592d; --bad: #800000; --ok: #064030; --late: #5c3a00;
  --strip: #075d5222; }
  main { max-width: none; padding: 0; } .grid2 { display: block; } .panel { border: 0; border-top: 1px solid #777;
  border-radius: 0; padding: 8px 0; margin-top: 8px; } figure, tr, .verdict { break-inside: avoid; } header { break-after: avoid; }
  .wd { display: block; } .ph { display: none; } figure svg { max-width: 150mm; } summary { display: none; }
  details caption { position: static; width: auto; height: auto; clip-path: none; }
  .scroll { overflow: visible; } .scroll td, .scroll th { white-space: normal; padding: 1px 4px; }
  details:not([open])::details-content { content-visibility: visible; display: block; height: auto; }
  .scale { grid-template-columns: repeat(5, 1fr); } .key { grid-template-columns: repeat(6, 1fr); }
  .cards th[scope=row] { min-width: 6em; } .cards td:last-child, .cards td a { overflow-wrap: anywhere; }
  .cards .st { white-space: normal; } .legend { break-after: avoid; } .cards td[data-l="in words"] { min-width: 60mm; } header, h2 { break-after: avoid; }
  table, .cards { font-size: 8.5pt; line-height: 12pt; } a { color: inherit; text-decoration: none; } }
`
