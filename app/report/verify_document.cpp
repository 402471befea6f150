#include "app/report/verify_document.h"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "app/report/json_document.h"
#include "app/report/verify_report.h"

namespace moe::report {
namespace {

constexpr const char* kVerifySchema = "moeplan.verify/1";

/// What is wrong with a document whose JSON is right.
struct BadVerifyDocument {
  std::string message;
};

/// The one of `all` that is written as this word.
template <class Value, std::size_t Count, class Name>
Value verifyWord(const Json& word, const std::array<Value, Count>& all, Name name_of) {
  const std::string text = word.get<std::string>();
  for (const Value& value : all)
    if (name_of(value) == text) return value;
  throw BadVerifyDocument{fmt::format("'{}' is no word of a verification", text)};
}

RowVerdict verdictOf(const Json& word) {
  constexpr std::array kAll{RowVerdict::kPassed, RowVerdict::kFailed, RowVerdict::kMistrusted,
                            RowVerdict::kSkipped};
  return verifyWord(word, kAll, [](RowVerdict verdict) { return name(verdict); });
}

ClaimVerdict claimVerdictOf(const Json& word) {
  constexpr std::array kAll{ClaimVerdict::kHolds, ClaimVerdict::kFails, ClaimVerdict::kCannotTell};
  return verifyWord(word, kAll, [](ClaimVerdict verdict) { return name(verdict); });
}

Basis basisOf(const Json& word) {
  constexpr std::array kAll{Basis::kMeasured, Basis::kInterpolated, Basis::kTransferred,
                            Basis::kRoofline, Basis::kFitted,       Basis::kExtrapolated};
  return verifyWord(word, kAll, [](Basis basis) { return name(basis); });
}

LayerPrecision precisionOfRow(const Json& word) {
  constexpr std::array kAll{LayerPrecision::kF32, LayerPrecision::kBf16,
                            LayerPrecision::kInt8Weights};
  return verifyWord(word, kAll, [](LayerPrecision precision) { return formatName(precision); });
}

OperatorGroup groupOfPart(const Json& word) {
  std::array<OperatorGroup, kOperatorGroups> all{};
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<OperatorGroup>(i);
  return verifyWord(word, all, [](OperatorGroup group) { return name(group); });
}

/// The cost model's word behind that of a verification; empty where nothing was predicted.
std::string_view boundOfRow(const Json& word) {
  constexpr std::array<std::string_view, 5> kAll{"memory", "latency", "compute", "link", ""};
  return verifyWord(word, kAll, [](std::string_view bound) { return limitWord(bound); });
}

/// null is a number that was not finite, or none.
double numberOr(const Json& json, double otherwise) {
  return json.is_null() ? otherwise : json.get<double>();
}

RowErrors errorsOfDocument(const Json& json) {
  RowErrors errors;
  errors.count = json.at("n").get<std::size_t>();
  errors.median = numberOr(json.at("median_ape"), 0);
  errors.p90 = numberOr(json.at("p90_ape"), 0);
  errors.median_ratio = numberOr(json.at("median_ratio"), 1);
  return errors;
}

SampleLayer layerOfShape(const Json& shape) {
  SampleLayer layer;
  layer.hidden = shape.at("hidden").get<int>();
  layer.expert_ffn = shape.at("expert_ffn").get<int>();
  layer.experts = shape.at("experts").get<int>();
  layer.top_k = shape.at("top_k").get<int>();
  layer.shared_ffn = shape.at("shared_ffn").get<int>();
  layer.precision = precisionOfRow(shape.at("precision"));
  layer.tokens = shape.at("tokens").get<int>();
  layer.skew = shape.at("skew").get<double>();
  return layer;
}

SampleBlock blockOfShape(const Json& shape) {
  SampleBlock block;
  block.hidden = shape.at("hidden").get<int>();
  block.expert_ffn = shape.at("expert_ffn").get<int>();
  block.experts = shape.at("experts").get<int>();
  block.top_k = shape.at("top_k").get<int>();
  block.heads = shape.at("heads").get<int>();
  block.kv_heads = shape.at("kv_heads").get<int>();
  block.head_dim = shape.at("head_dim").get<int>();
  block.precision = precisionOfRow(shape.at("precision"));
  block.prefill = shape.at("pass").get<std::string>() == "prefill";
  block.batch = shape.at("batch").get<int>();
  block.context = shape.at("context_tokens").get<int>();
  return block;
}

void takePrediction(const Json& json, PredictedLayer& predicted) {
  predicted.seconds = numberOr(json.at("predicted_s"), NAN);
  predicted.basis = basisOf(json.at("basis"));
  predicted.bound = boundOfRow(json.at("bound"));
  predicted.experts_touched = numberOr(json.at("expected_experts_touched"), NAN);
  for (const Json& part : json.at("parts"))
    predicted.parts.push_back({groupOfPart(part.at("op")), numberOr(part.at("seconds"), NAN),
                               boundOfRow(part.at("bound")), basisOf(part.at("basis"))});
}

void takeMeasurement(const Json& json, VerifyRow& row) {
  row.measured.median_s = numberOr(json.at("measured_s"), 0);
  row.measured.spread = numberOr(json.at("spread"), 0);
  row.measured.samples = json.at("repetitions").get<int>();
  row.distinct_experts = numberOr(json.at("experts_touched"), 0);
  const Json& numbers = json.at("numbers");
  if (numbers.is_null()) return;
  LayerCheck check;
  check.verdict =
      numbers.at("passed").get<bool>() ? moe::CheckVerdict::kPassed : moe::CheckVerdict::kFailed;
  check.worst_error = numberOr(numbers.at("worst_error"), INFINITY);
  check.tolerance = numberOr(numbers.at("tolerance"), 0);
  check.tokens = numbers.at("tokens").get<std::size_t>();
  row.check = check;
  const Json& routing = json.at("routing");
  if (routing.is_null()) return;
  RoutingCheck routed;
  routed.verdict =
      routing.at("passed").get<bool>() ? moe::CheckVerdict::kPassed : moe::CheckVerdict::kFailed;
  routed.tokens = routing.at("tokens").get<std::size_t>();
  routed.close_tokens = routing.at("close_tokens").get<std::size_t>();
  routed.worst_weight = numberOr(routing.at("worst_weight"), INFINITY);
  row.routing = routed;
}

VerifyRow rowOfDocument(const Json& json) {
  constexpr std::array kKinds{RowKind::kLayer, RowKind::kBlock, RowKind::kKvLimit};
  VerifyRow row;
  row.kind = verifyWord(json.at("kind"), kKinds, [](RowKind kind) { return name(kind); });
  row.what = json.at("what").get<std::string>();
  row.verdict = verdictOf(json.at("verdict"));
  row.reason = json.at("reason").get<std::string>();
  const Json& shape = json.at("shape");
  if (row.kind == RowKind::kLayer)
    row.layer = layerOfShape(shape);
  else
    row.block = blockOfShape(shape);
  if (row.kind == RowKind::kKvLimit) {
    row.kv_pages = shape.at("kv_pages").get<int>();
    row.predicted_sequences = json.at("predicted_sequences").get<int>();
    row.accepted_sequences = json.at("accepted_sequences").get<int>();
    return row;
  }
  takePrediction(json, row.predicted);
  takeMeasurement(json, row);
  return row;
}

VerifySummary summaryOfDocument(const Json& json) {
  VerifySummary summary;
  summary.verdict = verdictOf(json.at("verdict"));
  summary.reason = json.at("reason").get<std::string>();
  for (const auto& [word, count] : json.at("rows").items())
    summary.verdicts[verdictOf(Json(word))] = count.get<std::size_t>();
  summary.all = errorsOfDocument(json.at("all"));
  summary.layers = errorsOfDocument(json.at("layers"));
  summary.blocks = errorsOfDocument(json.at("blocks"));
  const Json& numbers = json.at("numbers");
  summary.checked = numbers.at("checked").get<std::size_t>();
  summary.checked_tokens = numbers.at("checked_tokens").get<std::size_t>();
  summary.routed_tokens = numbers.at("routed_tokens").get<std::size_t>();
  summary.wrong_numbers = numbers.at("wrong").get<std::size_t>();
  summary.worst_error_f32 = numberOr(numbers.at("worst_error_f32"), INFINITY);
  summary.worst_error_bf16 = numberOr(numbers.at("worst_error_bf16"), INFINITY);
  return summary;
}

LayerStudy studyOfDocument(const Json& json) {
  LayerStudy study;
  study.summary = summaryOfDocument(json.at("summary"));
  study.foreign_share = numberOr(json.at("summary").at("foreign_share"), 0);
  study.stopped = json.at("summary").at("stopped").get<bool>();
  for (const Json& group : json.at("groups"))
    study.summary.groups.push_back({group.at("key").get<std::string>(),
                                    group.at("value").get<std::string>(), errorsOfDocument(group)});
  for (const Json& claim : json.at("claims"))
    study.claims.push_back(
        {claim.at("claim").get<std::string>(), claimVerdictOf(claim.at("verdict")),
         claim.at("evidence").get<std::string>(), claim.at("rows").get<std::size_t>(),
         claim.at("families").get<std::size_t>()});
  for (const Json& row : json.at("rows")) study.rows.push_back(rowOfDocument(row));
  return study;
}

VerifyOutcome outcomeOfDocument(const Json& json) {
  VerifyOutcome outcome;
  const Json& inputs = json.at("inputs");
  if (!inputs.at("hardware").is_null())
    outcome.request.hardware = inputs.at("hardware").get<std::string>();
  outcome.request.quick = inputs.at("quick").get<bool>();
  if (!inputs.at("rows").is_null()) outcome.request.rows = inputs.at("rows").get<int>();
  outcome.request.seed = inputs.at("seed").get<std::uint64_t>();
  const Json& machine = json.at("machine");
  outcome.machine.name = machine.at("name").get<std::string>();
  HardwareMeasurement measured;
  measured.cpu = machine.at("cpu").get<std::string>();
  measured.library = machine.at("library").get<std::string>();
  measured.date = machine.at("calibrated").get<std::string>();
  measured.threads = inputs.at("threads").get<int>();
  outcome.machine.measurement = measured;
  outcome.calibrated_now = machine.at("calibrated_now").get<bool>();
  outcome.study = studyOfDocument(json);
  for (const Json& source : json.at("sources"))
    outcome.sources.push_back(source.get<std::string>());
  for (const Json& warning : json.at("warnings"))
    outcome.warnings.push_back(
        {warning.at("code").get<std::string>(), warning.at("message").get<std::string>()});
  return outcome;
}

}  // namespace

Result<VerifyOutcome> verifyOutcomeOf(std::string_view text, const std::string& where) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorKind::kInput, where,
                fmt::format("no verification that can be shown: {} (write one with moeplan verify "
                            "--json --out FILE)",
                            why));
  };
  try {
    const Json json = Json::parse(text);
    const std::string schema = json.is_object() ? json.value("schema", "") : "";
    if (schema != kVerifySchema)
      return refuse(fmt::format("its schema is '{}', not {}", schema, kVerifySchema));
    return outcomeOfDocument(json);
  } catch (const nlohmann::json::exception& broken) {
    return refuse(broken.what());
  } catch (const BadVerifyDocument& broken) {
    return refuse(broken.message);
  }
}

}  // namespace moe::report
