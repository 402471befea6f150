#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "app/workflows/import/import_request.h"
#include "app/workflows/import/loss_series.h"
#include "app/workflows/import/run_log.h"
#include "data/error.h"
#include "data/logs/log_sink.h"

namespace moe {

/// A file that was looked at.
struct ImportedFile {
  std::string path;
  std::string name;
  std::string sha256;  ///< of the file as it lies; empty in a preview
  std::uint64_t bytes = 0;
  std::string compression;
  std::string reader;
  std::size_t runs = 0;  ///< that it holds or continues
  std::size_t skips = 0;
  std::vector<LogSkip> first_skips;  ///< at most 20
  bool cut_off = false;              ///< a packed stream that ends early
  std::string problem;               ///< why nothing was read of it; empty: it was
};

/// A number that was used for a run, and where it comes from.
struct FoundFact {
  LogRole role = LogRole::kParams;
  std::string text;         ///< as it stands there
  double value = 0;         ///< not a number for words
  std::string key;          ///< the setting's or series' name, "--set", or how it was computed
  std::string where;        ///< "train.log:17"; empty for what was given or computed
  std::string before = {};  ///< another value that the log gave first
};

/// Something odd about a run, and the figures that show it.
struct RunFlag {
  RunFlagKind kind = RunFlagKind::kSpikes;
  std::string reason;
};

/// What a run lacks, and how to give it.
struct RunLack {
  std::string what;  ///< "loss", "params", "train_tokens", ...
  std::string message;
};

/// A series as the log has it.
struct SeriesFacts {
  std::string name;
  std::size_t count = 0;
  std::size_t not_finite = 0;
  std::size_t repeats = 0;
  std::size_t dropped = 0;
  std::size_t segments = 1;
  LoggedValue first;
  LoggedValue last;
  double lowest = 0;
  double highest = 0;
  std::string taken_as;  ///< "loss", "learning_rate", "train_tokens"; empty: not used
};

/// The loss of a run.
struct ChosenLoss {
  std::string series;
  LossSplit split = LossSplit::kValidation;
  LossUnit unit = LossUnit::kNats;  ///< as logged
  std::string converted;            ///< how it became nats per token; empty: it was
  double value = 0;                 ///< nats per token
  double step = 0;
  std::string where;
};

struct ImportPoint {
  double step = 0;
  double train_tokens = 0;
  double loss = 0;
};

/// One run of the logs: what it is, or what it lacks.
struct ImportedRun {
  std::string id;
  std::vector<std::size_t> files;  ///< indices into ImportOutcome::files, in the order of joining
  std::string reader;
  std::size_t records = 0;
  std::optional<ChosenLoss> loss;
  double active_params = 0;
  double total_params = 0;          ///< 0: not known
  double non_embedding_params = 0;  ///< active, without embedding, head and positions; 0: not known
  double train_tokens = 0;
  double unique_tokens = 0;  ///< 0: not stated
  double experts = 1;
  double top_k = 1;
  double granularity = 1;
  std::optional<double> planned_steps;
  std::optional<double> last_step;
  std::optional<bool> finished;
  std::optional<double> lr_end_over_peak;
  std::vector<FoundFact> facts;  ///< all that was used
  std::vector<SeriesFacts> series;
  std::vector<LoggedSetting> settings;
  std::vector<RunFlag> flags;
  std::vector<RunLack> lacks;  ///< empty: the run can be made
  std::vector<Warning> warnings;
  std::string excluded;  ///< why it is not in the table; empty: it is
  std::vector<ImportPoint> curve;

  bool made() const { return lacks.empty(); }
  bool used() const { return made() && excluded.empty(); }
};

struct ImportOutcome {
  ImportRequest request;
  ImportPlan plan;
  std::vector<ImportedFile> files;
  std::vector<ImportedRun> runs;
  std::vector<Warning> warnings;
  std::string table;       ///< path written; empty: none
  std::string provenance;  ///< path written; empty: none
  std::size_t rows = 0;    ///< of the table

  std::size_t usedRuns() const;
  std::size_t excludedRuns() const;
  std::size_t lackingRuns() const;
  /// Whether a table can be had: some run is used, and none is lacking unless that was allowed.
  bool answered() const;
};

}  // namespace moe
