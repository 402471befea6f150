#include <fmt/format.h>

#include <algorithm>
#include <optional>

#include "costmodel/verify/measure/calibration_run.h"
#include "costmodel/verify/measure/layer_pool.h"
#include "costmodel/verify/measure/pooled_weights.h"

namespace moe {
namespace {

constexpr int kMostColdRows = 128;
constexpr int kMostMatrixCopies = 1 << 16;
constexpr int kHotCopies = 2;  // of weights whose reading is hidden behind computing
constexpr int kMostPeakRows = 1024;
constexpr int kPeakWidth = 2048;

Result<RobustTime> timeProduct(const Bench& bench, const MatrixProductSetup& setup,
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
      timing, stop, bench.clock);
  if (error) return tl::unexpected(*error);
  return time;
}

Bytes matrixBytes(const MatrixProductSetup& setup) {
  return Bytes(1.0 * setup.k * setup.n * weightBytes(formatOf(setup.precision)));
}

bool productFits(const CalibrationPlan& plan, double m, double n, double k) {
  return 2 * m * n * k <= plan.most_flop;
}

/// A router of so many experts: a layer whose experts are as narrow as can be. Few rows read the
/// router's weights from memory, as in a model; many compute longer than they read.
Result<void> addRouters(CalibrationRun& run, LayerPrecision precision, int experts, int hidden,
                        bool few_rows, TableText& table) {
  constexpr int kNarrow = 32;
  std::vector<int> rows;
  for (const int m : run.plan.product_m)
    if ((m <= kMostColdRows) == few_rows) rows.push_back(m);
  if (rows.empty()) return {};
  MoeLayerSetup setup;
  setup.shape = {.hidden = hidden, .expert_ffn = kNarrow, .experts = experts};
  setup.shape.top_k = std::min(2, experts);
  setup.precision = precision;
  setup.max_tokens = rows.back();
  setup.threads = run.bench.threads;
  const Bytes router(4.0 * hidden * experts);  // in f32, whatever the experts are in
  const Bytes held = router + layerBytes(setup.shape, precision);
  const int copies = few_rows ? coldCopies(run.cold, router, held, kMostLayerCopies) : 1;
  auto pool = LayerPool::make(run.bench, setup, pooledWeights(setup.shape, 1), copies);
  if (!pool) return tl::unexpected(pool.error());
  for (const int m : rows) {
    if (run.stopped()) return {};
    const auto timing = pool->timeWhole(m, run.plan.timing, run.stop);
    if (!timing) return tl::unexpected(timing.error());
    if (run.stopped()) return {};  // cut short: no measurement
    if (!(timing->router_s > 0)) continue;
    table.add(fmt::format("{},{},{}", formatName(precision), experts, hidden), m, timing->router_s);
    if (few_rows) run.keepCopies(copies, router);
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
    const bool few_rows = m <= kMostColdRows;
    const Bytes matrix = matrixBytes(setup);
    setup.weight_copies =
        few_rows ? coldCopies(run.cold, matrix, matrix, kMostMatrixCopies) : kHotCopies;
    const auto time = timeProduct(run.bench, setup, run.plan.timing, run.stop);
    if (!time) return tl::unexpected(time.error());
    if (run.stopped()) return {};  // cut short: no measurement
    table.add(fmt::format("{},{},{}", formatName(precision), n, k), m, run.keep(*time));
    if (few_rows) run.keepCopies(setup.weight_copies, matrix);
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
    const auto time = timeProduct(bench, setup, timing, stop);
    if (!time) return tl::unexpected(time.error());
    fastest = std::max(fastest, 2.0 * m * kPeakWidth * kPeakWidth / time->fastest_s);
  }
  return FlopPerSecond(fastest);
}

Result<void> calibrateProducts(CalibrationRun& run, double from, double to) {
  TableText table(KernelOperation::kGemm, "dtype,n,k",
                  "microseconds of (m x k)(k x n); columns: m; weights from memory up to 128 rows; "
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
        for (const bool few_rows : {true, false})
          if (const auto good = addRouters(run, precision, experts, k, few_rows, table); !good)
            return good;
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
