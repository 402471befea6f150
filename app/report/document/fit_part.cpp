#include <fmt/format.h>

#include "app/report/compare_report.h"
#include "app/report/document/part_builders.h"
#include "app/report/document/table_shape.h"
#include "app/report/fit_report.h"
#include "app/report/fit_study_text.h"
#include "app/report/number_text.h"
#include "app/report/plots/fit_loss_plot.h"
#include "app/report/plots/fit_residual_plots.h"
#include "app/report/plots/profile_plot.h"
#include "app/report/table_cells.h"

namespace moe::report {
namespace {

std::string objectiveName(const Objective& objective) {
  const char* on = objective.scale == ResidualScale::kLoss ? "L, nats" : "ln L";
  if (objective.kind == ObjectiveKind::kLeastSquares)
    return fmt::format("least sum of squares on {}", on);
  return fmt::format("least sum of Huber's loss (delta {:g}) on {}", objective.delta, on);
}

std::vector<Fact> qualityFacts(const FitAnswer& answer, const LawFit& fit) {
  const FitResult& result = fit.fit;
  std::vector<Fact> facts = {
      {"Objective",
       objectiveName(result.objective_kind),
       fmt::format("{:.6g} at the optimum", result.objective),
       {namedFigure("at the optimum", result.objective, "of the objective")}},
      {"Residuals",
       fmt::format("{} of the loss on the mean, rms {} nats per token",
                   percentText(result.mean_abs_log_residual), plainText(result.rms_residual)),
       "basis: fitted, of the points themselves",
       {namedFigure("mean residual", 100 * result.mean_abs_log_residual, "%"),
        namedFigure("rms residual", result.rms_residual, "nats per token")}},
      {"Search",
       fmt::format("{} starts, {} basin{}, {} of the starts in the best", result.starts,
                   result.basins.size(), result.basins.size() == 1 ? "" : "s",
                   percentText(result.share_at_best)),
       result.termination}};
  if (fit.hold_out)
    facts.push_back(
        {"Held out",
         fmt::format("{} off on the mean, bias {:+.2f} %",
                     percentText(fit.hold_out->mean_abs_log_error),
                     100 * fit.hold_out->mean_log_error),
         fmt::format("{} points of {} runs ({}); basis: extrapolated", fit.hold_out->points,
                     fit.hold_out->runs, answer.question.hold_out),
         {namedFigure("mean error", 100 * fit.hold_out->mean_abs_log_error, "%"),
          namedFigure("bias", 100 * fit.hold_out->mean_log_error, "%")}});
  if (!result.interval_method.empty())
    facts.push_back({"Intervals", result.interval_method,
                     result.resamples > 0 ? fmt::format("{} resamples", result.resamples) : ""});
  return facts;
}

/// What the fit says of itself: outliers, trends, influence, ridges, the split of compute.
std::vector<std::string> remarksOn(const FitAnswer& answer, const LawFit& fit) {
  std::string text = rivalText(fit) + residualText(answer, fit) + waldText(fit);
  for (const std::string& ridge : fit.fit.ridges) text += "Ridge: " + ridge + "\n";
  text += tradeOffText(fit);
  std::vector<std::string> remarks = unwrapped(text);
  for (std::string& line : unwrapped(allocationText(fit)))  // its table stands below
    if (line.starts_with("Approach") || line.starts_with("Warning"))
      remarks.push_back(std::move(line));
  if (!fit.study.no_allocation.empty())
    remarks.push_back("No optimal split of compute: " + fit.study.no_allocation);
  for (std::string& remark : remarks) remark = sentenceOf(remark);
  return remarks;
}

constexpr const char* kLawUnits = "law's units";

TextTable parametersOf(const LawFit& fit) {
  TextTable table = withUnits(parameterTable(fit), {{"Value", kLawUnits},
                                                    {"Std. error", kLawUnits},
                                                    {"95 % interval", kLawUnits},
                                                    {"Profile 95 %", kLawUnits}});
  table.title = "Parameters";
  table.footnotes.push_back(
      "Law's units: L in nats per token, N in parameters, D in tokens; exponents are pure "
      "numbers. Basis: fitted.");
  return table;
}

TextTable splitOf(const LawFit& fit) {
  if (fit.study.allocations.empty()) return {};
  TextTable table =
      withUnits(allocationTable(fit),
                {{"E", "experts"}, {"N*", "parameters"}, {"D/N", "tokens per parameter"}});
  for (std::size_t i = 1; i < table.columns.size(); ++i)
    if (table.columns[i].heading == "95 % interval")
      table.columns[i].unit = table.columns[i - 1].unit;
  return table;
}

void addLossFigures(const FitAnswer& answer, const LawFit& fit, const FitCurves& curves,
                    const std::string& key, Section& section) {
  addFigure(section, key, lossPlot(answer, fit, LawVariable::kParams, curves.over_params));
  if (fit.law.family->dependsOnTokens())
    addFigure(section, key, lossPlot(answer, fit, LawVariable::kTrainTokens, curves.over_tokens));
  addFigure(section, key, lossPlot(answer, fit, LawVariable::kTrainFlop, curves.over_flop));
}

/// "How fast size lowers the loss."
std::string profileMeaning(const LawFit& fit, const Profile& profile) {
  for (const ParameterFit& parameter : fit.fit.parameters)
    if (parameter.name == profile.parameter) return sentenceOf(parameter.meaning);
  return "";
}

void addStudyFigures(const FitAnswer& answer, const LawFit& fit, const std::string& key,
                     Section& section) {
  addFigure(section, key, residualPlot(answer, fit, ResidualAxis::kParams), true);
  addFigure(section, key, residualPlot(answer, fit, ResidualAxis::kTrainTokens), true);
  if (answer.data.experts.high > answer.data.experts.low)
    addFigure(section, key, residualPlot(answer, fit, ResidualAxis::kExperts), true);
  addFigure(section, key, predictedLossPlot(answer, fit), true);
  bool explained = false;  // what a profile is needs to be said once
  for (const Profile& profile : fit.study.profiles) {
    PlotSpec plot = profilePlot(fit, profile);
    if (explained) plot.sentence = profileMeaning(fit, profile);
    explained = true;
    addFigure(section, key, std::move(plot), true);
  }
}

void addLaw(const ProjectStep& step, const FitAnswer& answer, std::size_t at,
            const StepEvidence& evidence, Section& section) {
  const LawFit& fit = answer.fits[at];
  const std::string law(fit.fit.family->name);
  const std::string key = keyOf(step) + "_" + law;
  section.blocks.push_back(Subheading{fmt::format("{}: law {}", stepTitle(step), law)});
  section.blocks.push_back(
      Verbatim{fmt::format("{}    [{}]", fit.fit.family->formula, fit.fit.family->source)});
  section.blocks.push_back(FactSheet{key + "_quality", qualityFacts(answer, fit)});
  addWarnings(section, fit.warnings);
  addTable(section, key + "_parameters", parametersOf(fit));
  if (std::vector<std::string> remarks = remarksOn(answer, fit); !remarks.empty())
    section.blocks.push_back(BulletList{std::move(remarks)});
  const FitCurves none;
  addLossFigures(answer, fit, at < evidence.fits.size() ? evidence.fits[at] : none, key, section);
  addStudyFigures(answer, fit, key, section);
  addTable(section, key + "_windows", withUnits(windowTable(fit), {{"This window", kLawUnits}}));
  addTable(section, key + "_split", splitOf(fit));
  addTable(section, key + "_suggested_runs",
           withUnits(suggestionTable(fit), {{"N", "parameters"}, {"E", "experts"}}));
  if (fit.suggestion) section.blocks.push_back(Paragraph{suggestionNote(fit)});
}

}  // namespace

void addFitPart(const ReportSource& source, Section& section) {
  eachAnswer<CompareAnswer>(
      source, [&](const ProjectStep& step, const CompareAnswer& answer, const StepEvidence&) {
        section.blocks.push_back(Subheading{stepTitle(step)});
        section.blocks.push_back(Paragraph{compareSentence(answer)});
        addTable(section, keyOf(step) + "_laws",
                 withUnits(compareTable(answer),
                           {{"Free parameters", "count"}, {"AIC", "2 nats"}, {"BIC", "2 nats"}}));
        addWarnings(section, answer.warnings);
      });
  eachAnswer<FitAnswer>(
      source, [&](const ProjectStep& step, const FitAnswer& answer, const StepEvidence& evidence) {
        for (std::size_t at = 0; at < answer.fits.size(); ++at)
          addLaw(step, answer, at, evidence, section);
      });
  addFailures(source, "compare", section);
  addFailures(source, "fit", section);
  if (section.blocks.empty())
    section.blocks.push_back(
        Paragraph{"No law was fitted: the project has no [fit.NAME] and no [compare.NAME]."});
}

}  // namespace moe::report
