#include "costmodel/planner/surface_tables.h"

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

double mixed(const std::vector<double>& values, std::size_t cell, double share) {
  return values[cell] + share * (values[cell + 1] - values[cell]);
}

/// The engine's rule, as deviceMemory applies it.
double kvSpace(const SurfaceTables& tables, double weight_bytes) {
  const MemoryRules& rules = tables.rules;
  const double whole = tables.device_memory.value();
  return rules.of_free_memory ? rules.fraction * (whole - weight_bytes - rules.reserve_bytes)
                              : rules.fraction * whole - weight_bytes - rules.reserve_bytes;
}

}  // namespace

std::size_t cellOf(const SurfaceTables& tables, double log_params) {
  const auto& x = tables.log_params;
  const auto above = std::upper_bound(x.begin(), x.end(), log_params) - x.begin();
  const auto last = static_cast<std::ptrdiff_t>(x.size()) - 2;
  return static_cast<std::size_t>(std::clamp<std::ptrdiff_t>(above - 1, 0, last));
}

namespace {

/// One division at one ln N: rows of two nodes, mixed.
class Slice {
 public:
  Slice(const SurfaceTables& tables, const DivisionTable& table, std::size_t cell, double share)
      : steps_(tables.concurrencies), table_(table), cell_(cell), share_(share) {}

  /// Seconds of a step, token_s x concurrency, are nearly linear in concurrency; so are latencies.
  ConcurrencyTimes times(double concurrency, bool latencies) const {
    const auto above = std::upper_bound(steps_.begin(), steps_.end(), concurrency);
    const auto after = std::max<std::ptrdiff_t>(1, above - steps_.begin());
    const std::size_t i = std::min(static_cast<std::size_t>(after), steps_.size() - 1);
    const double part = std::min(1.0, (concurrency - steps_[i - 1]) / (steps_[i] - steps_[i - 1]));
    const auto between = [&](double low, double high) { return low + part * (high - low); };
    const auto& token = table_.log_token_s;
    ConcurrencyTimes times;
    times.token_s =
        part == 0 ? value(token, i - 1)
                  : between(value(token, i - 1) * steps_[i - 1], value(token, i) * steps_[i]) /
                        concurrency;
    if (!latencies) return times;
    times.tpot_s = between(value(table_.log_tpot_s, i - 1), value(table_.log_tpot_s, i));
    times.ttft_s = between(value(table_.log_ttft_s, i - 1), value(table_.log_ttft_s, i));
    return times;
  }

 private:
  double value(const std::vector<double>& logs, std::size_t i) const {
    const double low = logs[cell_ * steps_.size() + i];
    return std::exp(low + share_ * (logs[(cell_ + 1) * steps_.size() + i] - low));
  }

  const std::vector<double>& steps_;
  const DivisionTable& table_;
  std::size_t cell_;
  double share_;
};

double shareOf(const SurfaceTables& tables, std::size_t cell, double log_params) {
  const double low = tables.log_params[cell];
  return (log_params - low) / (tables.log_params[cell + 1] - low);
}

}  // namespace

ConcurrencyTimes timesAt(const SurfaceTables& tables, std::size_t division, std::size_t cell,
                         double log_params, double concurrency) {
  const double share = shareOf(tables, cell, log_params);
  return Slice(tables, tables.divisions[division], cell, share).times(concurrency, true);
}

std::optional<TableChoice> divisionChoice(const SurfaceTables& tables, std::size_t division,
                                          std::size_t cell, double log_params) {
  const DivisionTable& table = tables.divisions[division];
  const double share = shareOf(tables, cell, log_params);
  const double log_weights = mixed(table.log_weight_bytes, cell, share);
  if (std::isnan(log_weights)) return std::nullopt;
  TableChoice choice;
  choice.division = division;
  const double request_bytes = std::exp(mixed(table.log_request_bytes, cell, share));
  choice.kv_requests =
      table.parallelism.data_parallel * kvSpace(tables, std::exp(log_weights)) / request_bytes;
  const Slice slice(tables, table, cell, share);
  const bool limited = tables.limits.ttft_s || tables.limits.tpot_s;
  const auto best = bestConcurrency(
      tables.concurrencies, std::min(tables.concurrency_limit, choice.kv_requests), tables.limits,
      [&](double concurrency) { return slice.times(concurrency, limited); });
  if (!best) return std::nullopt;
  choice.best = *best;
  choice.log_device_s_per_token = std::log(best->times.token_s * table.parallelism.devices()) +
                                  mixed(table.log_correction, cell, share);
  return choice;
}

std::optional<TableChoice> cheapestChoice(const SurfaceTables& tables, std::size_t cell,
                                          double log_params) {
  std::optional<TableChoice> best;
  for (std::size_t i = 0; i < tables.divisions.size(); ++i) {
    const auto choice = divisionChoice(tables, i, cell, log_params);
    if (choice && (!best || choice->log_device_s_per_token < best->log_device_s_per_token))
      best = choice;
  }
  return best;
}

}  // namespace moe
