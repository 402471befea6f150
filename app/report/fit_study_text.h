#pragma once

#include <string>

#include "app/report/text_table.h"
#include "app/workflows/fit_workflow.h"

namespace moe::report {

/// "0.289 to 0.371", "above 0.2", "open": a profile's interval; "-" when there is none.
std::string profileText(const Profile* profile);

/// The profile of a parameter, or nullptr.
const Profile* profileOf(const FitStudy& study, const std::string& parameter);

/// Wald intervals that the profiles contradict, in a sentence; empty where none is.
std::string waldText(const LawFit& fit);

/// Trade-offs in words, with the range of the exponent among the two.
std::string tradeOffText(const LawFit& fit);

/// Outliers, influential runs, trends and seeds, a sentence each.
std::string residualText(const FitAnswer& answer, const LawFit& fit);

/// The optimal split of compute, and the iso-FLOP parabolas beside it.
std::string allocationText(const LawFit& fit);

/// Its table: at each budget N, D and loss with their intervals; no rows without a split.
TextTable allocationTable(const LawFit& fit);

/// Runs to make next: the table, what it rests on, and both.
TextTable suggestionTable(const LawFit& fit);
std::string suggestionNote(const LawFit& fit);
std::string suggestionText(const LawFit& fit);

/// "skaling clearly beats chinchilla on these runs: ..."; empty when no law does.
std::string rivalSentence(const LawFit& fit);

/// The same as a line of its own.
std::string rivalText(const LawFit& fit);

}  // namespace moe::report
