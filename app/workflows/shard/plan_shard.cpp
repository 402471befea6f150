#include "app/workflows/shard/plan_shard.h"

#include <algorithm>
#include <array>
#include <bit>
#include <span>
#include <type_traits>

#include "costmodel/planner/check_request.h"
#include "costmodel/planner/lifetime_draws.h"
#include "costmodel/planner/posterior.h"

namespace moe {
namespace {

constexpr const char* kDraws = "draws";

template <class Figures>
constexpr std::size_t kFiguresIn = sizeof(Figures) / sizeof(double);

/// The figures of a draw are doubles and nothing else, so that their list is their memory.
template <class Figures>
std::vector<double> figureNumbers(std::span<const Figures> figures) {
  static_assert(std::is_trivially_copyable_v<Figures>);
  std::vector<double> numbers;
  for (const Figures& one : figures) {
    const auto own = std::bit_cast<std::array<double, kFiguresIn<Figures>>>(one);
    numbers.insert(numbers.end(), own.begin(), own.end());
  }
  return numbers;
}

template <class Figures>
void addFigures(std::span<const double> numbers, std::vector<Figures>& figures) {
  constexpr std::size_t kCount = kFiguresIn<Figures>;
  for (std::size_t i = 0; i + kCount <= numbers.size(); i += kCount) {
    std::array<double, kCount> own{};
    std::copy_n(numbers.begin() + static_cast<std::ptrdiff_t>(i), kCount, own.begin());
    figures.push_back(std::bit_cast<Figures>(own));
  }
}

/// One item for each draw of a draw-major table.
template <class Figures>
std::vector<std::vector<double>> itemsOf(const std::vector<Figures>& table, std::size_t draws) {
  std::vector<std::vector<double>> items;
  const std::size_t each = draws > 0 ? table.size() / draws : 0;
  for (std::size_t i = 0; i < draws; ++i)
    items.push_back(figureNumbers(std::span(table).subspan(i * each, each)));
  return items;
}

/// What the plan without draws says, row by row: N, D, loss and price.
std::vector<double> basisOfPlan(const PlanOutcome& outcome) {
  std::vector<double> basis;
  for (const PlanRow& row : outcome.rows)
    for (const Configuration* one : {&row.loss_optimal, &row.chosen}) {
      basis.insert(basis.end(), {one->dense_params, one->train_tokens, one->loss});
      if (one->serving) basis.push_back(one->serving->usd_per_million_output_tokens_all_in);
    }
  return basis;
}

std::vector<double> basisOfPlan(const LifetimeOutcome& outcome) {
  std::vector<double> basis;
  for (const LifetimeRow& row : outcome.rows) {
    basis.push_back(static_cast<double>(row.design));
    if (row.best)
      basis.insert(basis.end(),
                   {row.best->params, row.best->train_tokens, row.best->loss, row.best->total_usd});
  }
  return basis;
}

/// What the items start from, from a request that is asked for no draws.
Result<std::vector<double>> basisOfRequest(PlanRequest request) {
  request.draws = 0;
  const auto outcome = makePlan(request);
  if (!outcome) return tl::unexpected(outcome.error());
  return basisOfPlan(*outcome);
}

Result<std::vector<double>> basisOfRequest(LifetimeRequest request) {
  request.draws = 0;
  const auto outcome = planLifetime(request);
  if (!outcome) return tl::unexpected(outcome.error());
  return basisOfPlan(*outcome);
}

/// The part without its items.
template <class Request>
Result<ShardPart> partWithBasis(const Request& request, const Share& share) {
  auto basis = basisOfRequest(request);
  if (!basis) return tl::unexpected(basis.error());
  const std::size_t count = drawCount(request);
  return ShardPart{kDraws, count, rangeOf(share, count), *std::move(basis), {}};
}

/// Whether the joined part is that of the request, with so many figures a draw.
template <class Request>
Result<void> checkPart(const Request& request, const std::vector<ShardPart>& parts,
                       std::size_t figures) {
  const auto own = partWithBasis(request, {});
  if (!own) return tl::unexpected(own.error());
  const bool as_written = parts.size() == 1 && parts[0].name == kDraws &&
                          parts[0].count == own->count && parts[0].items.size() == own->count;
  const auto fits = [&](const auto& item) { return item.size() == figures; };
  if (!as_written || !std::all_of(parts[0].items.begin(), parts[0].items.end(), fits))
    return fail(ErrorKind::kInput, "shards", "their parts are not the draws of this plan");
  if (sameBits(parts[0].basis, own->basis)) return {};
  return fail(ErrorKind::kInput, "plan",
              "the plan that the shards start from has other last bits than the one made here: "
              "merge on a machine like those of the shards (same program, C library and kind of "
              "processor)");
}

}  // namespace

Result<std::vector<ShardPart>> planShardParts(const PlanQuestion& question, const Share& share,
                                              std::stop_token stop, const ProgressSink& progress) {
  const auto inputs = planInputs(question, stop, progress);
  if (!inputs) return tl::unexpected(inputs.error());
  const auto request = planRequest(question, *inputs);
  if (!request) return tl::unexpected(request.error());
  auto part = partWithBasis(*request, share);
  if (!part) return tl::unexpected(part.error());
  const auto draws = planDraws(*request, part->range, stop, progress);
  if (!draws) return tl::unexpected(draws.error());
  part->items = itemsOf(draws->rows, draws->draws);
  return std::vector<ShardPart>{*std::move(part)};
}

Result<std::vector<ShardPart>> planShardParts(const LifetimeQuestion& question, const Share& share,
                                              std::stop_token stop, const ProgressSink& progress) {
  const auto inputs = lifetimeInputs(question, stop, progress);
  if (!inputs) return tl::unexpected(inputs.error());
  const auto request = lifetimeRequest(question, *inputs);
  if (!request) return tl::unexpected(request.error());
  auto part = partWithBasis(*request, share);
  if (!part) return tl::unexpected(part.error());
  const auto draws = lifetimeDraws(*request, part->range, stop, progress);
  if (!draws) return tl::unexpected(draws.error());
  part->items = itemsOf(draws->table, draws->draws);
  return std::vector<ShardPart>{*std::move(part)};
}

Result<PlanAnswer> joinedPlan(const PlanQuestion& question, const std::vector<ShardPart>& parts,
                              std::stop_token stop, const ProgressSink& progress) {
  const auto inputs = planInputs(question, stop, progress);
  if (!inputs) return tl::unexpected(inputs.error());
  const auto request = planRequest(question, *inputs);
  if (!request) return tl::unexpected(request.error());
  const auto checked = checkedRequest(*request);
  if (!checked) return tl::unexpected(checked.error());
  const std::size_t experts = checked->request.experts.size();
  if (auto good = checkPart(*request, parts, experts * kFiguresIn<DrawRow>); !good)
    return tl::unexpected(good.error());
  PosteriorPlan draws{parts[0].count, experts, {}};
  for (const auto& item : parts[0].items) addFigures(item, draws.rows);
  return answerPlan(question, *inputs, draws);
}

Result<LifetimeAnswer> joinedPlan(const LifetimeQuestion& question,
                                  const std::vector<ShardPart>& parts, std::stop_token stop,
                                  const ProgressSink& progress) {
  const auto inputs = lifetimeInputs(question, stop, progress);
  if (!inputs) return tl::unexpected(inputs.error());
  const auto request = lifetimeRequest(question, *inputs);
  if (!request) return tl::unexpected(request.error());
  const std::size_t designs = request->designs.size();
  if (auto good = checkPart(*request, parts, designs * kFiguresIn<LifetimeDraw>); !good)
    return tl::unexpected(good.error());
  LifetimeDraws draws{parts[0].count, designs, {}};
  for (const auto& item : parts[0].items) addFigures(item, draws.table);
  return answerLifetime(question, *inputs, draws, stop, progress);
}

}  // namespace moe
