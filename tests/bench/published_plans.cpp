// Published plans beside ours: the claims of Yun et al. on laws fitted to real runs, and Table 2 of
// Ludziejewski et al. Prints tables for people; nothing is asserted.

#include <fmt/format.h>

#include <optional>

#include "app/workflows/fit_workflow.h"
#include "costmodel/planner/paper_study.h"
#include "costmodel/presets.h"

namespace moe {
namespace {

/// A law fitted to evaluations on the way of the Clark et al. runs, as app/try.sh does.
Law fitted(const std::string& family) {
  FitQuestion question;
  question.points.files = {MOEPLAN_SOURCE_DIR "/data/tables/runs/clark_routed/curves_long.csv.gz"};
  question.points.filters = {"canonical=1", "router=S-Base,Dense"};
  question.points.curve = "0.04..0.3333333";
  question.laws = {family};
  question.study = "none";
  question.bootstrap = 0;
  return answerFit(question).value().fits.front().law;
}

PlanRequest requestOf(Law law) {
  const CostPreset preset = *costPreset("probe-v2");
  PlanRequest request;
  request.law = std::move(law);
  request.shape_rule = *shapeRulePreset("yun");
  request.accelerator = preset.accelerator;
  request.price = *preset.accelerator.price;
  request.max_devices = preset.max_devices;
  request.workload = preset.workload;
  request.settings = preset.settings;
  return request;
}

std::string text(const std::optional<Range>& range) {
  if (!range) return "-";
  if (range->low == range->high) return fmt::format("{:.3g}", range->low);
  return fmt::format("{:.3g} to {:.3g}", range->low, range->high);
}

void printClaims() {
  const std::vector<std::vector<StudiedClaim>> laws = {
      studiedYunClaims(requestOf(*presetLaw("ludziejewski2025"))),
      studiedYunClaims(requestOf(fitted("yun2024"))),
      studiedYunClaims(requestOf(fitted("ludziejewski2025")))};
  fmt::print(
      "| claim of [Yun2024] | section | printed | ludziejewski2025, published | yun2024, "
      "fitted | ludziejewski2025, fitted |\n|---|---|---|---|---|---|\n");
  for (std::size_t i = 0; i < laws.front().size(); ++i) {
    const StudiedClaim& claim = laws.front()[i];
    fmt::print("| {} | {} | {} |", claim.claim, claim.where, text(claim.printed));
    for (const auto& claims : laws)
      fmt::print(" {}{} |", text(claims[i].ours), claims[i].agrees() ? ", agrees" : "");
    fmt::print("\n");
  }
}

void printMemory() {
  fmt::print(
      "\n| FLOP | memory | printed E | ours | loss of the printed E above the least |\n"
      "|---|---|---|---|---|\n");
  for (const MemoryCell& cell : ludziejewskiMemoryTable(*presetLaw("ludziejewski2025")))
    fmt::print("| {:.0e} | {:.0f} GB | {}{:g} | {:g} | {:.4f} nats |\n", cell.budget.value(),
               cell.memory.value() / 1e9, cell.printed == 32 ? "at least " : "", cell.printed,
               cell.ours, cell.excess_of_printed);
}

}  // namespace
}  // namespace moe

int main() {
  moe::printClaims();
  moe::printMemory();
}
