#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "costmodel/verify/measure/calibration_run.h"
#include "costmodel/verify/measure/layer_timer.h"
#include "costmodel/verify/measure/pooled_weights.h"

namespace moe {
namespace {

constexpr int kMostPeakRows = 1024;
constexpr int kPeakWidth = 2048;

Result<RobustTime> timeProduct(const Bench& bench, const MatrixProductSetup& setup, bool cold,
                               const TimingOptions& timing, std::stop_token stop) {
  const auto product = bench.kernels->matrixProduct(setup);
  if (!product) return tl::unexpected(product.error());
  std::optional<Error> error;
  const RobustTime time = repeatTimed(
      [&] {
        const auto report = (*product)->run();
        if (!report) error = report.error();
        return !report || !report->prepared;
      },
      timing, stop, bench.clock, cold ? [&] { (*product)->evict(); } : std::function<void()>());
  if (error) return tl::unexpected(*error);
  return time;
}

bool productFits(const CalibrationPlan& plan, double m, double n, double k) {
  return 2 * m * n * k <= plan.most_flop;
}

/// A router of so many experts: a layer whose experts are as narrow as can be.
Result<void> addRouters(CalibrationRun& run, LayerPrecision precision, int experts, int hidden,
                        TableText& table) {
  constexpr int kNarrow = 32;
  MoeLayerSetup setup;
  setup.shape = {.hidden = hidden, .expert_ffn = kNarrow, .experts = experts};
  setup.shape.top_k = std::min(2, experts);
  setup.precision = precision;
  setup.max_tokens = run.plan.product_m.back();
  setup.threads = run.bench.threads;
  auto timer = LayerTimer::make(run.bench, setup, pooledWeights(setup.shape, 1));
  if (!timer) return tl::unexpected(timer.error());
  for (const int m : run.plan.product_m) {
    if (run.stopped()) return {};
    const auto timing = timer->timeWhole(m, run.plan.timing, run.stop);
    if (!timing) return tl::unexpected(timing.error());
    if (run.stopped()) return {};  // cut short: no measurement
    if (!(timing->router_s > 0)) continue;
    table.add(fmt::format("{},{},{}", formatName(precision), experts, hidden), m, timing->router_s);
  }
  return {};
}

Result<void> addProducts(CalibrationRun& run, LayerPrecision precision, int n, int k,
                         TableText& table) {
  for (const int m : run.plan.product_m) {
    if (run.stopped()) return {};
    if (!productFits(run.plan, m, n, k)) continue;
    MatrixProductSetup setup{.m = m, .n = n, .k = k, .precision = precision};
    setup.threads = run.bench.threads;
    const auto time = timeProduct(run.bench, setup, true, run.plan.timing, run.stop);
    if (!time) return tl::unexpected(time.error());
    if (run.stopped()) return {};  // cut short: no measurement
    table.add(fmt::format("{},{},{}", formatName(precision), n, k), m, run.keep(*time));
  }
  return {};
}

}  // namespace

Result<FlopPerSecond> measurePeak(const Bench& bench, LayerPrecision precision, int threads,
                                  const TimingOptions& timing, std::stop_token stop) {
  double fastest = 0;
  for (int m = 256; m <= kMostPeakRows; m *= 2) {
    const MatrixProductSetup setup{
        .m = m, .n = kPeakWidth, .k = kPeakWidth, .precision = precision, .threads = threads};
    const auto time = timeProduct(bench, setup, false, timing, stop);
    if (!time) return tl::unexpected(time.error());
    fastest = std::max(fastest, 2.0 * m * kPeakWidth * kPeakWidth / time->fastest_s);
  }
  return FlopPerSecond(fastest);
}

Result<void> calibrateProducts(CalibrationRun& run, double from, double to) {
  TableText table(KernelOperation::kGemm, "dtype,n,k",
                  "microseconds of (m x k)(k x n); columns: m; weights from memory; "
                  "the narrowest are whole routers");
  const CalibrationPlan& plan = run.plan;
  const std::size_t widths = plan.product_n.size() + plan.router_experts.size();
  const auto steps = static_cast<double>(run.precisions.size() * plan.product_k.size() * widths);
  double step = 0;
  for (const LayerPrecision precision : run.precisions)
    for (const int k : plan.product_k) {
      const auto reported = [&] {
        run.report("matrix products", from + (to - from) * step++ / steps);
      };
      for (const int experts : plan.router_experts) {
        reported();
        if (const auto good = addRouters(run, precision, experts, k, table); !good) return good;
      }
      for (const int n : plan.product_n) {
        reported();
        if (const auto good = addProducts(run, precision, n, k, table); !good) return good;
      }
    }
  if (!table.empty()) run.tables.push_back(table.table());
  return {};
}

}  // namespace moe
