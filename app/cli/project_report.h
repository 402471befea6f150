#pragma once

#include <filesystem>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "app/report/document/document.h"
#include "app/workflows/run/answer_step.h"

namespace moe::cli {

/// What a report is made from, and the command that makes it again.
struct ProjectReportRequest {
  const Project& project;
  std::filesystem::path project_file;
  std::span<const AnsweredStep> answers;
  std::vector<std::string> parts;  ///< as from reportParts
  std::string command;
};

/// Gathers what the parts show beside the answers and makes the document. Its date is that of
/// SOURCE_DATE_EPOCH, none unless that is set. Errors: kCancelled.
Result<report::Document> projectReport(const ProjectReportRequest& request,
                                       std::stop_token stop = {},
                                       const ProgressSink& progress = {});

}  // namespace moe::cli
