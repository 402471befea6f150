#pragma once

#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "app/gui/presenters/table_data.h"
#include "app/workflows/import/import_workflow.h"
#include "app/workflows/project/question_field.h"

namespace moe {

/// What an import would make, or made.
struct ImportPicture {
  ImportOutcome outcome;
  TableData runs;    ///< every run: its numbers, or what it lacks
  std::string text;  ///< the preview of the command line: where every number comes from
};

/// Reads the logs, and writes the table when the request is no preview. Errors: as runImport.
Result<ImportPicture> importPicture(const ImportRequest& request, std::stop_token stop,
                                    const ProgressSink& progress);

/// The options of `moeplan import` as fields of a form.
std::span<const QuestionField<ImportRequest>> fieldsOf(const ImportRequest*);

/// What the dialog of an import shows.
class ImportView {
 public:
  virtual ~ImportView() = default;
  virtual void showHeadline(const std::string& headline, const std::string& detail) = 0;
  virtual void showPreview(const ImportPicture& picture) = 0;
  virtual void allowWriting(bool allowed) = 0;
  virtual void written(const std::string& table) = 0;  ///< the import is over
};

/// Decides what the dialog shows while logs become a table of runs.
class ImportPresenter {
 public:
  explicit ImportPresenter(ImportView& view) : view_(view) {}

  ImportRequest& request() { return request_; }
  void setLogs(std::vector<std::string> logs) { request_.logs = std::move(logs); }

  ImportRequest previewRequest() const;
  ImportRequest writeRequest(const std::string& table) const;

  void previewed(const Result<ImportPicture>& picture);
  void imported(const Result<ImportPicture>& picture);

  static const std::vector<std::string_view>& basicKeys();
  static const std::vector<std::string_view>& furtherKeys();

 private:
  void failed(const Error& error);

  ImportView& view_;
  ImportRequest request_;
};

}  // namespace moe
