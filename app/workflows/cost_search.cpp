#include "app/workflows/cost_search.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace moe {
namespace {

constexpr int kStandardMaxDevices = 8;

/// The division of those options that were given; what is missing follows from the devices.
Result<Parallelism> askedParallelism(const CostRequest& request, const ModelEntry& model) {
  Parallelism p;
  p.data_parallel = request.data_parallel.value_or(1);
  p.pipeline_parallel = request.pipeline_parallel.value_or(1);
  const int others = std::max(1, p.data_parallel * p.pipeline_parallel);
  p.tensor_parallel = request.tensor_parallel.value_or(
      request.devices ? std::max(1, *request.devices / others) : 1);
  if (request.devices && p.devices() != *request.devices)
    return fail(ErrorKind::kUsage, "--devices",
                fmt::format("is {}; tensor parallel {} x data parallel {} x pipeline parallel {} "
                            "make {}",
                            *request.devices, p.tensor_parallel, p.data_parallel,
                            p.pipeline_parallel, p.devices()));
  p.expert_parallel = request.expert_parallel.value_or(1);
  const bool divides = p.expert_parallel >= 1 && p.stageDevices() % p.expert_parallel == 0;
  p.moe_tensor_parallel =
      model.experts == 0 ? p.tensor_parallel : (divides ? p.stageDevices() / p.expert_parallel : 1);
  if (const auto good = checkParallelism(p, model); !good) return tl::unexpected(good.error());
  return p;
}

/// Counts of devices that divide a node evenly, or are whole nodes: what clusters hand out.
bool evenInNodes(int devices, int node) { return node % devices == 0 || devices % node == 0; }

Result<std::vector<Parallelism>> divisionsOf(const CostRequest& request,
                                             const CostSetting& setting) {
  const ModelEntry& model = setting.sweep.model.entry;
  const Accelerator& machine = setting.kernels.target();
  const bool asked = request.tensor_parallel || request.data_parallel || request.expert_parallel ||
                     request.pipeline_parallel;
  if (asked) {
    const auto one = askedParallelism(request, model);
    if (!one) return tl::unexpected(one.error());
    return std::vector{*one};
  }
  // Without a link only one device can be costed.
  const bool linked = machine.link_bandwidth.value() > 0;
  const int most =
      request.devices.value_or(linked ? request.max_devices.value_or(kStandardMaxDevices) : 1);
  std::vector<Parallelism> divisions;
  for (int devices = request.devices.value_or(1); devices <= most; ++devices)
    if (request.devices || evenInNodes(devices, std::max(1, machine.link_domain)))
      for (const Parallelism& one : possibleParallelisms(model, devices, false))
        divisions.push_back(one);
  if (!divisions.empty()) return divisions;
  return fail(ErrorKind::kUsage, "--devices",
              fmt::format("is {}; {} has {} attention heads and {} experts, and no way of dividing "
                          "it among so many devices is possible",
                          most, model.name, model.heads, model.experts));
}

std::optional<ServingOption> bestOf(const CostSetting& setting, const CostRequest& request,
                                    const ServingOption& option) {
  const double limit = setting.engine_limit.value_or(HUGE_VAL);
  const ServingLimits limits{request.ttft_limit_s, request.tpot_limit_s};
  const auto at = [&](double concurrency) -> std::optional<ServingOption> {
    ServingOption placed = option;
    placed.point = pointAt(setting.sweep, option, concurrency);
    const bool held = placed.point.kv_limit >= std::max(1.0, concurrency * (1 - 1e-12));
    return held && within(limits, placed.point) ? std::optional(placed) : std::nullopt;
  };
  if (request.concurrency) return at(*request.concurrency);
  if (request.request_rate) {
    const auto concurrency =
        concurrencyForRate(setting.sweep, option, *request.request_rate, limit);
    return concurrency ? at(*concurrency) : std::nullopt;
  }
  return cheapestConcurrency(setting.sweep, option, limit, 1, limits);
}

void addAllConcurrencies(CostSearch& search, const CostSetting& setting,
                         const ServingOption& option) {
  const double held = std::floor(pointAt(setting.sweep, option, 1).kv_limit);
  const double limit = std::min(held, setting.engine_limit.value_or(HUGE_VAL));
  if (!(limit >= 1)) return;
  for (const double concurrency : concurrencySteps(limit)) {
    search.tried.push_back(option);
    search.tried.back().point = pointAt(setting.sweep, option, concurrency);
  }
}

/// Room of the division with the most, and what one request needs.
Error doesNotFit(const CostSetting& setting, const CostRequest& request,
                 const std::vector<ServingOption>& options) {
  const ServingOption& largest = *std::max_element(
      options.begin(), options.end(), [&](const ServingOption& a, const ServingOption& b) {
        return a.memory.kv_space.value() * a.parallelism.devices() <
               b.memory.kv_space.value() * b.parallelism.devices();
      });
  const DeviceMemory& memory = largest.memory;
  const int devices = largest.parallelism.devices();
  const double requests = request.concurrency.value_or(1);
  const double cache = requests / largest.parallelism.data_parallel *
                       requestKvBytes(setting.sweep.model, memory, setting.sweep.rules,
                                      setting.sweep.load.kv_tokens);
  const double usable = (memory.kv_space + memory.weights()).value();
  const double whole = devices * (memory.weights().value() + cache);
  return {ErrorKind::kInfeasible, request.devices ? "--devices" : "--max-devices",
          fmt::format("{} does not fit on {} x {} ({}): each device holds {:.1f} GB of weights in "
                      "{} and {:.2f} GB of KV cache for {:.0f} request{}; usable are {:.1f} of "
                      "{:.0f} GB. About {:.0f} devices would hold it",
                      setting.sweep.model.entry.name, devices, setting.kernels.target().name,
                      nameOf(largest.parallelism), memory.weights().value() / 1e9,
                      name(request.weights), cache / 1e9, requests, requests == 1 ? "" : "s",
                      usable / 1e9, memory.capacity.value() / 1e9,
                      std::ceil(std::max(whole / usable, devices + 1.0)))};
}

/// Why nothing that fits was good enough.
Error limitMissed(const CostSetting& setting, const CostRequest& request,
                  const std::vector<ServingOption>& options) {
  if (request.request_rate) {
    double most = 0;
    for (const ServingOption& option : options) {
      const double held = std::floor(pointAt(setting.sweep, option, 1).kv_limit);
      const double limit = std::min(held, setting.engine_limit.value_or(HUGE_VAL));
      if (limit >= 1)
        most = std::max(most, pointAt(setting.sweep, option, limit).output_tokens_per_s);
    }
    return {
        ErrorKind::kInfeasible, "--request-rate",
        fmt::format("one replica serves at most {:.3g} requests a second, {:.3g} were asked; "
                    "take {:.0f} replicas",
                    most / setting.sweep.load.output_tokens, *request.request_rate,
                    std::ceil(*request.request_rate * setting.sweep.load.output_tokens / most))};
  }
  double ttft = HUGE_VAL;
  double tpot = HUGE_VAL;
  for (const ServingOption& option : options) {
    const ServingPoint point = pointAt(setting.sweep, option, request.concurrency.value_or(1));
    ttft = std::min(ttft, point.ttft_s);
    tpot = std::min(tpot, point.tpot_s);
  }
  const bool first = request.ttft_limit_s && ttft > *request.ttft_limit_s;
  const bool output = request.tpot_limit_s && tpot > *request.tpot_limit_s;
  if (first || output)
    return {ErrorKind::kInfeasible, first ? "--ttft-limit-s" : "--tpot-limit-s",
            fmt::format(
                "is {:.3g} s; the least on up to {} devices is {:.3g} s at {:.0f} request{}",
                first ? *request.ttft_limit_s : *request.tpot_limit_s,
                options.back().parallelism.devices(), first ? ttft : tpot,
                request.concurrency.value_or(1), request.concurrency.value_or(1) == 1 ? "" : "s")};
  return {ErrorKind::kInfeasible, "--tpot-limit-s",
          "no division keeps both limits at once, though each alone can be kept"};
}

Result<void> checkLink(const CostSetting& setting, const std::vector<Parallelism>& divisions) {
  const Accelerator& machine = setting.kernels.target();
  if (machine.link_bandwidth.value() > 0) return {};
  for (const Parallelism& division : divisions)
    if (division.devices() > 1)
      return fail(ErrorKind::kInput, "--hardware",
                  fmt::format("the catalog has no link bandwidth for {}, so more than one device "
                              "cannot be costed; one has {:.1f} GB",
                              machine.name, machine.device_memory.value() / 1e9));
  return {};
}

bool holdsOne(const CostSetting& setting, const CostRequest& request, const ServingOption& option) {
  return pointAt(setting.sweep, option, 1).kv_limit >=
         std::max(1.0, request.concurrency.value_or(1) * (1 - 1e-12));
}

}  // namespace

