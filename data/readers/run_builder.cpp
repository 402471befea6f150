#include "data/readers/run_builder.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "data/numbers.h"

namespace moe {
namespace {

/// What a number must be; the text goes behind "column is value; ".
struct Condition {
  bool (*holds)(double);
  const char* rule;
};

bool isPositive(double x) { return x > 0; }

Condition conditionOf(Role role) {
  switch (role) {
    case Role::kParams:
      return {isPositive, "a parameter count must be positive"};
    case Role::kTokens:
      return {isPositive, "a token count must be positive"};
    case Role::kExperts:
      return {[](double x) { return x >= 1; }, "an expert count is at least 1 (1 is dense)"};
    case Role::kTopK:
      return {isPositive, "the experts per token must be positive"};
    case Role::kGranularity:
      return {isPositive, "a granularity must be positive"};
    case Role::kLoss:
      return {isPositive, "a loss must be positive"};
    case Role::kUniqueTokens:
      return {isPositive, "a count of unique tokens must be positive"};
    case Role::kWeightBits:
    case Role::kActivationBits:
    case Role::kCacheBits:
    case Role::kBitsAfterTraining:
      return {isPositive, "a number of bits must be positive"};
    default:
      return {[](double x) { return x >= 0; }, "a step must not be negative"};
  }
}

double* fieldOf(TrainingRun& run, Role role) {
  switch (role) {
    case Role::kParams:
      return &run.params;
    case Role::kTokens:
      return &run.train_tokens;
    case Role::kExperts:
      return &run.experts;
    case Role::kTopK:
      return &run.top_k;
    case Role::kGranularity:
      return &run.granularity;
    case Role::kLoss:
      return &run.loss;
    case Role::kUniqueTokens:
      return &run.unique_tokens;
    case Role::kWeightBits:
      return &run.precision.weights;
    case Role::kActivationBits:
      return &run.precision.activations;
    case Role::kCacheBits:
      return &run.precision.kv_cache;
    case Role::kBitsAfterTraining:
      return &run.precision.after_training;
    default:
      return nullptr;
  }
}

constexpr std::array<Role, 11> kNumbers = {
    Role::kParams,         Role::kTokens,    Role::kExperts,          Role::kTopK,
    Role::kGranularity,    Role::kLoss,      Role::kUniqueTokens,     Role::kWeightBits,
    Role::kActivationBits, Role::kCacheBits, Role::kBitsAfterTraining};

/// Columns in which an empty cell says: nothing special here.
bool mayBeEmpty(Role role) { return role >= Role::kUniqueTokens; }

class RunBuilder {
 public:
  RunBuilder(const RawTable& raw, const RawSource& source, const ReadOptions& options,
             const ColumnRoles& roles)
      : raw_(raw), source_(source), options_(options), roles_(roles) {}

  Result<RunTable> build() {
    doubtRunNames();
    describeSource();
    table_.runs.reserve(raw_.rows.size());
    for (std::size_t i = 0; i < raw_.columns.size(); ++i) {
      if (roles_.isTag(i)) tag_columns_.push_back(i);
    }
    for (const std::size_t column : tag_columns_) {
      table_.tags.emplace_back().name = raw_.columns[column];
      table_.tags.back().values.reserve(raw_.rows.size());
    }
    if (auto problem = addRows()) return tl::unexpected(*problem);
    if (auto problem = checkAll()) return tl::unexpected(*problem);
    table_.sources.front().rows = table_.runs.size();
    return std::move(table_);
  }

 private:
  /// A column called name, id or index is often a label that rows share ("70M"). Without steps it
  /// is taken for the run only when no two rows have the same; else it stays a tag, and says so.
  void doubtRunNames() {
    if (!roles_[Role::kRunId] || roles_[Role::kStep] || options_.columns[Role::kRunId]) return;
    const std::string& column = raw_.columns[*roles_[Role::kRunId]];
    const std::string plain = normalisedName(column);
    if (plain != "name" && plain != "id" && plain != "index") return;
    std::set<std::string_view> seen;
    for (const RawRow& row : raw_.rows) {
      if (seen.insert(trimmed(row.cell(*roles_[Role::kRunId]))).second) continue;
      table_.warnings.push_back(
          {"run_names_repeat",
           fmt::format("{}: rows share values of {}, so it is read as a label and every row is a "
                       "run of its own; --map run={} reads rows of one {} as one run's curve",
                       source_.path, column, column, column)});
      roles_.column[static_cast<std::size_t>(Role::kRunId)].reset();
      return;
    }
  }

  void describeSource() {
    RunSource& described = table_.sources.emplace_back();
    described.path = source_.path;
    described.format = source_.format;
    for (std::size_t i = 0; i < kRoles; ++i) {
      if (!roles_.column[i]) continue;
      described.columns.push_back(
          {std::string(name(static_cast<Role>(i))), raw_.columns[*roles_.column[i]]});
    }
    table_.parameter_kind = options_.parameter_kind.value_or(roles_.parameter_kind);
    const std::string& loss = raw_.columns[*roles_[Role::kLoss]];
    if (roles_.loss_is_perplexity) {
      table_.warnings.push_back(
          {"loss_from_perplexity",
           fmt::format("{}: the loss is the logarithm of {}", source_.path, loss)});
    } else if (normalisedName(loss).find("train") != std::string::npos) {
      table_.warnings.push_back(
          {"training_loss",
           fmt::format("{}: {} is a training loss, not a validation loss", source_.path, loss)});
    }
  }

  std::string place(std::size_t line, std::size_t number) const {
    const std::string where = fmt::format("{}:{}", source_.path, line);
    return source_.rows_are_lines ? where : fmt::format("{} (row {})", where, number);
  }

