#pragma once

#include <string>
#include <vector>

#include "app/workflows/accuracy_workflow.h"

namespace moe::report {

/// A table of the page: the first columns are text, the others are numbers.
std::string markdownTable(const std::vector<std::string>& headings,
                          const std::vector<std::vector<std::string>>& rows,
                          std::size_t text_columns = 1);

/// Errors in percent, a line for each set of rows.
std::string errorTable(const std::string& heading, const std::vector<GroupAccuracy>& groups);

/// The same for core rows by deployment, and the known reasons below.
std::string groupTable(const std::vector<GroupAccuracy>& groups);

/// Each constant as it ships and as it was fitted now, with meaning and unit.
std::string constantsTable(const AccuracyStudy& study);

/// 90 % intervals by concurrency: width, and left-out points inside.
std::string intervalTable(const AccuracyStudy& study);

/// Leave-one-out errors of every operation, a column for each system.
std::string kernelTable(const std::vector<SystemAccuracy>& systems);

/// The largest median of hidden rows and of hidden shapes over operations with this in their name:
/// "at most 5.6 % for hidden rows (gemm bf16 on L40S-48GB) and ...".
std::string largestMedian(const std::vector<SystemAccuracy>& systems, const std::string& part);

/// Published throughputs: all, dense and routed models, machines and releases.
std::string throughputTable(const ThroughputStudy& study);

/// How much faster newer releases measured the same configurations.
std::string releaseTable(const ThroughputStudy& study);

/// DeepSeek's own figures beside ours.
std::string deepSeekTable(const std::vector<ServingFigure>& figures);

/// Errors of training speeds by source, with what each prediction had not seen.
std::string trainingTable(const std::vector<TrainingAccuracy>& rows);

}  // namespace moe::report
