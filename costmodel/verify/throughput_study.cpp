#include "costmodel/verify/throughput_study.h"

#include <fmt/format.h>

#include <functional>
#include <map>

#include "data/quantile.h"

namespace moe {
namespace {

using Rows = std::vector<const PredictedThroughput*>;
using NameOf = std::function<std::string(const PredictedThroughput&)>;

const char* kindOf(const PredictedThroughput& row) { return row.routed ? "MoE" : "dense"; }

ThroughputAccuracy accuracyOf(std::string name, const Rows& rows) {
  std::vector<double> ratios;
  for (const PredictedThroughput* row : rows) ratios.push_back(row->ratio());
  return {std::move(name), summarise(ratios)};
}

std::vector<ThroughputAccuracy> grouped(const Rows& rows, const NameOf& name) {
  std::map<std::string, Rows> groups;
  for (const PredictedThroughput* row : rows) groups[name(*row)].push_back(row);
  std::vector<ThroughputAccuracy> result;
  for (const auto& [group, members] : groups) result.push_back(accuracyOf(group, members));
  return result;
}

/// Measured throughputs of one configuration by engine.
using ByEngine = std::map<std::string, double>;

std::vector<ReleaseGain> gainsOf(const Rows& rows) {
  std::map<std::string, ByEngine> configurations;
  for (const PredictedThroughput* row : rows) {
    const ThroughputRow& m = row->measured;
    if (m.batch) continue;
    configurations[fmt::format("{}|{}|{}|{}|{}|{}", row->shape, row->hardware, m.precision,
                               m.devices, m.prompt_tokens, m.output_tokens)]
        .try_emplace(m.engine, m.value);
  }
  std::map<std::pair<std::string, std::string>, std::vector<double>> ratios;
  for (const auto& [configuration, engines] : configurations)
    for (auto older = engines.begin(); older != engines.end(); ++older)
      for (auto newer = std::next(older); newer != engines.end(); ++newer)
        ratios[{older->first, newer->first}].push_back(newer->second / older->second);
  std::vector<ReleaseGain> gains;
  for (const auto& [pair, values] : ratios)
    gains.push_back({pair.first, pair.second, values.size(), quantile(values, 0.5),
                     quantile(values, 0.1), quantile(values, 0.9)});
  return gains;
}

std::vector<std::string> reasonsOf(const std::vector<SkippedThroughput>& skipped) {
  std::map<std::string, std::size_t> reasons;
  for (const SkippedThroughput& row : skipped) ++reasons[row.reason];
  std::vector<std::string> lines;
  for (const auto& [reason, count] : reasons)
    lines.push_back(fmt::format("{} {}: {}", count, count == 1 ? "row" : "rows", reason));
  return lines;
}

}  // namespace

ThroughputStudy studyThroughput(const PredictedThroughputs& predicted) {
  Rows rows, dense, routed, first_token;
  for (const PredictedThroughput& row : predicted.rows) {
    if (row.measured.metric == ThroughputMetric::kFirstToken) {
      first_token.push_back(&row);
      continue;
    }
    rows.push_back(&row);
    (row.routed ? routed : dense).push_back(&row);
  }
  ThroughputStudy study;
  study.all = accuracyOf("all throughputs", rows);
  study.dense = accuracyOf("dense models", dense);
  study.routed = accuracyOf("MoE models", routed);
  study.first_token = accuracyOf("time to first token, one request", first_token);
  study.releases = grouped(rows, [](const PredictedThroughput& r) {
    return fmt::format("{}, {}", r.measured.source, kindOf(r));
  });
  study.machines = grouped(rows, [](const PredictedThroughput& r) {
    return fmt::format("{}, {}", r.hardware, r.measured.precision);
  });
  study.devices = grouped(rows, [](const PredictedThroughput& r) {
    return fmt::format("{}, {} {}", r.hardware, r.measured.devices,
                       r.measured.devices == 1 ? "device" : "devices");
  });
  study.models = grouped(rows, [](const PredictedThroughput& r) {
    return fmt::format("{}, {}", r.model, r.measured.source);
  });
  study.gains = gainsOf(rows);
  study.skipped = reasonsOf(predicted.skipped);
  return study;
}

}  // namespace moe
