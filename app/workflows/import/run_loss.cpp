#include "app/workflows/import/run_loss.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <vector>

#include "data/nearest_name.h"
#include "data/numbers.h"

namespace moe {
namespace {

constexpr double kLargestLoss = 14;  // ln of a vocabulary of 1.2 million; guessing reaches no more
constexpr std::size_t kMostNamesListed = 8;

tl::unexpected<Error> noLoss(std::string message) {
  return fail(ErrorKind::kInput, "loss", std::move(message));
}

std::string listedNames(const std::vector<std::string>& names) {
  const auto end =
      names.begin() + static_cast<std::ptrdiff_t>(std::min(names.size(), kMostNamesListed));
  std::string text = fmt::format("{}", fmt::join(names.begin(), end, ", "));
  if (names.size() > kMostNamesListed)
    text += fmt::format(" and {} more", names.size() - kMostNamesListed);
  return text;
}

std::vector<std::string> seriesNames(const RunLog& log) {
  std::vector<std::string> names;
  for (const auto& series : log.series()) names.push_back(series->name());
  return names;
}

Result<const SeriesLog*> namedSeries(const RunLog& log, const std::string& wanted) {
  if (const SeriesLog* series = log.seriesNamed(wanted)) return series;
  const std::vector<std::string> names = seriesNames(log);
  if (names.empty()) return noLoss("the log holds no series");
  return noLoss(fmt::format("--loss-series {}: there is no such series; {}", wanted,
                            didYouMean(wanted, names, 3)));
}

/// Series that are losses, the preferred ones first. Of equal names the longest.
std::vector<const SeriesLog*> candidates(const RunLog& log) {
  std::vector<const SeriesLog*> found;
  for (const auto& series : log.series()) {
    if (lossKind(series->name()).is_loss && series->count() > series->notFinite())
      found.push_back(series.get());
  }
  std::stable_sort(found.begin(), found.end(), [](const SeriesLog* a, const SeriesLog* b) {
    return lossKind(a->name()).rank < lossKind(b->name()).rank;
  });
  return found;
}

/// One mean over a whole training (Hugging Face's last `train_loss`) is no end of a curve.
bool isSummary(const SeriesLog& series, const SeriesLog& other) {
  return series.count() == 1 && other.count() > 1;
}

Result<const SeriesLog*> bestSeries(const RunLog& log) {
  std::vector<const SeriesLog*> found = candidates(log);
  if (found.empty()) {
    const std::vector<std::string> names = seriesNames(log);
    return noLoss(
        fmt::format("no series is known as a loss (series: {}); name it with "
                    "--loss-series NAME",
                    names.empty() ? "none" : listedNames(names)));
  }
  const auto rank = [](const SeriesLog* series) { return lossKind(series->name()).rank; };
  std::vector<const SeriesLog*> equal;
  for (const SeriesLog* series : found)
    if (rank(series) == rank(found.front())) equal.push_back(series);
  std::stable_sort(equal.begin(), equal.end(),
                   [](const SeriesLog* a, const SeriesLog* b) { return a->count() > b->count(); });
  if (equal.size() == 1 || isSummary(*equal[1], *equal[0])) return equal[0];
  std::vector<std::string> names;
  for (const SeriesLog* series : equal) names.push_back(series->name());
  return noLoss(
      fmt::format("{} series could be the loss with equal right: {}; choose one with "
                  "--loss-series '{}'",
                  names.size(), listedNames(names), names.front()));
}

Result<void> convert(LossSource& source, const ImportRequest& request) {
  switch (source.kind.unit) {
    case LossUnit::kNats:
      break;
    case LossUnit::kPerplexity:
      source.converted = "logarithm of a perplexity";
      break;
    case LossUnit::kBitsPerToken:
      source.factor = std::numbers::ln2;
      source.converted = "bits per token x ln 2";
      break;
    case LossUnit::kBitsPerByte:
      if (!(request.bytes_per_token > 0))
        return noLoss(
            fmt::format("{} is in bits per byte; give the bytes of a token of this text "
                        "and tokenizer with --bytes-per-token X",
                        source.series->name()));
      source.factor = std::numbers::ln2 * request.bytes_per_token;
      source.converted = fmt::format("bits per byte x {} bytes per token x ln 2",
                                     exactNumber(request.bytes_per_token));
      break;
  }
  return {};
}

Result<void> checkSize(LossSource& source, const ImportRequest& request) {
  const auto median = source.series->track().median();
  if (!median) return noLoss(fmt::format("{} has no finite value", source.series->name()));
  if (request.tokens_per_loss > 0) {
    source.factor /= request.tokens_per_loss;
    source.converted = fmt::format("sum over {} tokens", exactNumber(request.tokens_per_loss));
    return {};
  }
  if (*median * source.factor <= kLargestLoss) return {};
  return noLoss(
      fmt::format("{} has a median of {:.4g}: that is a sum over tokens or a perplexity, "
                  "not nats per token; give the tokens that it adds up with --tokens-per-loss X, "
                  "or another series with --loss-series NAME",
                  source.series->name(), *median));
}

}  // namespace

Result<LossSource> findLoss(const RunFacts& facts, const ImportRequest& request,
                            const ImportPlan& plan) {
  const auto series = plan.loss_series.empty() ? bestSeries(facts.log())
                                               : namedSeries(facts.log(), plan.loss_series);
  if (!series) return tl::unexpected(series.error());
  LossSource source;
  source.series = *series;
  source.kind = lossKind((*series)->name());
  if (source.series->isInNoOrder())
    return noLoss(
        fmt::format("the steps of {} go back {} times among {} values: that is no run "
                    "that was continued; sort the log by step",
                    source.series->name(), source.series->segments() - 1, source.series->count()));
  if (auto converted = convert(source, request); !converted)
    return tl::unexpected(converted.error());
  if (auto checked = checkSize(source, request); !checked) return tl::unexpected(checked.error());
  return source;
}

Result<ChosenLoss> lossByRule(const LossSource& source, const RunFacts& facts,
                              const LossRule& rule) {
  const LossWatch& watch = *source.series->losses();
  if (!watch.last()) return noLoss(fmt::format("{} has no finite value", source.series->name()));
  SeriesPoint point = *watch.last();
  if (rule.kind == LossRuleKind::kMean) point.value = watch.meanOfLast();
  if (rule.kind == LossRuleKind::kMinSmoothed) {
    if (!watch.lowestSmoothed())
      return noLoss(fmt::format("{} has fewer than the {} values that --loss {} averages",
                                source.series->name(), rule.windows.smooth, describe(rule)));
    point = *watch.lowestSmoothed();
  }
  ChosenLoss loss{source.series->name(),
                  source.kind.split,
                  source.kind.unit,
                  source.converted,
                  point.value * source.factor,
                  point.step,
                  ""};
  if (point.step == source.series->last().step.value_or(point.step))
    loss.where = facts.place(source.series->last().file, source.series->last().place);
  if (!(loss.value > 0) || !std::isfinite(loss.value))
    return noLoss(fmt::format("{} is {} at step {}; a loss must be positive", loss.series,
                              exactNumber(loss.value), exactNumber(point.step)));
  return loss;
}

const SeriesLog* trainingLoss(const RunFacts& facts, const LossSource& chosen) {
  for (const SeriesLog* series : candidates(facts.log())) {
    const LossKind kind = lossKind(series->name());
    if (kind.split == LossSplit::kTraining && kind.unit == chosen.kind.unit)
      return series == chosen.series ? nullptr : series;
  }
  return nullptr;
}

}  // namespace moe