Result<CostSearch> searchCost(const CostSetting& setting, const CostRequest& request) {
  const auto divisions = divisionsOf(request, setting);
  if (!divisions) return tl::unexpected(divisions.error());
  if (const auto good = checkLink(setting, *divisions); !good) return tl::unexpected(good.error());
  CostSearch search;
  std::vector<ServingOption> all;
  std::vector<ServingOption> good;
  for (const Parallelism& division : *divisions) {
    all.push_back(deploy(setting.sweep, division, setting.kernels));
    const bool fits = holdsOne(setting, request, all.back());
    if (fits && (search.fewest_devices == 0 || division.devices() < search.fewest_devices))
      search.fewest_devices = division.devices();
    if (!fits) continue;
    if (request.frontier) addAllConcurrencies(search, setting, all.back());
    if (auto best = bestOf(setting, request, all.back())) good.push_back(*std::move(best));
  }
  search.divisions = divisions->size();
  if (search.fewest_devices == 0) return tl::unexpected(doesNotFit(setting, request, all));
  if (good.empty()) {
    std::erase_if(all, [&](const ServingOption& o) { return !holdsOne(setting, request, o); });
    return tl::unexpected(limitMissed(setting, request, all));
  }
  std::stable_sort(good.begin(), good.end(), [](const ServingOption& a, const ServingOption& b) {
    return a.deviceSecondsPerToken() < b.deviceSecondsPerToken();
  });
  search.best = good.front();
  search.others.assign(good.begin() + 1, good.end());
  return search;
}

}  // namespace moe
