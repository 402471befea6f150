#include "app/report/plan_report.h"

#include <fmt/format.h>

#include "app/report/advice_report.h"
#include "app/report/number_text.h"
#include "app/report/plan_layout.h"
#include "app/report/plan_table.h"

namespace moe::report {
namespace {

std::string purpose(const PlanAnswer& answer) {
  const std::string base = fmt::format("{:g} experts", answer.outcome.baseRow().experts);
  switch (answer.outcome.mode) {
    case PlanMode::kLossOptimal:
      return "Plan (loss-optimal): the model of least loss per expert count";
    case PlanMode::kMinCost:
      return "Plan (min-cost): least serving cost at the loss of loss-optimal " + base;
    case PlanMode::kMinLoss:
      return "Plan (min-loss): least loss at the serving cost of loss-optimal " + base;
  }
  return {};
}

std::string budgetText(const PlanAnswer& answer) {
  const PlanRequest& request = answer.request;
  std::string text = "Budget: " + powerText(request.budget.value()) + " FLOP";
  if (request.training)
    text += fmt::format(" = {} on {} at {} USD/h and an MFU of {:g}{}",
                        usdText(trainingCost(request.budget, *request.training)),
                        request.training->accelerator.name,
                        plainText(request.training->price.value() * 3600), request.training->mfu,
                        answer.question.training_mfu ? "" : " (assumed)");
  const double factor = request.shape_rule.train_flop_factor;
  text += fmt::format("; C = {:g}{} N D", request.law.flop_per_param_token,
                      factor == 1 ? "" : fmt::format(" x {:.4g} (E > 1)", factor));
  return text;
}

std::string costsText(const PlanRequest& request) {
  if (!request.served.empty())
    return fmt::format("from the exact cost model on {} kernels", name(request.served_basis));
  if (request.accelerator.efficiency_basis == Basis::kRoofline) return "roofline estimates";
  return fmt::format("by {} efficiencies", name(kernelBasis(request.accelerator)));
}

std::string servingText(const PlanRequest& request) {
  const auto& limit = request.settings.max_concurrency;
  return fmt::format(
      "Serving: up to {} x {} at {} USD/h, {:g} prompt and {:g} output tokens a request, {}{}; "
      "costs are {}",
      request.max_devices, request.accelerator.name, plainText(request.price.value() * 3600),
      request.workload.prompt_tokens, request.workload.output_tokens,
      limit ? fmt::format("at most {:g} requests at a time", *limit) : "no limit on requests",
      request.settings.allreduce ? "" : ", no all-reduce", costsText(request));
}

std::string rangeText(const FittedRange& range) {
  std::string text;
  const auto add = [&](const char* what, const std::optional<Range>& part) {
    if (part)
      text += fmt::format("{}{} {} to {}", text.empty() ? "; runs of " : ", ", what,
                          countText(part->low), countText(part->high));
  };
  add("N", range.params);
  add("D", range.train_tokens);
  add("D/N", range.tokens_per_param);
  return text;
}

std::string inputsText(const PlanAnswer& answer) {
  const PlanRequest& request = answer.request;
  const ShapeRule& rule = request.shape_rule;
  return planParagraph(fmt::format("Law: {} ({}){}", request.law.name, request.law.family->name,
                                   rangeText(request.law.range))) +
         planParagraph(budgetText(answer)) +
         planParagraph(fmt::format("Shape: {}: {:.3g} of N replaced by experts, top-{:g}",
                                   rule.name, rule.routed_fraction, rule.top_k)) +
         planParagraph(servingText(request));
}

std::string warningsText(const PlanAnswer& answer) {
  std::string text;
  for (const Warning& warning : answer.warnings) text += planParagraph("- " + warning.message);
  return text.empty() ? "" : "\nNote\n" + text;
}

}  // namespace

std::string planText(const PlanAnswer& answer) {
  return purpose(answer) + "\n" + inputsText(answer) + warningsText(answer) +
         planSection(variantTable(answer)) + planSection(paperTable(answer)) +
         planSection(planTable(answer)) + "\n" +
         wrappedText(recommendationSentence(answer), kPlanWidth) +
         planRemarks(answer.instruction_tuning, answer.advice);
}

}  // namespace moe::report
