#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "costmodel/planner/training_price.h"

namespace moe {
namespace {

constexpr int kTensor[] = {1, 2, 4, 8};
constexpr int kPipeline[] = {1, 2, 4, 8, 16};
constexpr int kExpert[] = {1, 2, 4, 8, 16, 32, 64};
constexpr double kMicroBatch[] = {1, 2, 4};  // sequences
constexpr std::size_t kPredicted = 6;        // splits that are predicted from measured rows
constexpr int kFewestDevices = 8;
constexpr int kMostDevices = 1 << 15;

Result<void> checkRequest(const TrainingPriceRequest& r) {
  if (r.mfu && !(*r.mfu > 0 && *r.mfu <= 1))
    return usageError("--training-mfu",
                      fmt::format("is {:g}; it must be above 0 and at most 1", *r.mfu));
  if (r.cluster_devices && *r.cluster_devices < 1)
    return usageError("--training-devices",
                      fmt::format("is {}; it must be 1 or more", *r.cluster_devices));
  if (!(r.batch_tokens >= 1 && r.sequence_length >= 1))
    return usageError("--global-batch-tokens", "a batch and a sequence must have tokens");
  if (!(r.price.value() > 0))
    return usageError("--train-usd-per-device-hour",
                      "must be positive; else training costs nothing");
  require(r.mfu || r.speed != nullptr, "a speed is predicted from measured rows");
  return {};
}

/// A split with how long its step takes per token and device by the physical terms alone.
struct Candidate {
  TrainingSetup setup;
  double seconds = 0;
};

TrainingQuestion questionOf(const TrainingPriceRequest& request, const ModelArchitecture& model) {
  TrainingQuestion question;
  question.model = model;
  question.accelerator = request.accelerator;
  question.mfu = request.mfu;
  question.price = request.price;
  question.setup.precision = request.precision;
  question.setup.sequence_length = request.sequence_length;
  if (model.entry.max_context > 0)
    question.setup.sequence_length =
        std::min(request.sequence_length, 1.0 * model.entry.max_context);
  return question;
}

/// Whole micro batches on every replica.
void setBatch(TrainingSetup& setup, double batch_tokens) {
  const double at_once = setup.dataParallel() * setup.micro_batch_sequences;
  setup.global_batch_sequences =
      at_once * std::ceil(batch_tokens / (setup.sequence_length * at_once));
}

/// The split with each micro batch that fits, with the least ZeRO stage and recomputation.
void addFitting(std::vector<Candidate>& found, TrainingQuestion& question,
                const TrainingPriceRequest& request) {
  for (const double sequences : kMicroBatch) {
    TrainingSetup& setup = question.setup;
    setup.micro_batch_sequences = sequences;
    setBatch(setup, request.batch_tokens);
    const auto fits = setupThatFits(question);
    if (!fits) return;
    // With a stated MFU all splits cost the same: the simplest, which comes first.
    double seconds = 0;
    if (!request.mfu) {
      const StepTerms terms =
          stepTerms(question.model, question.accelerator, *fits, request.speed->newest_month);
      seconds = stepTime(terms, request.speed->coefficients).seconds;
    }
    found.push_back({*fits, seconds});
    if (request.mfu) return;
  }
}

/// Every split of so many devices that fits.
std::vector<Candidate> candidatesOn(TrainingQuestion& question, int devices,
                                    const TrainingPriceRequest& request) {
  std::vector<Candidate> found;
  const bool routed = question.model.params.experts > 0;
  for (const int pipeline : kPipeline)
    for (const int tensor : kTensor)
      for (const int expert : kExpert) {
        if (expert > 1 && !routed) break;
        TrainingSetup& setup = question.setup;
        setup.devices = devices;
        setup.pipeline_parallel = pipeline;
        setup.tensor_parallel = tensor;
        setup.expert_parallel = expert;
        setup.zero_stage = 1;
        setup.recompute = Recompute::kNone;
        if (!checkTrainingSplits(question.model, setup)) continue;
        addFitting(found, question, request);
        if (request.mfu && !found.empty()) return found;
      }
  return found;
}

/// On the cluster, or on the fewest devices that hold the model and up to four times as many, which
/// may need less recomputation.
std::vector<Candidate> candidatesOf(TrainingQuestion& question,
                                    const TrainingPriceRequest& request) {
  if (request.cluster_devices) return candidatesOn(question, *request.cluster_devices, request);
  for (int devices = kFewestDevices; devices <= kMostDevices; devices *= 2) {
    auto found = candidatesOn(question, devices, request);
    if (found.empty()) continue;
    for (const int more : {2 * devices, 4 * devices})
      for (const Candidate& candidate : candidatesOn(question, more, request))
        found.push_back(candidate);
    return found;
  }
  return {};
}

}  // namespace

Result<std::optional<TrainingChoice>> cheapestTraining(const TrainingPriceRequest& request,
                                                       const ModelEntry& entry,
                                                       double train_tokens) {
  if (const auto good = checkRequest(request); !good) return tl::unexpected(good.error());
  const auto model = architectureOf(entry);
  if (!model) return tl::unexpected(model.error());
  TrainingQuestion question = questionOf(request, *model);
  question.train_tokens = train_tokens;
  std::vector<Candidate> candidates = candidatesOf(question, request);
  if (candidates.empty()) return std::nullopt;
  const std::size_t predicted = std::min(kPredicted, candidates.size());
  std::partial_sort(candidates.begin(), candidates.begin() + static_cast<std::ptrdiff_t>(predicted),
                    candidates.end(),
                    [](const Candidate& a, const Candidate& b) { return a.seconds < b.seconds; });
  std::optional<TrainingChoice> best;
  for (std::size_t i = 0; i < predicted; ++i) {
    question.setup = candidates[i].setup;
    auto cost = trainingCost(question, request.speed);
    if (!cost) return tl::unexpected(cost.error());
    if (!best || cost->price < best->cost.price)
      best = TrainingChoice{question.setup, *std::move(cost)};
  }
  return best;
}

}  // namespace moe
