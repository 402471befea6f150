#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "app/workflows/import/import_outcome.h"
#include "app/workflows/import/run_log.h"

namespace moe {

/// The number that a setting's text means: "768", "491,520", "[64]", "123.59M", "1e9", "8*64". None
/// for words, "None", "inf" and "nan".
std::optional<double> settingNumber(std::string_view text);

/// True, true, 1, yes, on; and their opposites.
std::optional<bool> settingBool(std::string_view text);

/// Looks up what a run's log says, in this order: --set, --map, the settings whose name is known,
/// a series whose name is known and whose value never changes. Keeps what was used.
class RunFacts {
 public:
  RunFacts(const RunLog& log, const ImportPlan& plan, std::span<const ImportedFile> files,
           std::string id, std::vector<std::string> names);

  /// Positive numbers only; other values count as not stated.
  std::optional<double> number(LogRole role);
  std::optional<double> atLeastZero(LogRole role);
  std::optional<bool> boolean(LogRole role);
  std::optional<std::string> text(LogRole role);
  /// Whether --set gives it.
  bool given(LogRole role) const;

  /// The series that is known as this role, the longest of those with equal right.
  const SeriesLog* series(LogRole role) const;

  /// A number that was computed, or taken for want of another: `how` says so.
  void computed(LogRole role, double value, std::string how);
  void used(FoundFact fact) { used_.push_back(std::move(fact)); }
  const std::vector<FoundFact>& usedFacts() const { return used_; }

  /// An error when the log gives two numbers for one of the facts that were used, but for the first
  /// `from` of them: the model or the batch was changed on the way.
  Result<void> unchanged(std::size_t from = 0) const;
  /// The name under which a role was found; empty when it was not used.
  std::string keyOf(LogRole role) const;
  std::string place(std::size_t file, std::size_t line) const;
  const RunLog& log() const { return log_; }

 private:
  std::optional<FoundFact> find(LogRole role) const;
  std::optional<FoundFact> fromSettings(LogRole role) const;
  std::optional<FoundFact> fromSeries(LogRole role) const;
  std::optional<FoundFact> mapped(LogRole role) const;
  void keep(const FoundFact& fact);

  const RunLog& log_;
  const ImportPlan& plan_;
  std::span<const ImportedFile> files_;
  std::vector<std::string> names_;  ///< that a pattern of --set may fit
  std::vector<FoundFact> used_;
};

}  // namespace moe
