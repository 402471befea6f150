#include "app/report/accuracy_tables.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <map>
#include <set>

#include "app/report/number_text.h"
#include "costmodel/verify/known_errors.h"

namespace moe::report {
namespace {

const std::vector<std::string>& errorHeadings() {
  static const std::vector<std::string> kHeadings{"n",         "TPOT MAPE, %",       "median, %",
                                                  "p90, %",    "predicted/measured", "TTFT MAPE, %",
                                                  "median, %", "Latency MAPE, %",    "median, %"};
  return kHeadings;
}

std::vector<std::string> errorCells(const GroupAccuracy& group) {
  const auto& [name, tpot, ttft, latency] = group;
  return {name,
          std::to_string(tpot.count),
          percentFigure(tpot.mape),
          percentFigure(tpot.median_ape),
          percentFigure(tpot.p90_ape),
          decimalText(tpot.median_ratio, 2),
          percentFigure(ttft.mape),
          percentFigure(ttft.median_ape),
          percentFigure(latency.mape),
          percentFigure(latency.median_ape)};
}

std::string line(const std::vector<std::string>& cells) {
  return fmt::format("| {} |\n", fmt::join(cells, " | "));
}

using Constant = double EngineConstants::*;

struct ConstantMeaning {
  const char* name;
  Constant constant;
  double scale;  ///< to the unit that is shown
  const char* meaning;
};

constexpr ConstantMeaning kTpotConstants[] = {
    {"prefill_share", &EngineConstants::prefill_share, 1,
     "share of other requests' prefills that running requests feel"},
    {"host_step", &EngineConstants::host_step_s, 1e3, "ms of host work in a step; vLLM and SGLang"},
    {"host_sequence", &EngineConstants::host_sequence_s, 1e6,
     "us of host work for each sequence of a step; vLLM and SGLang"},
    {"multi_device_layer", &EngineConstants::multi_device_layer_s, 1e6,
     "us a layer where more than one device takes part"},
};

constexpr ConstantMeaning kTtftConstants[] = {
    {"first", &EngineConstants::first_s, 1e3, "ms before anything runs"},
    {"first_prefill", &EngineConstants::first_prefill, 1, "times the request's own prefill"},
    {"waiting_share", &EngineConstants::waiting_share, 1,
     "share of the prefills of all other requests"},
    {"contention_share", &EngineConstants::contention_share, 1,
     "times rho/(1 - rho) prefills; rho: share of the time that prefills take"},
    {"first_steps", &EngineConstants::first_steps, 1, "times TPOT"},
};

std::vector<std::string> constantCells(const ConstantMeaning& meaning, const std::string& engine,
                                       const EngineConstants& shipped,
                                       const EngineConstants& refitted) {
  return {meaning.name, meaning.meaning, engine,
          plainText(meaning.scale * (shipped.*meaning.constant), 4),
          plainText(meaning.scale * (refitted.*meaning.constant), 4)};
}

struct Largest {
  double median = 0;
  std::string place;

  void see(double other, const std::string& where) {
    if (other > median) median = other, place = where;
  }
};

std::string hiddenText(const HiddenError& error) {
  if (error.count == 0) return "-";
  return fmt::format("{} ({})", percentFigure(error.median), percentFigure(error.p90));
}

}  // namespace

std::string markdownTable(const std::vector<std::string>& headings,
                          const std::vector<std::vector<std::string>>& rows,
                          std::size_t text_columns) {
  std::string text = line(headings) + "|";
  for (std::size_t i = 0; i < headings.size(); ++i) text += i < text_columns ? "---|" : "---:|";
  text += "\n";
  for (const auto& row : rows) text += line(row);
  return text;
}

std::string errorTable(const std::string& heading, const std::vector<GroupAccuracy>& groups) {
  std::vector<std::string> headings{heading};
  headings.insert(headings.end(), errorHeadings().begin(), errorHeadings().end());
  std::vector<std::vector<std::string>> rows;
  for (const GroupAccuracy& group : groups)
    if (group.tpot.count > 0) rows.push_back(errorCells(group));
  return markdownTable(headings, rows);
}

std::string groupTable(const std::vector<GroupAccuracy>& groups) {
  std::string text = errorTable("Model, machine, engine, weights", groups);
  std::string reasons;
  for (const GroupAccuracy& group : groups) {
    const std::string_view reason = knownReason(group.name);
    if (reason.empty() && !needsReason(group)) continue;
    reasons +=
        fmt::format("- {}: {}.\n", group.name, reason.empty() ? "no reason is known" : reason);
  }
  return reasons.empty() ? text : text + "\n" + reasons;
}

std::string constantsTable(const AccuracyStudy& study) {
  const ConstantsByEngine shipped = shippedConstants();
  std::vector<std::vector<std::string>> rows;
  for (const ConstantMeaning& meaning : kTpotConstants)
    rows.push_back(constantCells(meaning, "all", shipped.front(), study.refitted.front()));
  constexpr Engine kEngines[] = {Engine::kVllm, Engine::kSglang, Engine::kTensorRtLlm};
  for (std::size_t i = 0; i < shipped.size(); ++i)
    for (const ConstantMeaning& meaning : kTtftConstants)
      rows.push_back(
          constantCells(meaning, std::string(name(kEngines[i])), shipped[i], study.refitted[i]));
  return markdownTable({"Constant", "meaning and unit", "engine", "shipped", "fitted now"}, rows,
                       3);
}

std::string intervalTable(const AccuracyStudy& study) {
  std::vector<std::vector<std::string>> rows;
  for (std::size_t i = 0; i < study.interval_coverage.size(); ++i) {
    const bool one_class = i < study.interval_quantiles.size();
    const IntervalCoverage& coverage = study.interval_coverage[i];
    rows.push_back({one_class ? concurrencyClassName(i) : "all",
                    one_class ? decimalText(study.interval_quantiles[i], 3) : "-",
                    std::to_string(coverage.count), percentFigure(coverage.share())});
  }
  return markdownTable(
      {"Requests in flight", "quantile of the logarithm", "left-out points", "inside, %"}, rows);
}

std::string kernelTable(const std::vector<SystemAccuracy>& systems) {
  std::vector<std::string> headings{"Operation"};
  std::map<std::string, std::map<std::string, std::string>> cells;
  for (const SystemAccuracy& system : systems) {
    headings.push_back(system.accelerator);
    for (const OperatorAccuracy& operation : system.operations)
      cells[operation.operation][system.system] =
          fmt::format("{} / {}", hiddenText(operation.rows), hiddenText(operation.shapes));
  }
  std::vector<std::vector<std::string>> rows;
  for (const auto& [operation, by_system] : cells) {
    rows.push_back({operation});
    for (const SystemAccuracy& system : systems) {
      const auto found = by_system.find(system.system);
      rows.back().push_back(found == by_system.end() ? "-" : found->second);
    }
  }
  return markdownTable(headings, rows);
}

std::string largestMedian(const std::vector<SystemAccuracy>& systems, const std::string& part) {
  Largest rows;
  Largest shapes;
  for (const SystemAccuracy& system : systems)
    for (const OperatorAccuracy& operation : system.operations) {
      if (operation.operation.find(part) == std::string::npos) continue;
      const std::string place = fmt::format("{} on {}", operation.operation, system.accelerator);
      rows.see(operation.rows.median, place);
      shapes.see(operation.shapes.median, place);
    }
  return fmt::format("at most {} % for hidden rows ({}) and {} % for hidden shapes ({})",
                     percentFigure(rows.median), rows.place, percentFigure(shapes.median),
                     shapes.place);
}

}  // namespace moe::report
