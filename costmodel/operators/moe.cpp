#include "costmodel/operators/moe.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "costmodel/serving.h"

namespace moe {
namespace {

constexpr double kMeasuredSkew = 1.2;

/// What of a layer's experts one device holds, in widths.
double heldWidth(const MoeShape& shape) {
  return shape.expert_ffn / shape.tensor_parallel * shape.experts / shape.expert_parallel;
}

/// How unlike two layers are for utilisation, in powers of two. What one device holds counts most:
/// half of the experts and half of each expert read as many bytes. The weights were chosen by the
/// error on hidden shapes of all shipped tables.
double distance(const MoeShape& a, const MoeShape& b) {
  return octavesBetween(a.hidden, b.hidden) + octavesBetween(heldWidth(a), heldWidth(b)) +
         0.5 * (octavesBetween(a.expert_ffn, b.expert_ffn) + octavesBetween(a.experts, b.experts) +
                octavesBetween(a.top_k, b.top_k)) +
         0.25 *
             (octavesBetween(a.expert_ffn / a.tensor_parallel, b.expert_ffn / b.tensor_parallel) +
              octavesBetween(a.experts / a.expert_parallel, b.experts / b.expert_parallel) +
              octavesBetween(a.expert_parallel, b.expert_parallel));
}

/// How many times as long as in the split `other` a device may take in the split `row` of the same
/// layer: no longer than in a coarser one, of which it holds a part, and no longer than all parts
/// of a finer one, one after the other. 0: neither, or another layer.
double splitBound(const MoeShape& row, const MoeShape& other) {
  if (row.hidden != other.hidden || row.expert_ffn != other.expert_ffn ||
      row.experts != other.experts || row.top_k != other.top_k || row == other)
    return 0;
  const auto divides = [](const MoeShape& a, const MoeShape& b) {
    return std::fmod(b.tensor_parallel, a.tensor_parallel) == 0 &&
           std::fmod(b.expert_parallel, a.expert_parallel) == 0;
  };
  if (divides(other, row)) return 1;
  if (!divides(row, other)) return 0;
  return other.tensor_parallel / row.tensor_parallel * other.expert_parallel / row.expert_parallel;
}

/// ln utilisation of another layer at the batches that give each of its experts as many tokens.
std::vector<double> atEqualTokensPerExpert(const std::vector<double>& tokens,
                                           const std::vector<double>& log_utilisation,
                                           const MoeShape& from, const MoeShape& to) {
  const UtilisationGrid grid(tokens, log_utilisation);
  const double factor = (to.top_k / to.experts) / (from.top_k / from.experts);
  std::vector<double> logs;
  for (const double batch : tokens) logs.push_back(grid.log(batch * factor));
  return logs;
}

/// Formats in which the same experts may run as well, with the engine whose table holds them: a
/// lower precision is not slower than a higher one where both are tuned. Triton's kernels pass over
/// the tokens of all ranks when experts are divided (32 ranks take as long as 8), so engines that
/// have them take grouped products there, as TensorRT-LLM's.
std::vector<std::pair<NumberFormat, std::string_view>> alternatives(const MoeTable::Query& query) {
  const NumberFormat format = query.format;
  std::vector<std::pair<NumberFormat, std::string_view>> all{{format, query.engine}};
  const bool triton = query.engine != "trtllm";
  if (triton && format == NumberFormat::kFp8)
    all.push_back({NumberFormat::kFp8Block, query.engine});
  if (triton && (format == NumberFormat::kFp8 || query.shape.expert_parallel > 1))
    all.push_back({format, "trtllm"});
  if (format == NumberFormat::kFp8Block) all.push_back({NumberFormat::kNvfp4, query.engine});
  return all;
}

}  // namespace

MoeLoad evenLoad(const MoeShape& shape, double tokens) {
  return {expertsTouched(shape.experts, shape.top_k, tokens), 1};
}

IdealTime moeIdeal(const MoeShape& shape, NumberFormat format, double tokens, const MoeLoad& load,
                   const Peaks& peaks) {
  const double width = shape.expert_ffn / shape.tensor_parallel;
  const double weights = 3 * shape.hidden * width * load.touched / shape.expert_parallel;
  const double flop =
      6 * shape.hidden * width * tokens * shape.top_k / shape.expert_parallel * load.imbalance;
  return {flop / peaks.flopPerSecond(format), weights * weightBytes(format) / peaks.bytes_per_s};
}

OperatorTime ExpertsCurve::time(double tokens) const {
  return time(tokens, evenLoad(shape, utilisation.clampedY(tokens)));
}

OperatorTime ExpertsCurve::time(double tokens, const MoeLoad& load) const {
  const IdealTime ideal = moeIdeal(shape, format, utilisation.clampedY(tokens), load, peaks);
  return {ideal.seconds() / utilisation.utilisation(tokens), ideal};
}

MoeTable::MoeTable(const KernelTable& table, const Peaks& source)
    : source_(source), tokens_(table.axis) {
  for (const KernelTable::Row& row : table.rows) {
    Measured measured;
    measured.engine = row.shape[0];
    bool known = false;
    for (const NumberFormat format : numberFormats())
      if (row.shape[1] == name(format)) measured.format = format, known = true;
    if (!known) continue;
    measured.skew = table.number(row, 2);
    measured.shape = {table.number(row, 3), table.number(row, 4), table.number(row, 5),
                      table.number(row, 6), table.number(row, 7), table.number(row, 8)};
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const double ideal = moeIdeal(measured.shape, measured.format, tokens_[i],
                                    evenLoad(measured.shape, tokens_[i]), source)
                               .seconds();
      measured.log_utilisation.push_back(std::log(ideal / row.seconds[i]));
      double& least =
          least_seconds_.try_emplace({measured.engine, measured.format}, HUGE_VAL).first->second;
      if (row.seconds[i] < least) least = row.seconds[i];
    }
    measured_.push_back(std::move(measured));
  }
}

