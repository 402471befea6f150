#include "app/report/lifetime_report.h"

#include <fmt/format.h>

#include <cmath>

#include "app/report/advice_report.h"
#include "app/report/lifetime_tables.h"
#include "app/report/number_text.h"
#include "app/report/plan_layout.h"

namespace moe::report {
namespace {

std::string purpose(const LifetimeRequest& request) {
  if (request.target_loss)
    return fmt::format("Plan (lifetime): least training and serving cost at a loss of {} nats\n",
                       decimalText(*request.target_loss, 3));
  return fmt::format("Plan (lifetime): least loss for {} of training and serving\n",
                     usdText(Usd(*request.total_usd)));
}

std::string limitsText(const LifetimeQuestion& question) {
  std::string text;
  const auto add = [&](const std::string& limit) { text += (text.empty() ? "" : ", ") + limit; };
  if (question.ttft_limit_s)
    add(fmt::format("TTFT {}", durationText(Seconds(*question.ttft_limit_s))));
  if (question.tpot_limit_s)
    add(fmt::format("TPOT {}", durationText(Seconds(*question.tpot_limit_s))));
  if (question.unique_tokens) add(countText(*question.unique_tokens) + " unique tokens");
  if (question.max_train_tokens) add(countText(*question.max_train_tokens) + " training tokens");
  if (question.max_tokens_per_param)
    add(plainText(*question.max_tokens_per_param) + " tokens per parameter");
  if (question.max_train_days) add(plainText(*question.max_train_days) + " days of training");
  return text.empty() ? "" : planParagraph("Limits: " + text);
}

std::string servingText(const LifetimeQuestion& question, double lifetime_tokens) {
  std::string text =
      fmt::format("Serving: {} output tokens over the life", countText(lifetime_tokens));
  if (question.prompt_tokens && question.output_tokens)
    text += fmt::format("; {:g} prompt and {:g} output tokens a request", *question.prompt_tokens,
                        *question.output_tokens);
  if (question.cost_preset.empty() && question.flop_prices.empty())
    text += fmt::format("; up to {} devices a replica, {}, at most {:g} requests at once",
                        question.max_devices.value_or(8), question.engine,
                        question.max_concurrency.value_or(256));
  return text;
}

std::string capitalised(std::string text) {
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') text.front() -= 'a' - 'A';
  return text;
}

std::string inputsText(const LifetimeAnswer& answer) {
  const Law& law = answer.request.law;
  std::string text = planParagraph(fmt::format("Law: {} ({})", law.name, law.family->name)) +
                     planParagraph(servingText(answer.question, answer.request.lifetime_tokens)) +
                     limitsText(answer.question);
  for (const std::string& source : answer.sources)
    if (source.starts_with("price") || source.starts_with("cost preset"))
      text += planParagraph(capitalised(source));
  return text;
}

std::string notesText(const LifetimeAnswer& answer) {
  std::string text;
  for (const Warning& warning : answer.warnings) text += planParagraph("- " + warning.message);
  return text.empty() ? "" : "\nNote\n" + text;
}

}  // namespace

std::string lifetimeText(const LifetimeAnswer& answer) {
  return purpose(answer.request) + inputsText(answer) + notesText(answer) +
         planSection(lifetimeVariantTable(answer)) + planSection(designTable(answer)) +
         planSection(intervalTable(answer)) + planSection(sensitivityTable(answer)) +
         planSection(modelTable(answer)) + "\n" +
         wrappedText(lifetimeSentence(answer), kPlanWidth) +
         planRemarks(answer.instruction_tuning, answer.advice);
}

}  // namespace moe::report
