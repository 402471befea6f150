#pragma once

// Internal to this folder: what an HTML report is put together from. Mustache: {{x}} is escaped,
// {{{x}}} is markup that was made here.

namespace moe::report {

inline constexpr const char* kReportStyle = R"css(
:root {
  color-scheme: light dark;
  --page: #ffffff; --text: #1f2328; --faint: #59606a; --line: #d8dce1; --soft: #f4f6f8;
  --accent: #0b5394; --answer: #e9f3ec; --answer-edge: #1d7a46; --warn: #fdf3e1; --warn-edge: #b86e00;
  --fail: #fdecea; --fail-edge: #b3261e;
}
@media screen and (prefers-color-scheme: dark) {
  :root {
    --page: #161a1f; --text: #e6e9ed; --faint: #a3abb5; --line: #363d46; --soft: #1e242b;
    --accent: #7db8f0; --answer: #17291f; --answer-edge: #4cc38a; --warn: #2d2413; --warn-edge: #e0a030;
    --fail: #33191a; --fail-edge: #f2766c;
  }
}
* { box-sizing: border-box; }
html { background: var(--page); color: var(--text);
  font: 16px/1.5 "DejaVu Sans", Verdana, system-ui, sans-serif; }
body { max-width: 60rem; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 .5rem; }
h2 { font-size: 1.3rem; margin: 3rem 0 1rem; padding-bottom: .3rem; border-bottom: 2px solid var(--line); }
h3 { font-size: 1.05rem; margin: 2rem 0 .75rem; }
p, ul { margin: .75rem 0; }
a { color: var(--accent); }
.question { font-size: 1.1rem; margin: .25rem 0; }
.byline { color: var(--faint); font-size: .85rem; margin: .25rem 0 0; }
nav { margin: 1.25rem 0 0; font-size: .85rem; display: flex; flex-wrap: wrap; gap: .3rem 1rem;
  border-top: 1px solid var(--line); padding-top: .75rem; }
.callout { border-left: 4px solid var(--line); background: var(--soft); padding: .7rem 1rem;
  margin: 1rem 0; overflow-wrap: anywhere; }
.callout p, .callout ul { margin: .3rem 0; font-size: .92rem; }
.callout .title { font-weight: 700; font-size: 1rem; }
.answer { background: var(--answer); border-color: var(--answer-edge); }
.answer .title { font-size: 1.2rem; }
.warning { background: var(--warn); border-color: var(--warn-edge); }
.failure { background: var(--fail); border-color: var(--fail-edge); }
dl.facts { display: grid; grid-template-columns: minmax(8rem, 11rem) 1fr; margin: 1rem 0; font-size: .92rem;
  border-top: 1px solid var(--line); }
dl.facts dt, dl.facts dd { margin: 0; padding: .45rem .5rem .45rem 0; border-bottom: 1px solid var(--line); }
dl.facts dt { color: var(--faint); }
dl.facts dd { overflow-wrap: anywhere; }
dl.facts dd b { font-weight: 600; }
dl.facts dd small { display: block; color: var(--faint); font-size: .8rem; line-height: 1.4; }
figure { margin: 1.5rem 0; }
figure svg { display: block; width: 100%; height: auto; }
figure.half { margin: 0; }
.pair { display: grid; grid-template-columns: repeat(auto-fit, minmax(20rem, 1fr)); gap: 1.25rem; margin: 1.5rem 0; }
figcaption { font-size: .8rem; color: var(--faint); line-height: 1.4; margin-top: .3rem; }
.name { font-weight: 600; font-size: .95rem; margin: 0 0 .3rem; color: var(--text); }
.scroll { overflow-x: auto; margin: 1.25rem 0; }
table { border-collapse: collapse; font-size: .8rem; line-height: 1.35; width: 100%;
  font-variant-numeric: tabular-nums; }
caption { text-align: left; font-weight: 600; font-size: .95rem; padding-bottom: .35rem; }
th, td { padding: .3rem .5rem; text-align: right; vertical-align: top; border-bottom: 1px solid var(--line); }
th { vertical-align: bottom; border-bottom: 2px solid var(--line); font-weight: 600; }
th small, td small { display: block; color: var(--faint); font-weight: 400; font-size: .72rem; white-space: nowrap; }
td { white-space: nowrap; }
.l { text-align: left; white-space: normal; }
.footnote { font-size: .76rem; color: var(--faint); margin: .25rem 0; }
pre { background: var(--soft); border: 1px solid var(--line); padding: .6rem .8rem; font-size: .78rem;
  white-space: pre-wrap; overflow-wrap: anywhere; font-family: "DejaVu Sans Mono", Consolas, monospace; }
svg.dark { display: none; }
@media screen and (prefers-color-scheme: dark) {
  figure svg.dark { display: block; }
  figure svg.light { display: none; }
}
@media (max-width: 40rem) { dl.facts { grid-template-columns: 1fr; } dl.facts dt { border: 0; padding-bottom: 0; } }
@media print {
  @page { size: A4; margin: 16mm 15mm; }
  html { font-size: 11px; }
  body { max-width: none; padding: 0; }
  nav { display: none; }
  h2, h3, caption, .name { break-after: avoid; }
  figure, .callout, dl.facts, tr, pre { break-inside: avoid; }
  thead { display: table-header-group; }
  .scroll { overflow: visible; }
  .callout, pre { print-color-adjust: exact; -webkit-print-color-adjust: exact; }
}
)css";