std::vector<std::string> MoeTable::engines() const {
  std::vector<std::string> names{"trtllm"};
  for (const Measured& row : measured_)
    if (std::find(names.begin(), names.end(), row.engine) == names.end())
      names.push_back(row.engine);
  return names;
}

MoeTable::Curve MoeTable::boundedBySplits(const Measured& row, const MoeShape* hidden) const {
  constexpr double kUntuned = 0.26;  // ln 1.3
  Curve curve{row.log_utilisation, true};
  std::vector<MoeLoad> loads;
  for (const double tokens : tokens_) loads.push_back(evenLoad(row.shape, tokens));
  for (const Measured& other : measured_) {
    if (other.engine != row.engine || other.format != row.format || other.skew != row.skew ||
        (hidden && other.shape == *hidden))
      continue;
    const double factor = splitBound(row.shape, other.shape);
    if (factor == 0) continue;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const auto ideal = [&](const MoeShape& shape) {
        return moeIdeal(shape, row.format, tokens_[i], loads[i], source_).seconds();
      };
      const double bound =
          other.log_utilisation[i] + std::log(ideal(row.shape) / (ideal(other.shape) * factor));
      if (!(bound > row.log_utilisation[i] + kUntuned)) continue;
      curve.log_utilisation[i] = std::max(curve.log_utilisation[i], bound);
      curve.exact = false;
    }
  }
  return curve;
}

std::optional<MoeTable::Curve> MoeTable::curveOf(std::string_view engine, NumberFormat format,
                                                 double skew, const MoeShape& shape,
                                                 const MoeShape* hidden) const {
  const Measured* nearest[2] = {nullptr, nullptr};
  double far[2] = {1e9, 1e9};
  for (const Measured& candidate : measured_) {
    if (candidate.format != format || candidate.skew != skew || candidate.engine != engine)
      continue;
    if (hidden && candidate.shape == *hidden) continue;
    const double d = distance(candidate.shape, shape);
    if (d < far[0]) {
      nearest[1] = nearest[0], far[1] = far[0];
      nearest[0] = &candidate, far[0] = d;
    } else if (d < far[1]) {
      nearest[1] = &candidate, far[1] = d;
    }
  }
  if (!nearest[0]) return std::nullopt;
  if (nearest[0]->shape == shape) return boundedBySplits(*nearest[0], hidden);
  const auto moved = [&](const Measured& other) {
    return atEqualTokensPerExpert(tokens_, boundedBySplits(other, hidden).log_utilisation,
                                  other.shape, shape);
  };
  Curve curve{moved(*nearest[0]), false};
  if (nearest[1]) {
    const std::vector<double> second = moved(*nearest[1]);
    const double share = far[0] / (far[0] + far[1]);
    for (std::size_t i = 0; i < second.size(); ++i)
      curve.log_utilisation[i] += share * (second[i] - curve.log_utilisation[i]);
  }
  const double least = leastSeconds(engine, format);
  for (std::size_t i = 0; i < tokens_.size(); ++i) {
    const double ideal =
        moeIdeal(shape, format, tokens_[i], evenLoad(shape, tokens_[i]), source_).seconds();
    curve.log_utilisation[i] = std::min(curve.log_utilisation[i], std::log(ideal / least));
  }
  return curve;
}

