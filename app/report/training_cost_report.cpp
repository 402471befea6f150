#include "app/report/training_cost_report.h"

#include <fmt/format.h>

#include "app/report/advice_report.h"
#include "app/report/number_text.h"
#include "app/report/text_table.h"
#include "app/report/training_cost_tables.h"

namespace moe::report {
namespace {

std::string splitText(const TrainingSetup& setup) {
  std::string text =
      fmt::format("tensor parallel {}, pipeline parallel {}, data parallel {}",
                  setup.tensor_parallel, setup.pipeline_parallel, setup.dataParallel());
  if (setup.context_parallel > 1)
    text += fmt::format(", context parallel {}", setup.context_parallel);
  if (setup.expert_parallel > 1) text += fmt::format(", expert parallel {}", setup.expert_parallel);
  if (setup.expert_tensor_parallel > 1)
    text += fmt::format(", expert tensor parallel {}", setup.expert_tensor_parallel);
  return text + fmt::format(", ZeRO stage {}", setup.zero_stage);
}

std::string headText(const TrainingCostOutcome& outcome) {
  const TrainingQuestion& question = outcome.question;
  const TrainingSetup& setup = question.setup;
  const ParameterCount& params = question.model.params;
  std::string text = fmt::format(
      "{}: {} total, {} active parameters ({}), trained on {} tokens in {}\n",
      question.model.entry.name, countText(static_cast<double>(params.total())),
      countText(static_cast<double>(params.active())), name(routingKind(question.model.entry)),
      countText(question.train_tokens), name(setup.precision));
  text += wrappedText(
      fmt::format("{} x {}: {}; {} USD per device-hour", setup.devices, question.accelerator.name,
                  splitText(setup), plainText(question.price.value() * 3600)),
      100, 2);
  text += wrappedText(
      fmt::format("Batches of {} sequences of {} tokens, {} at once on a replica, {} "
                  "recomputation of activations",
                  countText(setup.global_batch_sequences), countText(setup.sequence_length),
                  countText(setup.micro_batch_sequences),
                  setup.recompute == Recompute::kNone ? "no" : name(setup.recompute)),
      100, 2);
  return text;
}

}  // namespace

std::string trainingCostText(const TrainingCostOutcome& outcome) {
  std::string text = headText(outcome) + "\n";
  text += tableText(trainingFlopTable(outcome)) + "\n";
  text += tableText(trainingMemoryTable(outcome)) + "\n";
  text += tableText(trainingPriceTable(outcome)) + "\n";
  if (outcome.cost.speed) {
    text += tableText(trainingTimeTable(outcome)) + "\n";
    text += tableText(trainingNeighbourTable(outcome)) + "\n";
  }
  text += instructionTuningText(outcome.instruction_tuning);
  for (const Warning& warning : outcome.warnings)
    text += wrappedText("Note: " + warning.message + ".", 100, 2);
  text += wrappedText("How sure: " + trainingAccuracySentence(outcome));
  if (!outcome.advice.empty()) text += "\n" + adviceText(outcome.advice);
  text += "\nSources\n";
  for (const std::string& source : outcome.sources) text += wrappedText("  " + source, 100, 4);
  return text;
}

}  // namespace moe::report
