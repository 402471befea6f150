#pragma once

#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "app/report/document/document.h"
#include "app/workflows/run/answer_step.h"

namespace moe::cli {

struct CommandContext;

/// What the command line states goes over what the project states, and that over the environment:
/// threads, seed and catalog.
void takeStatedOptions(const CommandContext& context, Project& project);

/// The command line as a shell reads it back, to make results again: without what only says how
/// they are made (--resume, --quiet, --threads), and with a catalog that the environment named.
std::string commandAgain(const CommandContext& context, const Project& project);

/// What a report is made from, and the command that makes it again.
struct ProjectReportRequest {
  const Project& project;
  std::filesystem::path project_file;
  std::span<const AnsweredStep> answers;
  std::vector<std::string> parts;  ///< as from reportParts
  std::string command;
};

/// "2026-11-26" of SOURCE_DATE_EPOCH [https://reproducible-builds.org/specs/source-date-epoch];
/// empty when it is not set or no number.
std::string statedDate();

/// Gathers what the parts show beside the answers and makes the document. Its date is that of
/// SOURCE_DATE_EPOCH, none unless that is set. Errors: kCancelled.
Result<report::Document> projectReport(const ProjectReportRequest& request,
                                       std::stop_token stop = {},
                                       const ProgressSink& progress = {});

}  // namespace moe::cli
