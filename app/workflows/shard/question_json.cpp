#include "app/workflows/shard/question_json.h"

#include <cmath>
#include <limits>
#include <optional>
#include <type_traits>

#include "app/workflows/project/question_fields.h"

namespace moe {
namespace {

using Json = nlohmann::ordered_json;

Json fieldJson(bool value) { return value; }
Json fieldJson(int value) { return value; }
Json fieldJson(std::size_t value) { return value; }
Json fieldJson(double value) { return numberJson(value); }
Json fieldJson(const std::string& value) { return value; }
Json fieldJson(Precision value) { return std::string(name(value)); }
Json fieldJson(Recompute value) { return std::string(name(value)); }

template <class Value>
Json fieldJson(const std::optional<Value>& value) {
  return value ? fieldJson(*value) : Json(nullptr);
}

template <class Value>
Json fieldJson(const std::vector<Value>& values) {
  Json list = Json::array();
  for (const Value& value : values) list.push_back(fieldJson(value));
  return list;
}

bool takeJson(const Json& json, bool& value) {
  if (!json.is_boolean()) return false;
  value = json.get<bool>();
  return true;
}

bool takeJson(const Json& json, int& value) {
  if (!json.is_number_integer()) return false;
  value = json.get<int>();
  return true;
}

bool takeJson(const Json& json, std::size_t& value) {
  if (!json.is_number_unsigned()) return false;
  value = json.get<std::size_t>();
  return true;
}

bool takeJson(const Json& json, double& value) {
  const auto number = numberOfJson(json);
  if (number) value = *number;
  return number.has_value();
}

bool takeJson(const Json& json, std::string& value) {
  if (!json.is_string()) return false;
  value = json.get<std::string>();
  return true;
}

bool takeJson(const Json& json, Precision& value) {
  const auto named = precisionOf(json.is_string() ? json.get<std::string>() : "", "");
  if (named) value = *named;
  return named.has_value();
}

bool takeJson(const Json& json, Recompute& value) {
  const auto named = recomputeOf(json.is_string() ? json.get<std::string>() : "", "");
  if (named) value = *named;
  return named.has_value();
}

template <class Value>
bool takeJson(const Json& json, std::optional<Value>& value) {
  value.reset();
  return json.is_null() || takeJson(json, value.emplace());
}

template <class Value>
bool takeJson(const Json& json, std::vector<Value>& values) {
  if (!json.is_array()) return false;
  values.clear();
  for (const Json& item : json)
    if (!takeJson(item, values.emplace_back())) return false;
  return true;
}

/// Calls visit(key, value) for every value of a question that its answer depends on.
template <class Question, class Visit>
void eachField(Question& question, const Visit& visit) {
  for (const auto& field : fieldsOf(&question))
    std::visit([&](auto* value) { visit(std::string(field.key), *value); }, field.place(question));
}

template <class Visit>
void eachValue(FitQuestion& question, const Visit& visit) {
  eachField(question.points, visit);
  eachField(question, visit);
  visit("seed", question.seed);
}

template <class Visit>
void eachValue(PlanQuestion& question, const Visit& visit) {
  visit("mode", question.mode);
  eachField(question, visit);
  visit("seed", question.seed);
  visit("catalog", question.catalog_dir);
}

template <class Visit>
void eachValue(LifetimeQuestion& question, const Visit& visit) {
  eachField(question, visit);
  visit("seed", question.seed);
  visit("catalog", question.catalog_dir);
}

template <class Visit>
void eachValue(FrontQuestion& question, const Visit& visit) {
  eachValue(question.question, visit);
}

constexpr std::string_view kQuestionKinds[] = {"fit", "plan", "lifetime plan", "pareto plan"};

template <class Question>
std::optional<SplitQuestion> questionFrom(const Json& json) {
  Question question;
  std::size_t keys = 1;  // beside "kind"
  bool whole = true;
  eachValue(question, [&](const std::string& key, auto& value) {
    const auto found = json.find(key);
    whole = whole && found != json.end() && takeJson(*found, value);
    ++keys;
  });
  if (!whole || keys != json.size()) return std::nullopt;
  return question;
}

}  // namespace

Json numberJson(double value) {
  if (std::isfinite(value)) return value;
  return std::isnan(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

std::optional<double> numberOfJson(const Json& json) {
  if (json.is_number()) return json.get<double>();
  if (!json.is_string()) return std::nullopt;
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  const auto text = json.get<std::string>();
  if (text == "inf") return kInfinity;
  if (text == "-inf") return -kInfinity;
  if (text == "nan") return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}

Json questionJson(const SplitQuestion& question) {
  Json json;
  json["kind"] = std::string(kQuestionKinds[question.index()]);
  std::visit(
      [&](auto asked) {
        eachValue(asked,
                  [&](const std::string& key, const auto& value) { json[key] = fieldJson(value); });
      },
      question);
  return json;
}

std::optional<SplitQuestion> questionOfJson(const Json& json) {
  if (!json.is_object() || !json.contains("kind") || !json["kind"].is_string()) return std::nullopt;
  const auto kind = json["kind"].get<std::string>();
  if (kind == kQuestionKinds[0]) return questionFrom<FitQuestion>(json);
  if (kind == kQuestionKinds[1]) return questionFrom<PlanQuestion>(json);
  if (kind == kQuestionKinds[2]) return questionFrom<LifetimeQuestion>(json);
  if (kind == kQuestionKinds[3]) return questionFrom<FrontQuestion>(json);
  return std::nullopt;
}

}  // namespace moe
