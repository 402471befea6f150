#include "costmodel/operators/attention.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <set>
#include <tuple>

namespace moe {
namespace {

constexpr double kF32Bytes = 4;

double bytesOf(std::string_view kv_format) {
  if (kv_format == "f32") return kF32Bytes;
  return kv_format == "fp8" ? 1 : 2;
}

/// Rows of one shape, by batch.
using Batches = std::map<double, const std::vector<double>*>;

/// What a kernel spreads over the device beside the sequences: query heads in prefill, KV heads in
/// decode (one in MLA).
double parallelHeads(const AttentionHeads& shape, bool prefill) {
  return prefill ? shape.heads : shape.kv_heads;
}

/// How unlike two shapes are for utilisation, in powers of two: query heads that share a KV head,
/// head width, and, less, the heads that only multiply the batch.
double distance(const AttentionHeads& a, const AttentionHeads& b, bool prefill) {
  return 2 * octavesBetween(a.heads / a.kv_heads, b.heads / b.kv_heads) * (prefill ? 0.5 : 1) +
         4 * octavesBetween(a.head_dim, b.head_dim) +
         0.5 * octavesBetween(parallelHeads(a, prefill), parallelHeads(b, prefill));
}

/// ln utilisation of another shape at the batches that fill the device as much: u of (heads,
/// batch) is that of (2 heads, batch/2).
std::vector<double> atEqualParallelism(const UtilisationGrid& grid, double factor) {
  std::vector<double> logs;
  for (const double batch : grid.x())
    for (const double tokens : grid.y()) logs.push_back(grid.log(batch * factor, tokens));
  return logs;
}

}  // namespace

IdealTime attentionIdeal(const AttentionHeads& shape, bool prefill, double kv_bytes, double batch,
                         double tokens, const Peaks& peaks) {
  const double context = batch * tokens;
  const double pairs = prefill ? context * tokens / 2 : context;
  const double query =
      shape.mla ? (prefill ? kMlaNope + kMlaRotary : kMlaLatent + kMlaRotary) : shape.head_dim;
  const double value = shape.mla ? (prefill ? kMlaValue : kMlaLatent) : shape.head_dim;
  const double cache = shape.mla ? kMlaLatent + kMlaRotary : 2 * shape.kv_heads * shape.head_dim;
  const double peak = kv_bytes == kF32Bytes ? peaks.f32_flop_per_s : peaks.bf16_flop_per_s;
  return {2 * shape.heads * (query + value) * pairs / peak,
          kv_bytes * cache * context / peaks.bytes_per_s};
}

OperatorTime AttentionCurve::time(double batch, double tokens) const {
  const IdealTime ideal = attentionIdeal(shape, prefill, kv_bytes, utilisation.clampedX(batch),
                                         utilisation.clampedY(tokens), peaks);
  return {ideal.seconds() / std::min(1.0, utilisation.utilisation(batch, tokens)), ideal};
}

AttentionTable::AttentionTable(const KernelTable& table, bool prefill, bool mla,
                               const Peaks& source)
    : prefill_(prefill), source_(source) {
  // The columns before these are formats: dtype (prefill attention only), kv_dtype.
  const std::size_t first = prefill && !mla ? 1 : 0;
  std::map<std::tuple<double, double, double, double>, Batches> shapes;
  std::set<double> batches;
  for (const KernelTable::Row& row : table.rows) {
    // Products in bf16, as engines run them, or all in f32.
    if (first == 1 && row.shape[0] != "bf16" && row.shape[0] != "f32") continue;
    const double kv_bytes = bytesOf(row.shape[first]);
    const auto at = [&](std::size_t key) { return table.number(row, first + key); };
    const auto shape = mla ? std::tuple(kv_bytes, at(1), 1.0, kMlaLatent)
                           : std::tuple(kv_bytes, at(2), at(3), at(1));
    const double batch = at(mla ? 2 : 4);
    batches.insert(batch);
    shapes[shape][batch] = &row.seconds;
  }
  const std::vector<double> x(batches.begin(), batches.end());
  for (const auto& [key, rows] : shapes) {
    const AttentionHeads shape{std::get<1>(key), std::get<2>(key), std::get<3>(key), mla};
    std::vector<double> logs;
    for (const double batch : x) {
      const auto row = rows.find(batch);
      for (std::size_t i = 0; i < table.axis.size(); ++i) {
        const double seconds =
            row == rows.end() ? std::numeric_limits<double>::quiet_NaN() : (*row->second)[i];
        logs.push_back(
            std::log(attentionIdeal(shape, prefill, std::get<0>(key), batch, table.axis[i], source)
                         .seconds() /
                     seconds));
      }
    }
    measured_.push_back({shape, std::get<0>(key), UtilisationGrid(x, table.axis, logs), logs});
  }
}

std::optional<AttentionCurve> AttentionTable::bind(const AttentionHeads& shape, double kv_bytes,
                                                   const Peaks& target,
                                                   const AttentionHeads* hidden) const {
  const Measured* nearest[2] = {nullptr, nullptr};
  double far_from[2] = {1e9, 1e9};
  for (const Measured& candidate : measured_) {
    if (candidate.kv_bytes != kv_bytes) continue;
    if (hidden && distance(candidate.shape, *hidden, prefill_) == 0) continue;
    const double far = distance(candidate.shape, shape, prefill_);
    if (far < far_from[0]) {
      nearest[1] = nearest[0], far_from[1] = far_from[0];
      nearest[0] = &candidate, far_from[0] = far;
    } else if (far < far_from[1]) {
      nearest[1] = &candidate, far_from[1] = far;
    }
  }
  if (!nearest[0]) return std::nullopt;
  if (far_from[0] == 0)
    return AttentionCurve{
        shape, prefill_, kv_bytes, target, nearest[0]->utilisation, Basis::kInterpolated};
  const auto moved = [&](const Measured& other) {
    const double factor = parallelHeads(shape, prefill_) / parallelHeads(other.shape, prefill_);
    return atEqualParallelism(other.utilisation, factor);
  };
  std::vector<double> logs = moved(*nearest[0]);
  if (nearest[1]) {
    const std::vector<double> second = moved(*nearest[1]);
    const double share = far_from[0] / (far_from[0] + far_from[1]);
    for (std::size_t i = 0; i < logs.size(); ++i) logs[i] += share * (second[i] - logs[i]);
  }
  const UtilisationGrid& axes = nearest[0]->utilisation;
  return AttentionCurve{shape,
                        prefill_,
                        kv_bytes,
                        target,
                        {axes.x(), axes.y(), std::move(logs)},
                        Basis::kTransferred};
}

AttentionCurve rooflineAttention(const AttentionHeads& shape, bool prefill, double kv_bytes,
                                 const Peaks& peaks, double compute_share, double bandwidth_share) {
  const Peaks reached = peaks.scaled(compute_share, bandwidth_share);
  return {shape, prefill, kv_bytes, reached, UtilisationGrid::constant(1), Basis::kRoofline};
}

}  // namespace moe
