#include "app/workflows/import/run_maker.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "app/workflows/import/model_size.h"
#include "app/workflows/import/run_facts.h"
#include "app/workflows/import/run_flags.h"
#include "app/workflows/import/run_loss.h"
#include "app/workflows/import/run_tokens.h"

namespace moe {
namespace {

std::vector<std::string> namesOf(const CollectedRun& collected,
                                 std::span<const ImportedFile> files) {
  std::vector<std::string> names;
  for (const std::size_t file : collected.files) {
    names.push_back(files[file].path);
    names.push_back(files[file].name);
  }
  return names;
}

SeriesFacts seriesFacts(const SeriesLog& series) {
  return {series.name(),
          series.count(),
          series.notFinite(),
          series.repeats(),
          series.dropped(),
          series.segments(),
          series.first(),
          series.last(),
          series.lowest(),
          series.highest(),
          ""};
}

class RunMaker {
 public:
  RunMaker(const CollectedRun& collected, const ImportRequest& request, const ImportPlan& plan,
           std::span<const ImportedFile> files)
      : collected_(collected),
        request_(request),
        plan_(plan),
        facts_(collected.log, plan, files, collected.id, namesOf(collected, files)) {
    run_.id = collected.id;
    run_.files = collected.files;
    if (!run_.files.empty()) run_.reader = files[run_.files.front()].reader;
  }

  ImportedRun make() {
    run_.records = collected_.log.records();
    run_.settings = collected_.log.settings();
    for (const auto& series : collected_.log.series()) run_.series.push_back(seriesFacts(*series));
    checkMap();
    readSize();
    readTokensAndLoss();
    run_.lr_end_over_peak = endOverPeak(facts_);
    run_.finished = isFinished(facts_, run_);
    if (source_) run_.flags = flagsOf(facts_, *source_, run_);
    if (request_.curves && run_.made() && source_->series->hasSteps()) addCurve();
    run_.facts = facts_.usedFacts();
    nameSeries();
    return std::move(run_);
  }

 private:
  void lack(const Error& error) { run_.lacks.push_back({error.where, error.message}); }

  void checkMap() {
    const auto& settings = collected_.log.settings();
    for (const auto& [role, wanted] : plan_.map) {
      if (collected_.log.seriesNamed(wanted) != nullptr) continue;
      const bool is_setting =
          std::any_of(settings.begin(), settings.end(),
                      [&key = wanted](const LoggedSetting& setting) { return setting.key == key; });
      if (is_setting) continue;
      run_.warnings.push_back(
          {"map_not_found",
           fmt::format("--map {}={}: the log has no setting or series of this name", name(role),
                       wanted)});
    }
  }

  void readSize() {
    const auto size = modelSize(facts_, run_.reader);
    if (!size) return lack(size.error());
    if (const auto same = facts_.unchanged(); !same) return lack(same.error());
    run_.active_params = size->active_params;
    run_.total_params = size->total_params;
    run_.non_embedding_params = size->non_embedding_params;
    run_.experts = size->experts;
    run_.top_k = size->top_k;
    run_.granularity = size->granularity;
    if (size->warning) run_.warnings.push_back(*size->warning);
  }

  void readTokensAndLoss() {
    const std::size_t of_size = facts_.usedFacts().size();
    const auto clock = TokenClock::of(facts_, run_.reader);
    const auto same = facts_.unchanged(of_size);
    if (clock && !same) {
      lack(same.error());
    } else if (clock) {
      clock_ = *clock;
    } else {
      lack(clock.error());
    }
    run_.unique_tokens = facts_.number(LogRole::kUniqueTokens).value_or(0);
    const auto source = findLoss(facts_, request_, plan_);
    if (!source) return lack(source.error());
    source_ = *source;
    const auto loss = lossByRule(*source_, facts_, plan_.loss);
    if (!loss) return lack(loss.error());
    run_.loss = *loss;
    if (!clock_) return;
    const bool has_steps = source_->series->hasSteps();
    if (!has_steps && !clock_->worksWithoutSteps(*source_->series))
      return lack({ErrorKind::kInput, "train_tokens",
                   "the log has no steps, so that tokens cannot be counted; give all of them with "
                   "--set train_tokens=COUNT"});
    run_.train_tokens = clock_->at(loss->step).value_or(0);
    if (!(run_.train_tokens > 0))
      lack({ErrorKind::kInput, "train_tokens", "no tokens were seen at the step of the loss"});
  }

  void addCurve() {
    const bool end_only = plan_.loss.kind == LossRuleKind::kMinSmoothed;
    for (const SeriesPoint& point : source_->series->track().points()) {
      const double loss = point.value * source_->factor;
      const double tokens = clock_->at(point.step).value_or(0);
      if (!(loss > 0) || !std::isfinite(loss) || !(tokens > 0)) continue;
      if (end_only && point.step >= run_.loss->step) continue;
      if (!run_.curve.empty() && tokens <= run_.curve.back().train_tokens) continue;
      run_.curve.push_back({point.step, tokens, loss});
    }
    if (!run_.curve.empty() && run_.curve.back().step >= run_.loss->step) run_.curve.pop_back();
    run_.curve.push_back({run_.loss->step, run_.train_tokens, run_.loss->value});
  }

  void nameSeries() {
    for (SeriesFacts& series : run_.series) {
      if (source_ && series.name == source_->series->name()) series.taken_as = "loss";
      for (const LogRole role : {LogRole::kLearningRate, LogRole::kTokens, LogRole::kSamples}) {
        const SeriesLog* known = facts_.series(role);
        if (known != nullptr && known->name() == series.name && series.taken_as.empty())
          series.taken_as = name(role);
      }
    }
  }

  const CollectedRun& collected_;
  const ImportRequest& request_;
  const ImportPlan& plan_;
  RunFacts facts_;
  ImportedRun run_;
  std::optional<TokenClock> clock_;
  std::optional<LossSource> source_;
};

}  // namespace

ImportedRun makeRun(const CollectedRun& collected, const ImportRequest& request,
                    const ImportPlan& plan, std::span<const ImportedFile> files) {
  return RunMaker(collected, request, plan, files).make();
}

}  // namespace moe
