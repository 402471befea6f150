#include "costmodel/training/training_points.h"

#include <cmath>

#include "costmodel/training/training_flop.h"

namespace moe {
namespace {

/// Weights of the differences, chosen by hand: halving or doubling any one of them moves the median
/// error of left-out configurations (6 % dense, 13 % MoE) by at most four points, mostly by one.
constexpr double kPeak = 1.0;         // per doubling
constexpr double kLinkDomain = 0.25;  // per doubling
constexpr double kMachine = 1.0;
constexpr double kPrecision = 2.0;
constexpr double kRouting = 2.0;
constexpr double kModel = 1.4;
constexpr double kActiveFlop = 0.5;  // per doubling
constexpr double kSequence = 0.7;    // per doubling
constexpr double kDevices = 0.15;    // per doubling
constexpr double kMicroBatch = 0.6;  // per doubling of tokens at once on a device
constexpr double kRecompute = 1.4;
constexpr double kProgram = 1.0;
constexpr double kMonth = 0.06;

double doublings(double a, double b) { return std::log2(a / b); }

double tokensAtOnce(const TrainingSetup& setup) {
  return setup.tokensPerMicroBatch() / setup.tensor_parallel;
}

TrainingSetup setupOf(const TrainingRow& row, Precision precision) {
  TrainingSetup setup;
  setup.precision = precision;
  setup.devices = row.devices;
  setup.tensor_parallel = row.tensor_parallel;
  setup.pipeline_parallel = row.pipeline_parallel;
  setup.interleaved_stages = row.interleaved_stages;
  setup.context_parallel = row.context_parallel;
  setup.expert_parallel = row.expert_parallel;
  setup.zero_stage = row.zero_stage;
  setup.overlapped_all_to_all = row.overlapped_dispatch;
  setup.recompute = row.full_recompute ? Recompute::kFull : Recompute::kNone;
  setup.micro_batch_sequences = row.micro_batch_sequences;
  setup.global_batch_sequences = row.global_batch_sequences;
  setup.sequence_length = row.sequence_length;
  return setup;
}

Result<MeasuredTraining> measured(const TrainingRow& row, const ModelCatalog& models,
                                  const HardwareCatalog& hardware) {
  const auto entry = findModel(models, row.model, row.where);
  if (!entry) return tl::unexpected(entry.error());
  const auto model = architectureOf(*entry);
  if (!model) return tl::unexpected(model.error());
  const auto machine = findHardware(hardware, row.hardware, row.where);
  if (!machine) return tl::unexpected(machine.error());
  const auto precision = precisionOf(row.precision, row.where);
  if (!precision) return tl::unexpected(precision.error());
  const Accelerator accelerator = acceleratorOf(*machine);
  if (!peakIn(accelerator, *precision))
    return fail(ErrorKind::kInput, row.where,
                accelerator.name + " has no peak in " + std::string(row.precision));
  MeasuredTraining result;
  result.row = row;
  result.point = trainingPoint(*model, accelerator, setupOf(row, *precision),
                               releaseMonth(row.release).value_or(0));
  result.point.source = row.source;
  result.whole_run = row.source == "whole training runs";
  return result;
}

}  // namespace

std::string_view name(RoutingKind kind) {
  switch (kind) {
    case RoutingKind::kDense:
      return "dense";
    case RoutingKind::kCoarse:
      return "coarse MoE";
    case RoutingKind::kFine:
      return "fine-grained MoE";
  }
  require(false, "unknown kind of routing");
  return {};
}

RoutingKind routingKind(const ModelEntry& entry) {
  if (entry.experts == 0) return RoutingKind::kDense;
  constexpr int kFew = 16;
  const bool coarse = entry.expert_ffn >= entry.hidden && entry.experts <= kFew;
  return coarse ? RoutingKind::kCoarse : RoutingKind::kFine;
}

bool sameShape(const ModelEntry& a, const ModelEntry& b) {
  const auto shape = [](const ModelEntry& m) {
    return std::array{m.layers,  m.hidden, m.heads,      m.kv_heads,   m.head_dim,  m.dense_ffn,
                      m.experts, m.top_k,  m.expert_ffn, m.shared_ffn, m.vocabulary};
  };
  return shape(a) == shape(b);
}

TrainingPoint trainingPoint(const ModelArchitecture& model, const Accelerator& accelerator,
                            const TrainingSetup& setup, int month) {
  return {model, accelerator, setup, "", month, stepTerms(model, accelerator, setup, month)};
}

Result<std::vector<MeasuredTraining>> measuredTraining(const std::vector<TrainingRow>& rows,
                                                       const ModelCatalog& models,
                                                       const HardwareCatalog& hardware) {
  std::vector<MeasuredTraining> result;
  for (const TrainingRow& row : rows) {
    auto one = measured(row, models, hardware);
    if (!one) return tl::unexpected(one.error());
    result.push_back(*std::move(one));
  }
  return result;
}

double trainingDistance(const TrainingPoint& a, const TrainingPoint& b) {
  double squares = 0;
  const auto add = [&](double weight, double difference) {
    squares += weight * weight * difference * difference;
  };
  const auto addIf = [&](double weight, bool differs) { add(weight, differs ? 1 : 0); };
  const auto routed = [](const TrainingPoint& p) { return p.model.params.experts > 0; };
  add(kPeak, doublings(a.accelerator.peak_bf16.value(), b.accelerator.peak_bf16.value()));
  add(kLinkDomain, doublings(a.accelerator.link_domain, b.accelerator.link_domain));
  addIf(kMachine, a.accelerator.name != b.accelerator.name);
  addIf(kPrecision, a.setup.precision != b.setup.precision);
  addIf(kRouting, routed(a) != routed(b));
  addIf(kModel, !sameShape(a.model.entry, b.model.entry));
  add(kActiveFlop, doublings(sixPerActiveParameter(a.model), sixPerActiveParameter(b.model)));
  add(kSequence, doublings(a.setup.sequence_length, b.setup.sequence_length));
  add(kDevices, doublings(a.setup.devices, b.setup.devices));
  add(kMicroBatch, doublings(tokensAtOnce(a.setup), tokensAtOnce(b.setup)));
  addIf(kRecompute,
        (a.setup.recompute == Recompute::kFull) != (b.setup.recompute == Recompute::kFull));
  addIf(kProgram, !a.source.empty() && !b.source.empty() && a.source != b.source);
  add(kMonth, a.month - b.month);
  return std::sqrt(squares);
}

}  // namespace moe
