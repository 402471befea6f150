#pragma once

#include "app/report/document/report_drawing.h"

namespace moe::test {

/// A text that HTML and Markdown would take for markup.
inline const std::string kHostile = "<script>alert('x')</script> | `a` *b* & \"c\" [d](e)";

/// A document with a block of every kind, every text of it hostile somewhere.
inline report::Document sampleDocument() {
  using namespace report;
  PlotSpec plot;
  plot.key = "curve";
  plot.title = "Loss " + kHostile;
  plot.sentence = "What it shows.";
  plot.x = {"N", "parameters", AxisScale::kLog, {}, {}};
  plot.y = {"Loss", "nats per token", AxisScale::kLinear, {}, {}};
  PlotSeries series;
  series.name = "runs";
  series.kind = SeriesKind::kPoints;
  series.x = {1e6, 1e7};
  series.y = {3.5, 3.0};
  plot.series = {series};
  plot.notes = {"Basis: fitted."};
  PlotSpec small = plot;
  small.key = "residuals";
  PlotSpec empty;
  empty.key = "nothing";
  empty.title = "Nothing";
  empty.empty_reason = "No run was made.";
  const TextTable table{
      "Prices " + kHostile,
      {{"Model", "", Align::kLeft}, {"Price", "USD/M tokens"}},
      {{kHostile,
        TableCell("0.12\n[0.10, 0.14]", {{.value = 0.1234567890123, .low = 0.1, .high = 0.14}})},
       {"plain, \"quoted\"", "1.5"}},
      {"A footnote."}};
  Document document;
  document.title = "Report of " + kHostile;
  document.question = "Which is cheaper?";
  document.byline = "moeplan; project p.toml";
  document.sections = {{"answer",
                        "Question and answer",
                        {Callout{CalloutKind::kAnswer, "Take " + kHostile, "Because.", {}},
                         FactSheet{"facts",
                                   {{"Loss",
                                     "2.5 nats per token",
                                     "fitted",
                                     {{.value = 2.512345678901234,
                                       .low = 2.4,
                                       .high = 2.6,
                                       .unit = "nats per token",
                                       .name = "loss"}}},
                                    {"Hidden", kHostile, ""}}}}},
                       {"fit",
                        "Fits",
                        {Subheading{"Fit " + kHostile}, Paragraph{"# not a heading"},
                         Paragraph{"1. not a list"}, BulletList{{kHostile, "- not deeper"}},
                         Callout{CalloutKind::kFailure, "Fit b", "It failed.", {"first", kHostile}},
                         TableBlock{"prices", table}, Figure{plot}, Figure{small, true},
                         Figure{empty}, Verbatim{"moeplan ``` < > &"}}}};
  document.attachments = {{"answers/fit.a/answer.json", "{}\n"}};
  return document;
}

/// Draws nothing but says what it was asked.
inline report::ReportDrawing namedDrawing() {
  report::ReportDrawing drawing;
  drawing.svg = [](const report::PlotSpec& plot, report::PictureSize size,
                   report::PictureFor place) -> Result<std::string> {
    return "<?xml version=\"1.0\"?>\n<svg width=\"10mm\" height=\"" + std::to_string(size.height) +
           "\" xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 1 1\">\n<defs><clipPath "
           "id=\"clip1\"/></defs><g clip-path=\"url(#clip1)\"><text>" +
           plot.key + (place == report::PictureFor::kDarkPage ? " dark" : " light") +
           "</text></g></svg>\n";
  };
  drawing.pdf = [](const report::Document&) -> Result<std::string> { return "%PDF-sample"; };
  return drawing;
}

}  // namespace moe::test
