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

std::string exactText(double value) {
  return std::isnan(value) ? std::string() : fmt::format("{}", value);
}

std::string cellAt(const std::vector<double>& column, std::size_t i) {
  return i < column.size() ? exactText(column[i]) : std::string();
}

std::string cellAt(const std::vector<std::string>& column, std::size_t i) {
  return i < column.size() ? column[i] : std::string();
}

void addCsvRow(std::string& csv, const PlotRow& row) {
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

std::string_view kindText(SeriesKind kind) {
  constexpr std::array<std::string_view, 4> kNames{"line", "step", "points", "band"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::string_view kindText(MarkerRole role) {
  constexpr std::array<std::string_view, 4> kNames{"loss-optimal", "over-trained", "recommended",
                                                   "base"};
  return kNames[static_cast<std::size_t>(role)];
}

std::string_view kindText(ReferenceLine::Kind kind) {
  constexpr std::array<std::string_view, 3> kNames{"y =", "x =", "y/x ="};
  return kNames[static_cast<std::size_t>(kind)];
}

void addSeries(std::string& csv, const PlotSeries& series) {
  for (std::size_t i = 0; i < series.x.size(); ++i)
    addCsvRow(csv, {kindText(series.kind), series.name, cellAt(series.x, i), cellAt(series.y, i),
                    cellAt(series.x_low, i), cellAt(series.x_high, i), cellAt(series.y_low, i),
                    cellAt(series.y_high, i), "", cellAt(series.labels, i), cellAt(series.ids, i)});
}

void addBars(std::string& csv, const PlotSpec& plot) {
  for (const PlotBar& bar : plot.bars) {
    const auto row = static_cast<std::size_t>(bar.row);
    addCsvRow(csv, {"bar", bar.name, "", cellAt(plot.y.categories, row), exactText(bar.from),
                    exactText(bar.to), "", "", exactText(bar.to - bar.from), bar.label, bar.id});
  }
}

void addMap(std::string& csv, const PlotMap& map) {
  for (std::size_t iy = 0; iy < map.y.size(); ++iy)
    for (std::size_t ix = 0; ix < map.x.size(); ++ix)
      addCsvRow(csv, {"map", map.label, exactText(map.x[ix]), exactText(map.y[iy]), "", "", "", "",
                      exactText(map.values[iy * map.x.size() + ix]), "", ""});
}

void addIsoLine(std::string& csv, const IsoLine& line) {
  for (const std::vector<PlotPosition>& piece : line.pieces)
    for (const PlotPosition& at : piece)
      addCsvRow(csv, {"iso-line", line.text, exactText(at.x), exactText(at.y), "", "", "", "",
                      exactText(line.value), "", ""});
}

void addMarker(std::string& csv, const PlotMarker& marker) {
  addCsvRow(csv,
            {"marker", std::string(kindText(marker.role)), exactText(marker.x), exactText(marker.y),
             "", "", "", "", "", marker.label.empty() ? marker.text : marker.label, marker.id});
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
    addCsvRow(csv, {"reference", std::string(kindText(line.kind)), "", "", "", "", "", "",
                    exactText(line.value), line.text, ""});
  return csv;
}

}  // namespace moe::report
