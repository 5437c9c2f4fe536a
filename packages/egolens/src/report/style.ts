/** The report's style sheet. Colours are variables, so that the dark scheme is one block. */
export const style = `
:root {
  color-scheme: light dark;
  --paper: #f6f6f3; --card: #ffffff; --ink: #1a1d24; --soft: #5b6270; --faint: #a3a9b5; --line: #e2e3df;
  --track: #f0f0ec; --accent: #0a5fa8; --warn: #fff4d6; --warn-line: #e6c25c; --playhead: #d4002a;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14161b; --card: #1c1f26; --ink: #e9ebef; --soft: #a4abb8; --faint: #6a7180; --line: #2f343e;
    --track: #252932; --accent: #7cc0ff; --warn: #3a3219; --warn-line: #7d6a2a; --playhead: #ff5470;
  }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink); font: 16px/1.5 system-ui, "Segoe UI", "DejaVu Sans", sans-serif; }
main { max-width: 1180px; margin: 0 auto; padding: 32px 24px 64px; }
h1 { font-size: 28px; line-height: 1.2; letter-spacing: -0.015em; margin: 0 0 6px; }
h2 { font-size: 18px; margin: 0 0 14px; }
h4 { font-size: 12px; font-weight: 600; color: var(--soft); margin: 0 0 6px; }
.summary { color: var(--soft); margin: 0; max-width: 72ch; }
.notice, .note { background: var(--warn); border: 1px solid var(--warn-line); border-radius: 8px; padding: 8px 14px; margin: 16px 0 0; font-size: 14.5px; }
.note { margin: 0 0 14px; }
.part { margin-top: 36px; }
button { font: inherit; color: inherit; }
.tabs { display: flex; flex-wrap: wrap; gap: 6px; margin-bottom: 12px; }
.tabs button { border: 1px solid var(--line); background: none; border-radius: 8px; padding: 5px 14px; font-size: 14px; cursor: pointer; color: var(--soft); }
.tabs button[aria-selected="true"] { background: var(--card); color: var(--ink); font-weight: 600; border-color: var(--faint); }
.player, figure.table, figure.curve, .runs { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 18px; margin: 0; }
.player[hidden] { display: none; }
.upper { display: grid; grid-template-columns: minmax(0, 1.55fr) minmax(240px, 1fr); gap: 22px; align-items: start; }
.stage { position: relative; background: #000; border-radius: 8px; overflow: hidden; width: min(100%, 460px * var(--shape)); margin: 0 auto; }
.stage video { display: block; width: 100%; height: 100%; }
.overlay { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; }
.headline { font-size: 26px; font-weight: 650; letter-spacing: -0.015em; line-height: 1.2; margin: 2px 0 16px; min-height: 1.2em; overflow-wrap: anywhere; }
.headline.none { color: var(--faint); font-weight: 500; }
.top + .top { margin-top: 16px; }
.top ol { list-style: none; margin: 0; padding: 0; min-height: 122px; }
.top li { display: grid; grid-template-columns: minmax(0, 9em) 1fr 3.6em; gap: 8px; align-items: center; font-size: 13.5px; line-height: 24px; }
.top li.empty { display: block; color: var(--faint); }
.name { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
.bar { height: 9px; background: var(--track); border-radius: 5px; overflow: hidden; }
.fill { display: block; height: 100%; border-radius: 5px; min-width: 2px; }
.value { text-align: right; color: var(--soft); font-variant-numeric: tabular-nums; }
.controls { display: flex; flex-wrap: wrap; gap: 8px 20px; align-items: center; margin: 14px 0 10px; font-size: 14px; }
.controls label { display: inline-flex; gap: 6px; align-items: center; cursor: pointer; }
.controls input { accent-color: var(--accent); }
.zoom input { width: 110px; }
.keys { color: var(--faint); font-size: 12.5px; margin-left: auto; }
.timeline { --zoom: 1; display: grid; grid-template-columns: max-content minmax(0, 1fr); }
.lane-names { padding-right: 12px; font-size: 12.5px; color: var(--soft); }
.ruler-name, .ruler { height: 24px; }
.lane-name { display: flex; align-items: center; margin-bottom: 4px; white-space: nowrap; }
.scroller { overflow-x: auto; overflow-y: hidden; padding-bottom: 2px; }
.tracks { position: relative; width: calc(100% * var(--zoom)); cursor: pointer; touch-action: pan-y; }
.ruler { position: relative; font-size: 11.5px; color: var(--soft); font-variant-numeric: tabular-nums; overflow: hidden; }
.tick { position: absolute; top: 2px; padding-left: 4px; border-left: 1px solid var(--faint); line-height: 16px; }
.track { position: relative; background: var(--track); border-radius: 5px; margin-bottom: 4px; }
.without-annotated .annotated { display: none; }
.segment { position: absolute; border: 0; border-radius: 4px; padding: 0 5px; font-size: 12.5px; font-weight: 550; text-align: left;
  overflow: hidden; white-space: nowrap; text-overflow: ellipsis; cursor: pointer; }
.segment { container-type: inline-size; }
@container (max-width: 16px) { .segment-name { display: none; } }
.annotated .segment { font-size: 10.5px; opacity: 0.72; padding: 0 4px; line-height: 15px; }
.segment.now { outline: 2px solid var(--ink); outline-offset: 0; z-index: 2; opacity: 1; }
.segment:hover, .segment:focus-visible { filter: brightness(1.08); outline: 2px solid var(--accent); z-index: 3; }
.segment.dim { opacity: 0.13; }
.playhead { position: absolute; top: 0; bottom: 0; width: 2px; margin-left: -1px; background: var(--playhead); pointer-events: none; z-index: 4; }
.playhead::before { content: ""; position: absolute; top: 0; left: -4px; border: 5px solid transparent; border-top-color: var(--playhead); border-bottom: 0; }
.legend { display: grid; gap: 8px; margin-top: 16px; }
.chips { display: flex; flex-wrap: wrap; gap: 6px; align-items: center; }
.chips h4 { margin: 0 4px 0 0; width: 3.6em; }
.chip { display: inline-flex; align-items: center; gap: 6px; border: 1px solid var(--line); background: none; border-radius: 999px; padding: 1px 10px 1px 7px; font-size: 13px; cursor: pointer; }
.chip[aria-pressed="true"] { border-color: var(--ink); background: var(--track); }
.chip small { color: var(--soft); font-variant-numeric: tabular-nums; }
.swatch { width: 12px; height: 12px; border-radius: 3px; }
.answers { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 340px), 1fr)); gap: 16px; }
.asked { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 14px; }
.asked video { display: block; width: 100%; border-radius: 8px; background: #000; }
.asked h3 { font-size: 15.5px; margin: 12px 0 2px; }
.asked .said { font-size: 19px; font-weight: 650; margin: 0 0 8px; overflow-wrap: anywhere; }
.asked .truth { color: var(--soft); font-size: 13.5px; margin: 0; }
.asked ol { list-style: none; margin: 0 0 8px; padding: 0; }
.asked li { display: grid; grid-template-columns: minmax(0, 11em) 1fr 3.6em; gap: 8px; align-items: center; font-size: 13.5px; line-height: 22px; }
.asked .fill { background: var(--accent); }
figure.table + figure.table { margin-top: 16px; }
figcaption { font-weight: 600; font-size: 14.5px; margin-bottom: 10px; }
.table-scroll { overflow-x: auto; }
table { border-collapse: collapse; font-size: 14.5px; font-variant-numeric: tabular-nums; }
th { font-weight: 600; text-align: right; padding: 5px 10px; color: var(--soft); font-size: 13px; white-space: nowrap; }
th.group { text-align: center; color: var(--ink); border-bottom: 1px solid var(--line); }
tr:not(.measured) td, td.published, tbody tr:not(.measured) th[scope="row"] { color: var(--soft); font-style: italic; font-weight: 400; }
th[scope="row"] { text-align: left; color: var(--ink); font-size: 14.5px; padding-left: 0; }
td { text-align: right; padding: 6px 10px; border-top: 1px solid var(--line); }
tbody th { border-top: 1px solid var(--line); }
.first { border-left: 1px solid var(--line); }
.table-note { color: var(--soft); font-size: 13px; margin: 12px 0 0; max-width: 80ch; }
.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 16px; }
figure.curve { min-width: 0; }
.plot { min-height: 220px; overflow: hidden; }
.u-legend { font-size: 12px; color: var(--soft); text-align: left; }
.u-legend th { color: var(--soft); padding: 0 4px; text-align: left; font-weight: 500; }
.u-legend td { border: 0; padding: 0 4px; }
.u-legend tbody th { border: 0; }
.runs { padding: 6px 18px; }
.run + .run { border-top: 1px solid var(--line); }
.run summary { cursor: pointer; padding: 9px 0; font-weight: 600; font-size: 14.5px; }
.run dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: 3px 18px; margin: 0 0 14px; font-size: 13.5px; }
.run dt { color: var(--soft); }
.run dd { margin: 0; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
@media (max-width: 820px) {
  main { padding: 20px 14px 48px; }
  .upper { grid-template-columns: 1fr; }
  .headline { font-size: 22px; margin-bottom: 10px; }
  .now-panel { display: grid; grid-template-columns: 1fr 1fr; gap: 0 22px; }
  .headline { grid-column: 1 / -1; }
  .top + .top { margin-top: 0; }
  .top li { grid-template-columns: minmax(0, 7em) 1fr 3.4em; }
  .keys { display: none; }
}
@media (max-width: 520px) { .now-panel { grid-template-columns: 1fr; } .top + .top { margin-top: 14px; } }
@media print { .controls, .tabs { display: none; } }
`
