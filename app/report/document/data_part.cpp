#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "app/report/document/part_builders.h"
#include "app/report/number_text.h"
#include "app/report/table_cells.h"

namespace moe::report {
namespace {

constexpr std::size_t kShownDigits = 12;
constexpr std::size_t kMostSkipped = 8;

std::string licenceText(const InputFile& file) {
  if (!file.licence.empty()) return file.licence;
  if (file.role == "project") return kNothing;
  return file.origin.empty() ? "not stated: no SOURCE.md beside it" : "not stated in SOURCE.md";
}

TextTable fileTable(const std::vector<InputFile>& files) {
  TextTable table{"Files that the answers rest on",
                  {{"Used as", "", Align::kLeft},
                   {"File", "", Align::kLeft},
                   {"Size", "bytes"},
                   {"SHA-256, first 12 digits", "hexadecimal", Align::kLeft},
                   {"What it is", "", Align::kLeft},
                   {"Licence", "", Align::kLeft}}};
  for (const InputFile& file : files)
    table.rows.push_back({file.role, file.path, bytesCell(Bytes(static_cast<double>(file.bytes))),
                          file.sha256.substr(0, kShownDigits),
                          file.origin.empty() ? kNothing : file.origin, licenceText(file)});
  table.footnotes.push_back("Whole hashes stand under \"How this report was made\".");
  for (const InputFile& file : files)
    if (file.imported)
      table.footnotes.push_back(file.path +
                                " was made by moeplan import; its .provenance.json says from "
                                "which logs.");
  return table;
}

std::string spanText(const Range& range, const char* unit) {
  if (range.low == range.high) return countText(range.low) + unit;
  return fmt::format("{} to {}{}", countText(range.low), countText(range.high), unit);
}

std::string joinedOr(const std::vector<std::string>& texts, const char* none) {
  return texts.empty() ? none : fmt::format("{}", fmt::join(texts, "; "));
}

/// What was chosen of the runs and what they cover.
FactSheet chosenRuns(const ProjectStep& step, const PointsQuestion& question,
                     const ChosenPoints& points, std::size_t count, std::size_t runs) {
  FactSheet sheet{keyOf(step) + "_runs", {}};
  sheet.facts = {
      {"Points", fmt::format("{} points of {} runs", count, runs),
       fmt::format("{} points were read", points.all.runs.size())},
      {"Kept", joinedOr(question.filters, "all rows"), "filters"},
      {"Of each curve", question.curve == "last" ? "the last point" : "points " + question.curve,
       question.curve == "last" ? "" : "as shares of the schedule"}};
  if (!question.exclude_runs.empty())
    sheet.facts.push_back({"Left out by name", joinedOr(question.exclude_runs, ""), ""});
  if (question.drop_highest_loss > 0)
    sheet.facts.push_back(
        {"Left out", fmt::format("the {} points of highest loss", question.drop_highest_loss), ""});
  if (points.runs_without_points > 0)
    sheet.facts.push_back(
        {"Without a point", fmt::format("{} runs", points.runs_without_points), ""});
  if (!points.table.skipped.empty())
    sheet.facts.push_back(
        {"Bad rows left out", fmt::format("{} rows", points.table.skipped.size()), "listed below"});
  return sheet;
}

void addRanges(const DataSummary& data, ParameterKind kind, FactSheet& sheet) {
  sheet.facts.push_back({"N", spanText(data.params, " parameters"),
                         kind == ParameterKind::kUnstated
                             ? "the files do not say which parameters count"
                             : fmt::format("{} parameters", name(kind))});
  sheet.facts.push_back({"D", spanText(data.train_tokens, " training tokens"), ""});
  sheet.facts.push_back({"E", spanText(data.experts, " experts"), "1 is a dense model"});
}

void addSkipped(const ChosenPoints& points, Section& section) {
  const auto& skipped = points.table.skipped;
  if (skipped.empty()) return;
  BulletList list;
  for (std::size_t i = 0; i < std::min(skipped.size(), kMostSkipped); ++i)
    list.items.push_back(
        fmt::format("{}:{}: {}", skipped[i].path, skipped[i].line, skipped[i].reason));
  if (skipped.size() > kMostSkipped)
    list.items.push_back(fmt::format("and {} more", skipped.size() - kMostSkipped));
  section.blocks.push_back(std::move(list));
}

}  // namespace

void addDataPart(const ReportSource& source, Section& section) {
  if (source.evidence.files.empty())
    section.blocks.push_back(
        Paragraph{"The answers rest on no file of the project: laws, models and machines come from "
                  "the catalog that is built into the program."});
  else
    addTable(section, "files", fileTable(source.evidence.files));
  eachAnswer<FitAnswer>(source,
                        [&](const ProjectStep& step, const FitAnswer& answer, const StepEvidence&) {
                          section.blocks.push_back(Subheading{"Runs of " + stepTitle(step)});
                          FactSheet sheet = chosenRuns(step, answer.question.points, answer.points,
                                                       answer.data.points, answer.data.runs);
                          addRanges(answer.data, answer.points.table.parameter_kind, sheet);
                          section.blocks.push_back(std::move(sheet));
                          addSkipped(answer.points, section);
                          addWarnings(section, answer.points.warnings, "About these runs");
                        });
  eachAnswer<CompareAnswer>(
      source, [&](const ProjectStep& step, const CompareAnswer& answer, const StepEvidence&) {
        section.blocks.push_back(Subheading{"Runs of " + stepTitle(step)});
        section.blocks.push_back(chosenRuns(step, answer.question.points, answer.points,
                                            answer.points.table.runs.size(), answer.points.runs));
        addSkipped(answer.points, section);
        addWarnings(section, answer.points.warnings, "About these runs");
      });
}

}  // namespace moe::report
