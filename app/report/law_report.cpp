#include "app/report/law_report.h"

#include <fmt/format.h>

#include <cmath>

#include "app/report/json_document.h"
#include "app/report/number_text.h"
#include "app/report/text_table.h"
#include "app/workflows/law_choice.h"

namespace moe::report {

namespace {

std::string warningsText(const std::vector<Warning>& warnings) {
  std::string text;
  for (const Warning& warning : warnings) {
    text += wrappedText("Warning: " + warning.message, 100, 2);
  }
  return text;
}

const char* basisText(const Extrapolation& extrapolation) {
  return extrapolation.worst() > 0 ? "extrapolated" : "fitted";
}

std::string interval(const std::optional<Range>& range, std::string (*text)(double)) {
  if (!range) return "-";
  const auto end = [&](double value) { return std::isinf(value) ? "never" : text(value); };
  return fmt::format("{} to {}", end(range->low), end(range->high));
}

template <class Answer>
DocumentHead headOf(const Answer& answer, const char* command) {
  DocumentHead head{.schema = fmt::format("moeplan.{}/1", command), .command = command};
  head.inputs["law"] = answer.law.name;
  head.inputs["law_file"] = answer.question.law_file;
  head.inputs["preset"] = answer.question.preset;
  head.inputs["n_is"] = name(answer.law.parameter_kind);
  head.inputs["n_includes_embeddings"] = answer.law.family->counts_embeddings;
  head.inputs["flop_per_param_token"] = jsonNumber(answer.law.flop_per_param_token);
  head.inputs["router_flop"] = jsonNumber(answer.law.router_flop);
  head.sources = {lawSource(answer.law)};
  head.warnings = answer.warnings;
  head.timing = answer.timing;
  return head;
}

Json optimumRowJson(const OptimumAnswer& answer, const OptimumRow& row) {
  const auto point = [](const ComputeOptimum& optimum) {
    return Json{{"e", optimum.experts},
                {"n", jsonNumber(optimum.params)},
                {"d", jsonNumber(optimum.train_tokens)},
                {"tokens_per_param", jsonNumber(optimum.tokens_per_param())},
                {"loss", jsonNumber(optimum.loss)}};
  };
  Json json = point(row.optimum);
  json["budget_flop"] = jsonNumber(row.budget.value());
  json["ci95"] = {{"budget_flop", jsonInterval(row.budget95)},
                  {"n", jsonInterval(row.params95)},
                  {"d", jsonInterval(row.tokens95)},
                  {"loss", jsonInterval(row.loss95)}};
  json["basis"] = basisText(row.extrapolation);
  addExtrapolation(row.extrapolation, json);
  json["variants"] = Json::array();
  for (std::size_t i = 0; i < row.variants.size(); ++i) {
    Json variant = point(row.variants[i]);
    variant["label"] = answer.law.variants[i].label;
    json["variants"].push_back(variant);
  }
  return json;
}

void addModel(const ModelQuestion& model, Json& inputs) {
  inputs["granularity"] = jsonNumber(model.granularity);
  inputs["top_k"] = jsonNumber(model.top_k);
  inputs["unique_tokens"] = jsonNumber(model.unique_tokens);
  inputs["precision_bits"] = model.precision_bits;
}

std::string modelText(const PredictAnswer& answer) {
  const LawFamily& family = *answer.law.family;
  const LawPoint& point = answer.point;
  std::string text;
  if (family.dependsOnExperts()) text += fmt::format(", E {:g}", point.experts);
  if (family.dependsOn(Feature::kLogShare)) text += fmt::format(", k {:g}", point.top_k);
  if (family.dependsOnGranularity()) text += fmt::format(", G {:g}", point.granularity);
  if (family.dependsOn(Variable::kRepeats)) {
    text += fmt::format(", {} of them unique ({:.3g} epochs)", countText(point.uniqueTokens()),
                        point.train_tokens / point.uniqueTokens());
  }
  if (family.dependsOn(Variable::kWeightBits)) {
    for (const auto& [what, bits] :
         {std::pair{"weights", point.precision.weights},
          std::pair{"activations", point.precision.activations},
          std::pair{"KV cache", point.precision.kv_cache},
          std::pair{"weights after training", point.precision.after_training}}) {
      if (bits > 0) text += fmt::format(", {} in {:g} bits", what, bits);
    }
  }
  return text;
}

/// The optimum, its intervals below it where there are any, and the other fits of the law.
void addOptimumLines(const OptimumAnswer& answer, const OptimumRow& row, TextTable& table) {
  const ComputeOptimum& best = row.optimum;
  table.rows.push_back({fmt::format("{:g}", best.experts), powerText(row.budget.value()),
                        countText(best.params), countText(best.train_tokens),
                        plainText(best.tokens_per_param()), fineLossText(best.loss),
                        basisText(row.extrapolation)});
  if (row.params95) {
    table.rows.push_back({"", row.budget95 ? interval(row.budget95, powerText) : "",
                          interval(row.params95, countText), interval(row.tokens95, countText), "",
                          row.loss95 ? interval(row.loss95, fineLossText) : "", "95 % interval"});
  }
  for (std::size_t i = 0; i < row.variants.size(); ++i) {
    const ComputeOptimum& other = row.variants[i];
    table.rows.push_back({"", "", countText(other.params), countText(other.train_tokens),
                          plainText(other.tokens_per_param()), fineLossText(other.loss),
                          answer.law.variants[i].label});
  }
}

}  // namespace

std::string predictText(const PredictAnswer& answer) {
  std::string text = fmt::format("{}\n", answer.law.name);
  text += fmt::format("  N {}", countText(answer.point.params));
  if (answer.question.train_tokens) {
    text += fmt::format(", D {} tokens", countText(answer.point.train_tokens));
  }
  text += modelText(answer);
  text += fmt::format("\nLoss: {} nats per token ({})\n", fineLossText(answer.loss),
                      basisText(answer.extrapolation));
  if (answer.ci95) {
    text += fmt::format("  95 % interval of the law: {}; of a single run: {}\n",
                        interval(answer.ci95, fineLossText),
                        interval(answer.prediction95, fineLossText));
  }
  text += fmt::format("  1 % more N changes the loss by {:+.4f} %, 1 % more D by {:+.4f} %\n",
                      answer.slopes.params, answer.slopes.train_tokens);
  if (answer.effective_params) {
    text += fmt::format("  Effective parameter count: a dense model of N {} has this loss\n",
                        countText(*answer.effective_params));
  }
  return text + warningsText(answer.warnings);
}

std::string predictJson(const PredictAnswer& answer) {
  DocumentHead head = headOf(answer, "predict");
  head.inputs["n"] = jsonNumber(answer.point.params);
  head.inputs["d"] = jsonNumber(answer.question.train_tokens);
  head.inputs["e"] = jsonNumber(answer.point.experts);
  addModel(answer.question.model, head.inputs);
  Json results;
  results["loss"] = jsonNumber(answer.loss);
  results["ci95"] = jsonInterval(answer.ci95);
  results["prediction_interval95"] = jsonInterval(answer.prediction95);
  results["effective_params"] = jsonNumber(answer.effective_params);
  results["basis"] = basisText(answer.extrapolation);
  addExtrapolation(answer.extrapolation, results);
  results["slopes"] = {{"dlnl_dlnn", jsonNumber(answer.slopes.params)},
                       {"dlnl_dlnd", jsonNumber(answer.slopes.train_tokens)},
                       {"dlnl_dlne", jsonNumber(answer.slopes.experts)}};
  return documentText(head, results);
}

std::string optimumText(const OptimumAnswer& answer) {
  TextTable table;
  const auto& target = answer.question.target_loss;
  table.title =
      fmt::format("Loss-optimal models of {} {}", answer.law.name,
                  target ? fmt::format("at the least budget for {} nats", fineLossText(*target))
                         : fmt::format("at {} FLOP", powerText(*answer.question.budget_flop)));
  table.columns = {{"E"},
                   {"Budget", "FLOP"},
                   {"N"},
                   {"D", "tokens"},
                   {"D/N"},
                   {"Loss", "nats"},
                   {"Basis", "", Align::kLeft}};
  for (const OptimumRow& row : answer.rows) addOptimumLines(answer, row, table);
  return tableText(table, 118) + warningsText(answer.warnings);
}

std::string optimumJson(const OptimumAnswer& answer) {
  DocumentHead head = headOf(answer, "optimum");
  head.inputs["budget_flop"] = jsonNumber(answer.question.budget_flop);
  head.inputs["target_loss"] = jsonNumber(answer.question.target_loss);
  head.inputs["e"] = jsonNumbers(answer.question.experts);
  addModel(answer.question.model, head.inputs);
  Json results;
  results["optima"] = Json::array();
  for (const OptimumRow& row : answer.rows) {
    results["optima"].push_back(optimumRowJson(answer, row));
  }
  return documentText(head, results);
}

}  // namespace moe::report
