#pragma once

#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/report/document/document.h"
#include "app/workflows/evidence/gather_evidence.h"
#include "app/workflows/project/project.h"
#include "app/workflows/run/answer_step.h"
#include "app/workflows/version.h"
#include "data/error.h"

namespace moe::report {

/// Who made the report, and how it is made again.
struct ReportOrigin {
  std::string program;  ///< "moeplan 0.1.0"
  std::string build;    ///< "commit c174dda41a2b; tables built in: sha256 3f2a..."; may be empty
  std::string command;  ///< "moeplan report clark.moeplan --out report.html"
  std::filesystem::path project_file;
  std::string date;  ///< as it is shown; empty: none, so that equal inputs give equal bytes
};

/// Commit and tables of a program, which its numbers rest on: the origin's `build`.
std::string buildText(const ProgramVersion& program);

/// What a report is made of; everything is looked at, nothing kept.
struct ReportSource {
  const Project& project;
  std::span<const AnsweredStep> answers;
  const ReportEvidence& evidence;  ///< gathered for the same answers
  ReportOrigin origin;
};

/// Keys of the parts in their order: answer, data, fit, plan, cost, adapt, accuracy, assumptions,
/// unknown, origin.
std::vector<std::string> reportPartNames();

/// The parts asked for in their order, each once; all when none is named. Errors (kUsage, at
/// `where`): a name that is no part, with the nearest.
Result<std::vector<std::string>> reportParts(const std::vector<std::string>& asked,
                                             std::string_view where);

/// The evidence that these parts show.
EvidenceOptions evidenceFor(const std::vector<std::string>& parts);

/// A project with its answers as a document. Steps without an answer stand in it with their reason.
/// `parts` as from reportParts. The same sources give the same document.
Document reportDocument(const ReportSource& source, const std::vector<std::string>& parts);

}  // namespace moe::report
