#include "app/workflows/fit_study.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace moe {

namespace {

constexpr std::size_t kProfiledPoints = 5000;
constexpr std::size_t kLeftOutPoints = 2000;
constexpr std::size_t kIsoFlopResamples = 400;

const TrainingRun& largestRun(const FitData& data) {
  return *std::max_element(data.points.begin(), data.points.end(),
                           [](const TrainingRun& a, const TrainingRun& b) {
                             return a.params * a.train_tokens < b.params * b.train_tokens;
                           });
}

std::vector<double> expertsToShow(const FitData& data, const LawFamily& family) {
  const auto [least, most] = std::minmax_element(
      data.points.begin(), data.points.end(),
      [](const TrainingRun& a, const TrainingRun& b) { return a.experts < b.experts; });
  if (least->experts == most->experts || !family.dependsOnExperts()) return {least->experts};
  return {least->experts, most->experts};
}

/// A model like the largest run, on fresh tokens.
LawPoint modelLike(const TrainingRun& run, double experts) {
  LawPoint model = pointOf(run);
  model.experts = experts;
  model.top_k = std::min(model.top_k, experts);
  model.unique_tokens = 0;
  return model;
}

void fillAllocations(const FitData& data, const Law& law, FitStudy& study) {
  if (std::string reason = law.noOptimum(); !reason.empty()) {
    study.no_allocation = std::move(reason);
    return;
  }
  const TrainingRun& largest = largestRun(data);
  for (const double experts : expertsToShow(data, *law.family)) {
    const LawPoint model = modelLike(largest, experts);
    const double flop = law.flopPerParamToken(model) * largest.params * largest.train_tokens;
    const std::array budgets{Flop(flop), Flop(10 * flop), Flop(100 * flop)};
    auto allocation = allocate(law, budgets, model);
    if (!allocation) {
      study.no_allocation = describe(allocation.error());
      return;
    }
    study.allocations.push_back({experts, std::move(*allocation)});
  }
}

void fillIsoFlop(const StudyRequest& request, const Law& law, std::stop_token stop,
                 FitStudy& study) {
  const std::vector<TrainingRun>& runs = request.data->points;
  const bool one_kind = std::all_of(runs.begin(), runs.end(), [&](const TrainingRun& run) {
    return run.experts == runs.front().experts;
  });
  if (!one_kind || !hasIsoFlops(runs)) return;
  auto result = isoFlop(runs,
                        {.flop_per_param_token = law.flop_per_param_token,
                         .resamples = kIsoFlopResamples,
                         .seed = request.seed},
                        stop);
  if (result) study.iso_flop = std::move(*result);
}

}  // namespace

bool wantsProfiles(const StudyRequest& request) {
  const bool small = request.data->points.size() <= kProfiledPoints;
  return request.depth == StudyDepth::kFull || (request.depth == StudyDepth::kAuto && small);
}

std::vector<Profile> profileFit(const StudyRequest& request, std::span<const ProfileSide> sides,
                                FitResult& fit) {
  std::vector<Profile> profiles = joinedProfiles(*request.data, fit, {}, sides);
  markOpenProfiles(profiles, fit);
  return profiles;
}

void studyFit(const StudyRequest& request, const FitResult& fit, const Law& law,
              std::stop_token stop, const ProgressSink& progress, FitStudy& study) {
  if (request.depth == StudyDepth::kNone) return;
  const FitData& data = *request.data;
  const bool full = request.depth == StudyDepth::kFull;
  study.residuals = studyResiduals(data, fit);
  fillAllocations(data, law, study);
  fillIsoFlop(request, law, stop, study);
  if (full || data.points.size() <= kLeftOutPoints) {
    study.influence = influence(data, request.options, fit, {}, stop, progress);
  } else {
    study.left_out = fmt::format(
        "{} points: {}each run's influence and other laws were not tried; --study full does so",
        data.points.size(), data.points.size() > kProfiledPoints ? "profile likelihoods, " : "");
  }
}

}  // namespace moe
