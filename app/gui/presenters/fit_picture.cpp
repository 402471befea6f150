#include "app/gui/presenters/fit_picture.h"

#include <fmt/format.h>

#include <algorithm>
#include <set>

#include "app/report/fit_report.h"
#include "app/report/number_text.h"
#include "app/report/plots/fit_loss_plot.h"
#include "app/report/plots/fit_residual_plots.h"
#include "app/report/plots/profile_plot.h"
#include "app/workflows/law_curves.h"
#include "data/numbers.h"

namespace moe {
namespace {

constexpr LawVariable kVariables[] = {LawVariable::kParams, LawVariable::kTrainTokens,
                                      LawVariable::kTrainFlop};

TableData::Cell numberCellOf(std::string text, double order) {
  return {std::move(text), order, true};
}

TableData::Row rowOfRun(const RunTable& table, std::size_t at) {
  const TrainingRun& run = table.runs[at];
  TableData::Row row;
  row.id = run.run_id;
  row.tooltip = table.place(at);
  row.cells = {{run.run_id, 0, false},
               numberCellOf(report::countText(run.params), run.params),
               numberCellOf(report::countText(run.train_tokens), run.train_tokens),
               numberCellOf(exactNumber(run.experts), run.experts),
               numberCellOf(exactNumber(run.top_k), run.top_k),
               numberCellOf(report::decimalText(run.loss, 4), run.loss)};
  for (const TagColumn& tag : table.tags) row.cells.push_back({tag.values[at], 0, false});
  return row;
}

TableData tableOfRuns(const RunTable& table, const std::vector<std::string>& excluded) {
  const std::set<std::string> left_out(excluded.begin(), excluded.end());
  TableData data;
  data.checkable = true;
  data.columns = {{"Run", "", report::Align::kLeft},
                  {"N", std::string(name(table.parameter_kind)) + " params"},
                  {"D", "tokens"},
                  {"E", "experts"},
                  {"k", "per token"},
                  {"Loss", "nats/token"}};
  for (const TagColumn& tag : table.tags)
    data.columns.push_back({tag.name, "", report::Align::kLeft});
  for (std::size_t at = 0; at < table.runs.size(); ++at) {
    data.rows.push_back(rowOfRun(table, at));
    data.rows.back().checked = !left_out.contains(table.runs[at].run_id);
  }
  return data;
}

RunTable includedRuns(const RunTable& table, const std::vector<std::string>& excluded) {
  const std::set<std::string> left_out(excluded.begin(), excluded.end());
  std::vector<std::size_t> rows;
  for (std::size_t at = 0; at < table.runs.size(); ++at)
    if (!left_out.contains(table.runs[at].run_id)) rows.push_back(at);
  return table.select(rows);
}

/// The points that were fitted, in the order of the table.
std::vector<TrainingRun> fittedRuns(const FitAnswer& answer, const LawFit& fit) {
  std::vector<std::size_t> rows = fit.data.rows;
  std::sort(rows.begin(), rows.end());
  std::vector<TrainingRun> runs;
  for (const std::size_t row : rows) runs.push_back(answer.points.table.runs[row]);
  return runs;
}

}  // namespace

Result<RunsPicture> runsPicture(const PointsQuestion& question) {
  PointsQuestion all = question;
  all.exclude_runs.clear();
  const auto plan = understandPoints(all);
  if (!plan) return tl::unexpected(plan.error());
  const auto points = choosePoints(all, *plan);
  if (!points) return tl::unexpected(points.error());
  const RunTable included = includedRuns(points->table, question.exclude_runs);
  RunsPicture picture;
  picture.rows = points->table.runs.size();
  picture.runs = points->runs;
  picture.table = tableOfRuns(points->table, question.exclude_runs);
  picture.warnings = points->warnings;
  for (const LawVariable variable : kVariables)
    picture.plots.push_back(report::runsPlot(included, variable));
  return picture;
}

Result<FitPicture> fitPicture(const FitQuestion& question, std::stop_token stop,
                              const ProgressSink& progress) {
  auto answered = answerFit(question, stop, progress);
  if (!answered) return tl::unexpected(answered.error());
  FitPicture picture;
  picture.answer = std::make_shared<const FitAnswer>(*std::move(answered));
  const FitAnswer& answer = *picture.answer;
  const LawFit& fit = answer.fits.front();
  const std::vector<TrainingRun> runs = fittedRuns(answer, fit);
  for (const LawVariable variable : kVariables)
    picture.loss.push_back(
        report::lossPlot(answer, fit, variable, lawCurves(fit.law, runs, variable)));
  for (const auto axis : {report::ResidualAxis::kParams, report::ResidualAxis::kTrainTokens,
                          report::ResidualAxis::kExperts, report::ResidualAxis::kPredicted})
    picture.residuals.push_back(report::residualPlot(answer, fit, axis));
  picture.predicted = report::predictedLossPlot(answer, fit);
  for (const Profile& profile : fit.study.profiles)
    picture.profiles.push_back(report::profilePlot(fit, profile));
  picture.parameters = tableData(report::parameterTable(fit));
  return picture;
}

}  // namespace moe
