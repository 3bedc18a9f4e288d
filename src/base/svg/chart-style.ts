/**
 * Style rules of all drawings. The page sets the colours: `--ink`, `--soft` (words, axes), `--paper`, `--line` (grid, bands),
 * `--s0` to `--s2` (series) and `--bad` (limits).
 */
export const CHART_STYLE = `svg[role=img] { width: 100%; height: auto; display: block; }
.tick { font-size: 12px; fill: var(--soft); } .grid { stroke: var(--line); stroke-width: 1; }
.axis { stroke: var(--soft); stroke-width: 1; } .limit { stroke: var(--bad); stroke-dasharray: 2 4; stroke-width: 1.5; }
.line { fill: none; stroke-width: 2; } .s0 { stroke: var(--s0); } .s1 { stroke: var(--s1); stroke-dasharray: 7 4; }
.s2 { stroke: var(--s2); stroke-dasharray: 2 3; }
.bar { stroke-width: 1.5; stroke-dasharray: none; } .bar.s0 { fill: var(--s0); } .bar.s1 { fill: none; }
.whisker { stroke: var(--ink); stroke-width: 1.5; } .band { fill: var(--line); opacity: .75; }
.point { fill: var(--s0); stroke: var(--paper); stroke-width: 1; }
.legend span { margin-right: 1.2rem; white-space: nowrap; } .legend svg { vertical-align: middle; }
`
