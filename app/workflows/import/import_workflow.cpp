#include "app/workflows/import/import_workflow.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <tuple>

#include "app/workflows/import/import_table.h"
#include "app/workflows/import/log_collection.h"
#include "app/workflows/import/run_maker.h"

namespace moe {
namespace {

void excludeFlagged(ImportOutcome& outcome) {
  for (ImportedRun& run : outcome.runs) {
    for (const RunFlag& flag : run.flags) {
      const auto& unwanted = outcome.plan.exclude;
      if (std::find(unwanted.begin(), unwanted.end(), flag.kind) == unwanted.end()) continue;
      run.excluded = fmt::format("{}: {}", name(flag.kind), flag.reason);
      break;
    }
  }
}

/// Of a sweep only the run with the lowest loss at equal N, D and E counts.
void keepBest(ImportOutcome& outcome) {
  std::map<std::tuple<double, double, double>, ImportedRun*> best;
  for (ImportedRun& run : outcome.runs) {
    if (!run.used()) continue;
    const auto [known, fresh] =
        best.emplace(std::tuple{run.active_params, run.train_tokens, run.experts}, &run);
    if (fresh) continue;
    ImportedRun* worse = &run;
    if (run.loss->value < known->second->loss->value) std::swap(worse, known->second);
    worse->excluded =
        fmt::format("{} is better at equal N, D and E ({:.4f} against {:.4f} nats)",
                    known->second->id, known->second->loss->value, worse->loss->value);
  }
}

void warnAboutLosses(ImportOutcome& outcome) {
  std::size_t training = 0;
  std::size_t used = 0;
  for (const ImportedRun& run : outcome.runs) {
    if (!run.used()) continue;
    ++used;
    if (run.loss->split == LossSplit::kTraining) ++training;
  }
  if (training > 0 && training < used)
    outcome.warnings.push_back(
        {"mixed_losses", fmt::format("{} of {} runs have a training loss, the others a validation "
                                     "loss: they do not compare; the column loss_split tells them "
                                     "apart",
                                     training, used)});
}

void warnAboutFiles(ImportOutcome& outcome) {
  for (const ImportedFile& file : outcome.files) {
    if (file.cut_off)
      outcome.warnings.push_back(
          {"packed_file_cut_off",
           fmt::format("{}: the packed file ends early; what it holds is read", file.name)});
    if (file.skips == 0) continue;
    const LogSkip& first = file.first_skips.front();
    outcome.warnings.push_back(
        {"skipped_places",
         fmt::format("{}: {} place{} could not be used, first at {}: {}", file.name, file.skips,
                     file.skips == 1 ? "" : "s", first.place, first.reason)});
  }
}

void warnOfImport(ImportOutcome& outcome) {
  warnAboutLosses(outcome);
  warnAboutFiles(outcome);
  for (const ImportedRun& run : outcome.runs) {
    for (const Warning& warning : run.warnings)
      outcome.warnings.push_back({warning.code, run.id + ": " + warning.message});
  }
}

}  // namespace

std::size_t ImportOutcome::usedRuns() const {
  return static_cast<std::size_t>(
      std::count_if(runs.begin(), runs.end(), [](const ImportedRun& run) { return run.used(); }));
}

std::size_t ImportOutcome::excludedRuns() const {
  return static_cast<std::size_t>(std::count_if(runs.begin(), runs.end(), [](const auto& run) {
    return run.made() && !run.excluded.empty();
  }));
}

std::size_t ImportOutcome::lackingRuns() const {
  return static_cast<std::size_t>(
      std::count_if(runs.begin(), runs.end(), [](const ImportedRun& run) { return !run.made(); }));
}

bool ImportOutcome::answered() const {
  return usedRuns() > 0 && (lackingRuns() == 0 || request.skip_bad);
}

Result<ImportOutcome> runImport(const ImportRequest& request, std::stop_token stop,
                                const ProgressSink& progress) {
  auto plan = understandImport(request);
  if (!plan) return tl::unexpected(plan.error());
  auto collected = collectLogs(request, *plan, stop, progress);
  if (!collected) return tl::unexpected(collected.error());
  ImportOutcome outcome;
  outcome.request = request;
  outcome.plan = std::move(*plan);
  outcome.files = std::move(collected->files);
  for (const CollectedRun& run : collected->runs)
    outcome.runs.push_back(makeRun(run, request, outcome.plan, outcome.files));
  excludeFlagged(outcome);
  if (outcome.plan.loss.kind == LossRuleKind::kBest) keepBest(outcome);
  warnOfImport(outcome);
  if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "", "interrupted");
  if (request.preview || !outcome.answered()) return outcome;
  if (auto written = writeImport(outcome); !written) return tl::unexpected(written.error());
  return outcome;
}

}  // namespace moe
