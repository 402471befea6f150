#include "app/report/document/answer_documents.h"

#include "app/report/run/json_tables.h"
#include "app/report/run/step_result.h"

namespace moe::report {

std::vector<Attachment> answerDocuments(std::span<const AnsweredStep> answers) {
  std::vector<Attachment> documents;
  for (const AnsweredStep& step : answers) {
    if (!step.answer) continue;
    const std::string folder = "answers/" + stepId(step.step) + "/";
    std::string document = answerDocument(*step.answer);
    for (ResultFile& table : tablesOf(document))
      documents.push_back({folder + table.name, std::move(table.content)});
    documents.push_back({folder + "answer.json", std::move(document)});
  }
  return documents;
}

}  // namespace moe::report
