#include "app/report/document/report_document.h"

#include <fmt/format.h>

#include <algorithm>

#include "app/report/document/answer_documents.h"
#include "app/report/document/part_builders.h"
#include "data/nearest_name.h"

namespace moe::report {
namespace {

struct ReportPart {
  const char* key;
  const char* title;
  void (*add)(const ReportSource&, Section&);
};

constexpr ReportPart kReportParts[] = {
    {"answer", "Question and answer", addAnswerPart},
    {"data", "Data", addDataPart},
    {"fit", "Fitted laws", addFitPart},
    {"plan", "Plan", addPlanPart},
    {"cost", "Cost", addCostPart},
    {"adapt", "Adaptation", addAdaptPart},
    {"accuracy", "How far the cost model is off", addAccuracyPart},
    {"assumptions", "Assumptions, and what changes with them", addAssumptionsPart},
    {"unknown", "What was not known", addUnknownPart},
    {"origin", "How this report was made", addOriginPart}};

bool holds(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string reportTitle(const Project& project) {
  if (!project.report.title.empty()) return project.report.title;
  return project.title.empty() ? "Report of a project without a title" : project.title;
}

std::string bylineOf(const ReportOrigin& origin) {
  std::string text = origin.program;
  if (!origin.project_file.empty())
    text += (text.empty() ? "" : "; ") + ("project " + origin.project_file.filename().string());
  if (!origin.date.empty()) text += "; " + origin.date;
  return text;
}

/// Which parts are not in this report, so that nobody takes it for whole.
void nameLeftOut(const std::vector<std::string>& parts, Document& document) {
  std::string names;
  for (const ReportPart& part : kReportParts)
    if (!holds(parts, part.key)) names += (names.empty() ? "" : ", ") + std::string(part.key);
  if (names.empty() || document.sections.empty()) return;
  document.sections.back().blocks.push_back(
      Paragraph{"Parts left out of this report: " + names + "."});
}

}  // namespace

std::string buildText(const ProgramVersion& program) {
  constexpr std::size_t kShortHash = 12;
  return fmt::format("commit {}{}; {} tables built in, sha256 {}",
                     program.commit.empty() ? "unknown" : program.commit,
                     program.changed ? " with changes" : "", program.tables.size(),
                     program.tables_sha256.substr(0, kShortHash));
}

std::vector<std::string> reportPartNames() {
  std::vector<std::string> names;
  for (const ReportPart& part : kReportParts) names.emplace_back(part.key);
  return names;
}

Result<std::vector<std::string>> reportParts(const std::vector<std::string>& asked,
                                             std::string_view where) {
  const std::vector<std::string> known = reportPartNames();
  if (asked.empty()) return known;
  for (const std::string& name : asked)
    if (!holds(known, name))
      return usageError(std::string(where), fmt::format("'{}' is no part of a report; {}", name,
                                                        didYouMean(name, known)));
  std::vector<std::string> parts;
  for (const std::string& name : known)
    if (holds(asked, name)) parts.push_back(name);
  return parts;
}

EvidenceOptions evidenceFor(const std::vector<std::string>& parts) {
  EvidenceOptions options;
  options.curves = holds(parts, "fit") || holds(parts, "plan") || holds(parts, "cost");
  options.assumptions = holds(parts, "assumptions") || holds(parts, "answer");
  options.accuracy = holds(parts, "accuracy");
  return options;
}

Document reportDocument(const ReportSource& source, const std::vector<std::string>& parts) {
  require(source.evidence.steps.size() == source.answers.size(),
          "evidence was gathered for other answers");
  Document document;
  document.title = reportTitle(source.project);
  document.question = source.project.report.question;
  document.byline = bylineOf(source.origin);
  for (const ReportPart& part : kReportParts) {
    if (!holds(parts, part.key)) continue;
    Section section{part.key, part.title, {}};
    part.add(source, section);
    document.sections.push_back(std::move(section));
  }
  nameLeftOut(parts, document);
  document.attachments = answerDocuments(source.answers);
  return document;
}

}  // namespace moe::report
