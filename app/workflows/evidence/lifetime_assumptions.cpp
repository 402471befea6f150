#include "app/workflows/evidence/lifetime_assumptions.h"

#include <fmt/format.h>

namespace moe {
namespace {

AnswerInShort lifetimeInShort(const SensitivityEnd& end, bool by_cost) {
  return {by_cost ? end.total_usd : end.loss, end.design,
          fmt::format("N = {:.3g} B", end.params / 1e9)};
}

Result<Sensitivity> sensitivityFor(const LifetimeAnswer& answer, std::stop_token stop,
                                   const ProgressSink& progress) {
  if (answer.sensitivity) return *answer.sensitivity;
  auto designs = planDesigns(answer.question, stop, progress);
  if (!designs) return tl::unexpected(designs.error());
  return sensitivityOfAnswer(answer, {answer.request, *std::move(designs)}, stop, progress);
}

AssumptionRow lifetimeRow(const SensitivityRow& row, bool by_cost) {
  AssumptionRow moved{row.name, "", {}};
  for (const auto& end : {row.low, row.high}) {
    if (!end) continue;
    moved.ends.push_back({end->label, end->problem,
                          end->problem.empty() ? lifetimeInShort(*end, by_cost) : AnswerInShort{},
                          end->design_changed});
  }
  return moved;
}

}  // namespace

Result<AssumptionStudy> lifetimeAssumptions(const LifetimeAnswer& answer, std::stop_token stop,
                                            const ProgressSink& progress) {
  const auto sensitivity = sensitivityFor(answer, stop, progress);
  if (!sensitivity) return tl::unexpected(sensitivity.error());
  const bool by_cost = answer.request.target_loss.has_value();
  AssumptionStudy study;
  study.figure = by_cost ? "cost of the whole life" : "loss";
  study.unit = by_cost ? "USD" : "nats per token";
  study.logarithmic = by_cost;
  study.base = lifetimeInShort(sensitivity->base, by_cost);
  for (const SensitivityRow& row : sensitivity->rows)
    study.rows.push_back(lifetimeRow(row, by_cost));
  return study;
}

}  // namespace moe
