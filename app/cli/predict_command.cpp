#include <CLI/CLI.hpp>
#include <memory>

#include "app/cli/command.h"
#include "app/report/law_report.h"

namespace moe::cli {

void addPredictCommand(CLI::App& app, CommandContext& context) {
  CLI::App* predict = app.add_subcommand(
      "predict", "Predicts the loss of one model, with an interval and how far it extrapolates.");
  auto question = std::make_shared<PredictQuestion>();
  predict->add_option("--law-file", question->law_file, "Law as written by fit --save")
      ->type_name("FILE");
  predict->add_option("--preset", question->preset, "Published law by name, see catalog laws")
      ->type_name("NAME");
  predict->add_option("--n", question->params, "Parameters, counted as the law does")
      ->type_name("N")
      ->required();
  predict->add_option("--d", question->train_tokens, "Training tokens")->type_name("D");
  predict->add_option("--e", question->experts, "Experts per layer; 1 unless given")
      ->type_name("E");
  predict->add_option("--granularity", question->granularity, "d_ff / d_expert; 1 unless given")
      ->type_name("G");
  predict->add_option("--top-k", question->top_k, "Experts per token, for laws that have it")
      ->type_name("K");
  predict
      ->add_option("--unique-tokens", question->unique_tokens,
                   "Tokens without repeats, for laws that have them")
      ->type_name("U");
  predict
      ->add_option("--precision-bits", question->precision_bits,
                   "Bits of weights, for laws that have them")
      ->type_name("P");
  predict->footer(R"(Examples:
  moeplan predict --preset ludziejewski2025 --n 1e9 --d 2e10 --e 8
      The published joint law at 1e9 active parameters, 2e10 tokens, 8 experts.
  moeplan predict --law-file law.json --n 7e9 --d 1e12 --e 16 --json
      A law of your own, as JSON.)");
  predict->callback([question, &context] {
    const auto answer = answerPredict(*question);
    if (!answer) return context.refuse(answer.error());
    context.deliver([&] { return report::predictText(*answer); },
                    [&] { return report::predictJson(*answer); });
  });
}

}  // namespace moe::cli