double MoeTable::leastSeconds(std::string_view engine, NumberFormat format) const {
  const auto found = least_seconds_.find({std::string(engine), format});
  require(found != least_seconds_.end(), "a format of experts that was not measured");
  return found->second;
}

std::optional<MoeTable::Curve> MoeTable::curveAt(const Query& query, NumberFormat format,
                                                 std::string_view engine,
                                                 const MoeShape* hidden) const {
  auto even = curveOf(engine, format, 0, query.shape, hidden);
  auto skewed = curveOf(engine, format, kMeasuredSkew, query.shape, hidden);
  if (even && query.skew == 0) return even;
  if (skewed && query.skew == kMeasuredSkew) return skewed;
  if (!even || !skewed) {  // the other routing stands for the one that was asked
    auto& only = even ? even : skewed;
    if (only) only->exact = false;
    return only;
  }
  const double share = query.skew / kMeasuredSkew;
  for (std::size_t i = 0; i < tokens_.size(); ++i)
    skewed->log_utilisation[i] =
        even->log_utilisation[i] + share * (skewed->log_utilisation[i] - even->log_utilisation[i]);
  skewed->exact = skewed->exact && even->exact;
  return skewed;
}

std::optional<ExpertsCurve> MoeTable::bind(const Query& query, const Peaks& target,
                                           const MoeShape* hidden) const {
  std::optional<Curve> best;
  for (const auto& [format, engine] : alternatives(query)) {
    auto curve = curveAt(query, format, engine, hidden);
    if (!curve) continue;
    if (best && !query.alternatives) break;
    // ln u of the asked format if the layer took the time of the alternative, scaled by ideals.
    if (!best) {
      if (format != query.format) curve->exact = false;
      best = std::move(curve);
      continue;
    }
    if (!curve->exact && best->exact) continue;
    for (std::size_t i = 0; i < tokens_.size(); ++i) {
      const MoeLoad load = evenLoad(query.shape, tokens_[i]);
      const double own = moeIdeal(query.shape, query.format, tokens_[i], load, source_).seconds();
      const double other = moeIdeal(query.shape, format, tokens_[i], load, source_).seconds();
      const bool scales = format == NumberFormat::kNvfp4;
      const double candidate = curve->log_utilisation[i] + (scales ? 0 : std::log(own / other));
      best->log_utilisation[i] = std::fmax(best->log_utilisation[i], candidate);
    }
  }
  if (!best) return std::nullopt;
  // Above 1 the experts stayed in the cache of the benchmark; in a model other layers evict them.
  for (double& value : best->log_utilisation) value = std::min(value, 0.0);  // NaN stays
  const bool inside = query.skew >= 0 && query.skew <= kMeasuredSkew;
  const Basis basis = best->exact ? Basis::kInterpolated : Basis::kTransferred;
  return ExpertsCurve{query.shape, query.format, target,
                      UtilisationGrid(tokens_, std::move(best->log_utilisation)),
                      inside ? basis : Basis::kExtrapolated};
}

ExpertsCurve rooflineMoe(const MoeShape& shape, NumberFormat format, const Peaks& peaks,
                         double compute_share, double bandwidth_share) {
  const Peaks reached = peaks.scaled(compute_share, bandwidth_share);
  return {shape, format, reached, UtilisationGrid::constant(1), Basis::kRoofline};
}

}  // namespace moe
