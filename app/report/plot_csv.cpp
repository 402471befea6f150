#include <fmt/format.h>

#include <array>
#include <cmath>

#include "app/report/plot_spec.h"
#include "data/csv_field.h"

namespace moe::report {
namespace {

/// The columns; what a row lacks stays empty.
struct PlotRow {
  std::string_view kind;
  std::string name;
  std::string x, y, x_low, x_high, y_low, y_high, value;
  std::string label;
  std::string id;
};

std::string exact(double value) {
  return std::isnan(value) ? std::string() : fmt::format("{}", value);
}

std::string entry(const std::vector<double>& column, std::size_t i) {
  return i < column.size() ? exact(column[i]) : std::string();
}

std::string entry(const std::vector<std::string>& column, std::size_t i) {
  return i < column.size() ? column[i] : std::string();
}

void addRow(std::string& csv, const PlotRow& row) {
  csv += row.kind;
  for (const std::string* cell : {&row.name, &row.x, &row.y, &row.x_low, &row.x_high, &row.y_low,
                                  &row.y_high, &row.value, &row.label, &row.id}) {
    csv += ',';
    csv += csvField(*cell);
  }
  csv += '\n';
}

/// Comment lines stay one line each.
void addComment(std::string& csv, std::string_view what, const std::string& text) {
  if (text.empty()) return;
  csv += fmt::format("# {}: ", what);
  for (const char letter : text) csv += letter == '\n' || letter == '\r' ? ' ' : letter;
  csv += '\n';
}

std::string_view nameOf(SeriesKind kind) {
  constexpr std::array<std::string_view, 4> kNames{"line", "step", "points", "band"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view nameOf(MarkerRole role) {
  constexpr std::array<std::string_view, 4> kNames{"loss-optimal", "over-trained", "recommended",
                                                   "base"};
  return kNames[static_cast<std::size_t>(role)];
}

std::string_view nameOf(ReferenceLine::Kind kind) {
  constexpr std::array<std::string_view, 3> kNames{"y =", "x =", "y/x ="};
  return kNames[static_cast<std::size_t>(kind)];
}

void addSeries(std::string& csv, const PlotSeries& series) {
  for (std::size_t i = 0; i < series.x.size(); ++i)
    addRow(csv, {nameOf(series.kind), series.name, entry(series.x, i), entry(series.y, i),
                 entry(series.x_low, i), entry(series.x_high, i), entry(series.y_low, i),
                 entry(series.y_high, i), "", entry(series.labels, i), entry(series.ids, i)});
}

void addBars(std::string& csv, const PlotSpec& plot) {
  for (const PlotBar& bar : plot.bars) {
    const auto row = static_cast<std::size_t>(bar.row);
    addRow(csv, {"bar", bar.name, "", entry(plot.y.categories, row), exact(bar.from), exact(bar.to),
                 "", "", exact(bar.to - bar.from), bar.label, bar.id});
  }
}

void addMap(std::string& csv, const PlotMap& map) {
  for (std::size_t iy = 0; iy < map.y.size(); ++iy)
    for (std::size_t ix = 0; ix < map.x.size(); ++ix)
      addRow(csv, {"map", map.label, exact(map.x[ix]), exact(map.y[iy]), "", "", "", "",
                   exact(map.values[iy * map.x.size() + ix]), "", ""});
}

void addIsoLine(std::string& csv, const IsoLine& line) {
  for (const std::vector<PlotPosition>& piece : line.pieces)
    for (const PlotPosition& at : piece)
      addRow(csv, {"iso-line", line.text, exact(at.x), exact(at.y), "", "", "", "",
                   exact(line.value), "", ""});
}

void addMarker(std::string& csv, const PlotMarker& marker) {
  addRow(csv, {"marker", std::string(nameOf(marker.role)), exact(marker.x), exact(marker.y), "", "",
               "", "", "", marker.label.empty() ? marker.text : marker.label, marker.id});
}

}  // namespace

std::string plotCsv(const PlotSpec& plot) {
  std::string csv;
  addComment(csv, "title", plot.title);
  addComment(csv, "shows", plot.sentence);
  addComment(csv, "x", axisHeading(plot.x));
  addComment(csv, "y", axisHeading(plot.y));
  if (plot.map)
    addComment(csv, "value", axisHeading({plot.map->label, plot.map->unit, {}, {}, {}}));
  for (const std::string& note : plot.notes) addComment(csv, "note", note);
  addComment(csv, "empty", plot.empty_reason);
  csv += "kind,name,x,y,x_low,x_high,y_low,y_high,value,label,id\n";
  for (const PlotSeries& series : plot.series) addSeries(csv, series);
  addBars(csv, plot);
  if (plot.map) addMap(csv, *plot.map);
  for (const IsoLine& line : plot.iso_lines) addIsoLine(csv, line);
  for (const PlotMarker& marker : plot.markers) addMarker(csv, marker);
  for (const ReferenceLine& line : plot.reference_lines)
    addRow(csv, {"reference", std::string(nameOf(line.kind)), "", "", "", "", "", "",
                 exact(line.value), line.text, ""});
  return csv;
}

}  // namespace moe::report
