#include "app/workflows/front_workflow.h"

#include <fmt/format.h>

#include <chrono>

#include "app/workflows/law_choice.h"

namespace moe {
namespace {

constexpr std::size_t kSums = 24;  // along a front over lifetime USD

Result<void> checkFrontGoal(const LifetimeQuestion& question) {
  if (question.target_loss)
    return usageError("--target-loss", "a front shows every loss; state it with --mode lifetime");
  if (question.sensitivity || !question.save_model.empty())
    return usageError(question.sensitivity ? "--sensitivity" : "--save-model",
                      "a front recommends no single model; use --mode lifetime");
  if (!question.models.empty())
    return usageError("--models", "a front is drawn over sizes; use --mode lifetime");
  if (!question.other_law_file.empty())
    return usageError("--other-law-file", "belongs to --sensitivity of --mode lifetime");
  if (question.max_train_days)
    return usageError("--max-train-days", "is not known to fronts; use --mode lifetime");
  if (question.total_usd.empty()) {
    if (question.budget_flop.has_value() == question.budget_usd.has_value())
      return usageError(
          "--budget-flop",
          "state the training budget of the models: --budget-flop or --budget-usd; or a "
          "range of lifetime costs with --total-usd LEAST,MOST");
    return {};
  }
  if (question.total_usd.size() != 2 || !(question.total_usd[0] > 0) ||
      !(question.total_usd[1] > question.total_usd[0]))
    return usageError("--total-usd", "takes two rising sums of USD, as in 1e6,1e8");
  if (question.budget_flop || question.budget_usd)
    return usageError("--total-usd", "holds training and serving; leave the training budget out");
  if (!question.lifetime_tokens)
    return usageError("--lifetime-tokens", "state how many output tokens the models will serve");
  return {};
}

ParetoRequest requestOf(const LifetimeQuestion& question) {
  ParetoRequest request;
  if (question.budget_flop) request.training_flop = Flop(*question.budget_flop);
  if (question.budget_usd) request.training_usd = Usd(*question.budget_usd);
  request.lifetime_tokens = question.lifetime_tokens.value_or(0);
  request.unique_tokens = question.unique_tokens;
  request.max_train_tokens = question.max_train_tokens;
  request.max_tokens_per_param = question.max_tokens_per_param;
  return request;
}

/// Everything of an answer but its points and its time.
FrontAnswer answerWithout(const LifetimeQuestion& question, const Law& law,
                          const PlanDesigns& designs) {
  FrontAnswer answer;
  answer.question = question;
  answer.request = requestOf(question);
  answer.request.law = law;
  answer.request.designs = designs.designs;
  answer.over_lifetime = !question.total_usd.empty();
  answer.left_out = designs.left_out;
  answer.sources = designs.sources;
  answer.warnings = designs.warnings;
  for (const LeftOutDesign& design : answer.left_out)
    answer.warnings.push_back(
        {"left_out", fmt::format("{} is left out: {}", design.label, design.reason)});
  return answer;
}

Range sumsOf(const LifetimeQuestion& question) {
  return {question.total_usd[0], question.total_usd[1]};
}

/// The least loss of each sum over all pieces. Of equal ones the first is taken.
std::vector<ParetoPoint> bestsOf(const std::vector<FrontPiece>& pieces) {
  std::vector<ParetoPoint> front;
  for (std::size_t k = 0; k < kSums; ++k) {
    std::optional<ParetoPoint> best;
    for (const FrontPiece& piece : pieces)
      if (const auto& own = piece.points[k]; own && (!best || own->loss < best->loss)) best = own;
    if (best) front.push_back(*best);
  }
  return front;
}

std::vector<ParetoPoint> frontOf(const std::vector<FrontPiece>& pieces) {
  std::vector<ParetoPoint> front;
  for (const FrontPiece& piece : pieces)
    for (const auto& point : piece.points)
      if (point) front.push_back(*point);
  keepFront(front);
  return front;
}

/// Designs and what is left out of every piece behind those of the question; points then count
/// designs from the first piece on.
void joinDesigns(std::vector<FrontPiece>& pieces, PlanDesigns& designs) {
  for (FrontPiece& piece : pieces) {
    for (auto& point : piece.points)
      if (point) point->design += designs.designs.size();
    designs.designs.insert(designs.designs.end(), piece.designs.begin(), piece.designs.end());
    designs.left_out.insert(designs.left_out.end(), piece.left_out.begin(), piece.left_out.end());
  }
}

}  // namespace

Result<FrontAnswer> answerFront(const LifetimeQuestion& question, const LifetimeInputs& inputs,
                                std::stop_token stop) {
  const auto start = std::chrono::steady_clock::now();
  if (const auto good = checkFrontGoal(question); !good) return tl::unexpected(good.error());
  FrontAnswer answer = answerWithout(question, inputs.request.law, inputs.designs);
  auto points = answer.over_lifetime ? lifetimeFront(answer.request, sumsOf(question), kSums, stop)
                                     : servingFront(answer.request, stop);
  if (!points) return tl::unexpected(points.error());
  answer.points = *std::move(points);
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  answer.timing = Seconds(elapsed.count());
  return answer;
}

Result<FrontAnswer> answerFront(const LifetimeQuestion& question, std::stop_token stop,
                                const ProgressSink& progress) {
  const auto start = std::chrono::steady_clock::now();
  if (const auto good = checkFrontGoal(question); !good) return tl::unexpected(good.error());
  const auto inputs = lifetimeInputs(question, stop, progress);
  if (!inputs) return tl::unexpected(inputs.error());
  auto answer = answerFront(question, *inputs, stop);
  if (!answer) return answer;
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - start;
  answer->timing = Seconds(elapsed.count());
  return answer;
}

Result<FrontPiece> frontPiece(const LifetimeQuestion& question, const Share& share,
                              std::stop_token stop, const ProgressSink& progress) {
  if (const auto good = checkFrontGoal(question); !good) return tl::unexpected(good.error());
  const auto law = chosenLaw(question.law_file, question.preset);
  if (!law) return tl::unexpected(law.error());
  auto designs = planDesigns(question, share, stop, progress);
  if (!designs) return tl::unexpected(designs.error());
  FrontPiece piece;
  piece.designs = designs->designs;
  piece.left_out.assign(
      designs->left_out.begin() + static_cast<std::ptrdiff_t>(designs->never_priced),
      designs->left_out.end());
  if (!question.total_usd.empty()) piece.points.resize(kSums);
  if (piece.designs.empty()) return piece;
  const ParetoRequest request = answerWithout(question, *law, *designs).request;
  if (!question.total_usd.empty()) {
    auto bests = lifetimeBests(request, sumsOf(question), kSums, stop);
    if (!bests) return tl::unexpected(bests.error());
    piece.points = *std::move(bests);
    return piece;
  }
  const auto front = servingFront(request, stop);
  if (!front) return tl::unexpected(front.error());
  piece.points.assign(front->begin(), front->end());
  return piece;
}

Result<FrontAnswer> answerFront(const LifetimeQuestion& question,
                                const std::vector<FrontPiece>& pieces) {
  if (const auto good = checkFrontGoal(question); !good) return tl::unexpected(good.error());
  const auto law = chosenLaw(question.law_file, question.preset);
  if (!law) return tl::unexpected(law.error());
  auto designs = unpricedDesigns(question);
  if (!designs) return tl::unexpected(designs.error());
  const bool over_lifetime = !question.total_usd.empty();
  for (const FrontPiece& piece : pieces)
    if (over_lifetime && piece.points.size() != kSums)
      return fail(ErrorKind::kInput, "shards", "their points are not those of this front");
  std::vector<FrontPiece> own = pieces;
  joinDesigns(own, *designs);
  if (const auto served = checkServed(*designs); !served) return tl::unexpected(served.error());
  designs->sources.insert(designs->sources.begin(), lawSource(*law));
  FrontAnswer answer = answerWithout(question, *law, *designs);
  answer.points = over_lifetime ? bestsOf(own) : frontOf(own);
  return answer;
}

}  // namespace moe
