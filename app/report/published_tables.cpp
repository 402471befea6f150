#include <fmt/format.h>

#include "app/report/accuracy_tables.h"
#include "app/report/number_text.h"

namespace moe::report {
namespace {}  // namespace

std::string throughputTable(const ThroughputStudy& study) {
  std::vector<std::vector<std::string>> rows;
  const auto add = [&](const ThroughputAccuracy& group) {
    const ErrorSummary& e = group.error;
    rows.push_back({group.name, std::to_string(e.count), percentFigure(e.median_ape),
                    percentFigure(e.mape), percentFigure(e.p90_ape),
                    decimalText(e.median_ratio, 2)});
  };
  add(study.all);
  add(study.dense);
  add(study.routed);
  for (const ThroughputAccuracy& machine : study.machines) add(machine);
  for (const ThroughputAccuracy& release : study.releases) add(release);
  return markdownTable({"Rows", "n", "median, %", "MAPE, %", "p90, %", "predicted/measured"}, rows);
}

std::string releaseTable(const ThroughputStudy& study) {
  std::vector<std::vector<std::string>> rows;
  for (const ReleaseGain& gain : study.gains)
    rows.push_back({gain.older, gain.newer, std::to_string(gain.pairs), decimalText(gain.median, 2),
                    decimalText(gain.p10, 2), decimalText(gain.p90, 2)});
  return markdownTable({"Older", "Newer", "pairs", "median gain", "p10", "p90"}, rows, 2);
}

std::string deepSeekTable(const std::vector<ServingFigure>& figures) {
  std::vector<std::vector<std::string>> rows;
  for (const ServingFigure& figure : figures)
    rows.push_back({fmt::format("{}, {}", figure.what, figure.unit), plainText(figure.published),
                    plainText(figure.without_overlap), plainText(figure.with_overlap)});
  return markdownTable({"Figure", "published", "predicted, no overlap", "predicted, full overlap"},
                       rows);
}

std::string trainingTable(const std::vector<TrainingAccuracy>& rows) {
  std::vector<std::vector<std::string>> lines;
  for (const TrainingAccuracy& row : rows)
    if (row.group != "all")
      lines.push_back({row.source, row.group, std::string(name(row.left_out)),
                       std::to_string(row.n), percentFigure(row.median_ape),
                       percentFigure(row.mape), percentFigure(row.p90_ape),
                       decimalText(row.median_ratio, 2), percentFigure(row.coverage)});
  return markdownTable({"Source", "Models", "Left out", "n", "median, %", "MAPE, %", "p90, %",
                        "predicted/measured", "in the interval, %"},
                       lines, 3);
}

}  // namespace moe::report
