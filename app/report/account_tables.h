#pragma once

#include <string>
#include <vector>

#include "app/report/text_table.h"
#include "app/workflows/account_workflow.h"

namespace moe::report {

/// The tables of `moeplan account`, see account_report.h.
TextTable groupTable(const ModelAccount& account);
TextTable weightTable(const ModelAccount& account);
TextTable flopTable(const ModelAccount& account);
std::string cacheText(const ModelAccount& account);
TextTable allModelsTable(const AccountOutcome& outcome);
/// What the catalog's entries quote, beside ours.
TextTable quotedTable(const std::vector<AccountedModel>& models);
/// Published figures beside ours; with their sources, conventions and notes below.
TextTable figureTable(const std::vector<MatchedFigure>& figures, bool with_system);

}  // namespace moe::report