  /// Rows in the order of their lines, those that could not be split among them.
  std::optional<Error> addRows() {
    auto bad = raw_.bad_rows.begin();
    for (std::size_t i = 0; i < raw_.rows.size(); ++i) {
      const RawRow& row = raw_.rows[i];
      for (; bad != raw_.bad_rows.end() && bad->line < row.line; ++bad) {
        if (auto problem = refuse(*bad, 0)) return problem;
      }
      TrainingRun run;
      const std::string reason = understand(row, i + 1, run);
      if (reason.empty()) {
        keep(row, std::move(run));
      } else if (auto problem = refuse({row.line, reason}, i + 1)) {
        return problem;
      }
    }
    for (; bad != raw_.bad_rows.end(); ++bad) {
      if (auto problem = refuse(*bad, 0)) return problem;
    }
    return std::nullopt;
  }

  std::optional<Error> refuse(const BadRow& bad, std::size_t number) {
    if (!options_.skip_bad) {
      const std::string where =
          number == 0 ? fmt::format("{}:{}", source_.path, bad.line) : place(bad.line, number);
      return Error{ErrorKind::kInput, where, bad.reason};
    }
    table_.skipped.push_back({source_.path, bad.line, bad.reason});
    return std::nullopt;
  }

  void keep(const RawRow& row, TrainingRun run) {
    table_.runs.push_back(std::move(run));
    for (std::size_t i = 0; i < tag_columns_.size(); ++i) {
      table_.tags[i].values.emplace_back(trimmed(row.cell(tag_columns_[i])));
    }
  }

  /// Fills the run; empty text, or what is wrong with the row.
  std::string understand(const RawRow& row, std::size_t number, TrainingRun& run) const {
    run.line = row.line;
    std::string reason;
    for (const Role role : kNumbers) {
      if (reason.empty() && roles_[role]) reason = readNumber(row, role, *fieldOf(run, role));
    }
    if (!reason.empty()) return reason;
    if (roles_[Role::kStep] && !trimmed(row.cell(*roles_[Role::kStep])).empty()) {
      reason = readNumber(row, Role::kStep, run.step.emplace());
    }
    if (roles_[Role::kRunId]) run.run_id = trimmed(row.cell(*roles_[Role::kRunId]));
    if (run.run_id.empty()) {
      run.run_id = fmt::format("row-{}", source_.rows_are_lines ? row.line : number);
    }
    return reason;
  }

  std::string readNumber(const RawRow& row, Role role, double& value) const {
    const std::string& column = raw_.columns[*roles_[role]];
    const std::string_view cell = trimmed(row.cell(*roles_[role]));
    if (cell.empty() && mayBeEmpty(role)) return {};
    if (cell.empty()) return fmt::format("{} is missing", column);
    const std::optional<double> number = parseNumber(cell);
    if (!number) return fmt::format("{} is \"{}\", which is not a number", column, cell);
    if (!std::isfinite(*number)) return fmt::format("{} is {}; it must be finite", column, cell);
    value = *number;
    if (role == Role::kLoss && roles_.loss_is_perplexity) {
      if (value <= 1) return fmt::format("{} is {}; a perplexity must be above 1", column, cell);
      value = std::log(value);
    }
    const Condition condition = conditionOf(role);
    if (condition.holds(value)) return {};
    return fmt::format("{} is {}; {}", column, cell, condition.rule);
  }

  std::optional<Error> checkAll() const {
    if (table_.runs.empty()) {
      return Error{ErrorKind::kInput, source_.path,
                   table_.skipped.empty()
                       ? std::string("the table has a header but no runs")
                       : fmt::format("no run is left: all {} rows are bad, the first (line {}) "
                                     "because {}",
                                     table_.skipped.size(), table_.skipped.front().line,
                                     table_.skipped.front().reason)};
    }
    // A model that guesses among 2^30 tokens evenly loses 21 nats; means of a sum are far above.
    constexpr double kLargestMedian = 30;
    const double median = medianLoss();
    if (median <= kLargestMedian) return std::nullopt;
    return Error{ErrorKind::kInput, source_.path,
                 fmt::format("{} has the median {:.6g}; a loss above {} nats per token looks like "
                             "a sum over tokens; divide it by their number",
                             raw_.columns[*roles_[Role::kLoss]], median, kLargestMedian)};
  }

  double medianLoss() const {
    std::vector<double> losses;
    for (const TrainingRun& run : table_.runs) losses.push_back(run.loss);
    const auto middle = losses.begin() + static_cast<std::ptrdiff_t>(losses.size() / 2);
    std::nth_element(losses.begin(), middle, losses.end());
    return *middle;
  }

  const RawTable& raw_;
  const RawSource& source_;
  const ReadOptions& options_;
  ColumnRoles roles_;
  std::vector<std::size_t> tag_columns_;
  RunTable table_;
};

}  // namespace

Result<RunTable> buildRuns(const RawTable& raw, const RawSource& source,
                           const ReadOptions& options) {
  // A file of nothing but broken lines is told by its first one.
  if (raw.rows.empty() && !raw.bad_rows.empty() && !options.skip_bad) {
    return fail(ErrorKind::kInput, fmt::format("{}:{}", source.path, raw.bad_rows.front().line),
                raw.bad_rows.front().reason);
  }
  if (raw.columns.empty()) return fail(ErrorKind::kInput, source.path, "the file holds no runs");
  const std::string header =
      raw.header_line > 0 ? fmt::format("{}:{}", source.path, raw.header_line) : source.path;
  const auto roles = chooseColumns(raw.columns, options.columns, header);
  if (!roles) return tl::unexpected(roles.error());
  return RunBuilder(raw, source, options, *roles).build();
}

}  // namespace moe
