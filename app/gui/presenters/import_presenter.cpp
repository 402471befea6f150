#include "app/gui/presenters/import_presenter.h"

#include <fmt/format.h>

#include <cmath>

#include "app/report/import_report.h"
#include "app/report/import_words.h"
#include "app/report/number_text.h"
#include "data/numbers.h"

namespace moe {
namespace {

using report::Align;
using Cell = TableData::Cell;

Cell foundCell(std::string text, double order) {
  if (!(order > 0)) return {report::kNothing, -HUGE_VAL, true};
  return {std::move(text), order, true};
}

std::string stateOf(const ImportedRun& run) {
  std::string state;
  for (const RunLack& lack : run.lacks) state += (state.empty() ? "" : " ") + lack.message;
  if (!state.empty()) return "missing: " + state;
  return run.excluded.empty() ? "taken" : "excluded: " + run.excluded;
}

TableData::Row rowOfLog(const ImportedRun& run) {
  const double loss = run.loss ? run.loss->value : 0;
  TableData::Row row;
  row.id = run.id;
  row.emphasised = !run.made();
  row.cells = {{run.id, 0, false},
               foundCell(report::countText(run.active_params), run.active_params),
               foundCell(report::countText(run.train_tokens), run.train_tokens),
               foundCell(exactNumber(run.experts), run.experts),
               foundCell(exactNumber(run.top_k), run.top_k),
               foundCell(report::decimalText(loss, 4), loss),
               {run.loss ? run.loss->series : report::kNothing, 0, false},
               {report::flagNamesText(run), 0, false},
               {stateOf(run), 0, false}};
  for (const RunFlag& flag : run.flags)
    row.tooltip +=
        (row.tooltip.empty() ? "" : "\n") + std::string(name(flag.kind)) + ": " + flag.reason;
  return row;
}

TableData tableOfLogs(const ImportOutcome& outcome) {
  TableData table;
  table.columns = {{"Run", "", Align::kLeft},
                   {"N", "active params"},
                   {"D", "tokens"},
                   {"E", "experts"},
                   {"k", "per token"},
                   {"Loss", "nats/token"},
                   {"Series of the loss", "", Align::kLeft},
                   {"Flags", "", Align::kLeft},
                   {"State", "", Align::kLeft}};
  for (const ImportedRun& run : outcome.runs) table.rows.push_back(rowOfLog(run));
  return table;
}

template <auto Member>
FieldPlace importPlace(ImportRequest& request) {
  return &(request.*Member);
}

}  // namespace

std::span<const QuestionField<ImportRequest>> fieldsOf(const ImportRequest*) {
  static const QuestionField<ImportRequest> kFields[] = {
      {"set",
       "What the log does not say: n=124e6, tokens_per_step=524288; with a pattern for some runs, "
       "large*:n=350e6; several with commas",
       importPlace<&ImportRequest::set>},
      {"map", "Settings or series by what they mean: n=my_params,train_tokens=seen",
       importPlace<&ImportRequest::map>},
      {"loss_series", "The series that is the loss; by its name unless stated",
       importPlace<&ImportRequest::loss_series>},
      {"loss_rule",
       "From a curve to a loss: last, mean:K of the last K values, min-smoothed[:W], best",
       importPlace<&ImportRequest::loss_rule>},
      {"exclude", "Leave out runs with these flags: diverged, interrupted, spikes, ...",
       importPlace<&ImportRequest::exclude>},
      {"skip_bad", "Leave out files that cannot be read and runs that lack something",
       importPlace<&ImportRequest::skip_bad>},
      {"curves", "Write points along each run, not its end alone",
       importPlace<&ImportRequest::curves>},
      {"format", "Read every log with this reader, not by content",
       importPlace<&ImportRequest::format>},
      {"pieces", "Which files are pieces of one run: auto, file, folder, all",
       importPlace<&ImportRequest::pieces>},
      {"bytes_per_token", "For losses in bits per byte: mean bytes of a token; 0: not stated",
       importPlace<&ImportRequest::bytes_per_token>},
      {"tokens_per_loss", "For losses that are sums: tokens that one adds up; 0: not stated",
       importPlace<&ImportRequest::tokens_per_loss>}};
  return kFields;
}

const std::vector<std::string_view>& ImportPresenter::basicKeys() {
  static const std::vector<std::string_view> kKeys{"set",     "loss_series", "loss_rule",
                                                   "exclude", "skip_bad",    "curves"};
  return kKeys;
}

const std::vector<std::string_view>& ImportPresenter::furtherKeys() {
  static const std::vector<std::string_view> kKeys{"map", "format", "pieces", "bytes_per_token",
                                                   "tokens_per_loss"};
  return kKeys;
}

Result<ImportPicture> importPicture(const ImportRequest& request, std::stop_token stop,
                                    const ProgressSink& progress) {
  auto outcome = runImport(request, stop, progress);
  if (!outcome) return tl::unexpected(outcome.error());
  ImportPicture picture;
  picture.runs = tableOfLogs(*outcome);
  picture.text =
      request.preview ? report::importPreviewText(*outcome) : report::importText(*outcome);
  picture.outcome = *std::move(outcome);
  return picture;
}

ImportRequest ImportPresenter::previewRequest() const {
  ImportRequest request = request_;
  request.preview = true;
  return request;
}

ImportRequest ImportPresenter::writeRequest(const std::string& table) const {
  ImportRequest request = request_;
  request.preview = false;
  request.out = table;
  return request;
}

void ImportPresenter::failed(const Error& error) {
  view_.allowWriting(false);
  view_.showHeadline(error.kind == ErrorKind::kCancelled ? "Stopped" : "No preview",
                     error.kind == ErrorKind::kCancelled ? "" : describe(error));
}

void ImportPresenter::previewed(const Result<ImportPicture>& picture) {
  if (!picture) return failed(picture.error());
  const ImportOutcome& outcome = picture->outcome;
  std::string detail;
  if (outcome.lackingRuns() > 0)
    detail =
        fmt::format("{} lack something: state it under Set, or tick Skip bad to leave them out. ",
                    outcome.lackingRuns());
  if (!outcome.warnings.empty()) detail += outcome.warnings.front().message;
  view_.showHeadline(
      fmt::format("{} of {} runs can be taken", outcome.usedRuns(), outcome.runs.size()), detail);
  view_.showPreview(*picture);
  view_.allowWriting(outcome.answered());
}

void ImportPresenter::imported(const Result<ImportPicture>& picture) {
  if (!picture) return failed(picture.error());
  if (picture->outcome.table.empty()) return previewed(picture);
  view_.written(picture->outcome.table);
}

}  // namespace moe