inline constexpr const char* kPageTemplate = R"html(<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="moeplan">
<title>{{title}}</title>
<style>{{{style}}}</style>
</head>
<body>
<header>
<h1>{{title}}</h1>
{{#question}}<p class="question">{{question}}</p>
{{/question}}{{#byline}}<p class="byline">{{byline}}</p>
{{/byline}}<nav aria-label="Parts">{{#parts}}<a href="#{{key}}">{{title}}</a>{{/parts}}</nav>
</header>
<main>
{{{body}}}</main>
</body>
</html>
)html";

inline constexpr const char* kSectionTemplate = R"html(<section id="{{key}}">
<h2>{{title}}</h2>
{{{body}}}</section>
)html";

inline constexpr const char* kCalloutTemplate = R"html(<div class="callout {{kind}}">
<p class="title">{{#word}}{{word}}: {{/word}}{{title}}</p>
{{#text}}<p>{{text}}</p>
{{/text}}{{#any}}<ul>{{#items}}<li>{{.}}</li>
{{/items}}</ul>
{{/any}}</div>
)html";

inline constexpr const char* kListTemplate = R"html(<ul>
{{#items}}<li>{{.}}</li>
{{/items}}</ul>
)html";

inline constexpr const char* kFactsTemplate = R"html(<dl class="facts">
{{#facts}}<dt>{{name}}</dt><dd><b>{{value}}</b>{{#detail}}<small>{{detail}}</small>{{/detail}}</dd>
{{/facts}}</dl>
)html";

inline constexpr const char* kTableTemplate = R"html(<div class="scroll"><table>
{{#title}}<caption>{{title}}</caption>
{{/title}}<thead><tr>{{#columns}}<th scope="col"{{#left}} class="l"{{/left}}>{{heading}}{{#unit}}<small>{{unit}}</small>{{/unit}}</th>{{/columns}}</tr></thead>
<tbody>
{{#rows}}<tr>{{#cells}}<td{{#left}} class="l"{{/left}}>{{text}}{{#below}}<small>{{.}}</small>{{/below}}</td>{{/cells}}</tr>
{{/rows}}</tbody>
</table>
{{#footnotes}}<p class="footnote">{{.}}</p>
{{/footnotes}}</div>
)html";

inline constexpr const char* kFigureTemplate = R"html(<figure{{#half}} class="half"{{/half}}>
<p class="name">{{title}}</p>
{{{picture}}}<figcaption>{{caption}}</figcaption>
</figure>
)html";

}  // namespace moe::report
