#include "fitting/laws/law_file.h"

#include <fmt/format.h>

#include <cmath>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "data/nearest_name.h"

namespace moe {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSchema = "moeplan.law/1";

Json toJson(const std::optional<Range>& range) {
  return range ? Json{range->low, range->high} : Json(nullptr);
}

std::optional<Range> rangeFrom(const Json& json) {
  if (json.is_null()) return std::nullopt;
  if (json.size() != 2) return Range{};  // rangeFault refuses it
  return Range{json.at(0).get<double>(), json.at(1).get<double>()};
}

Json valuesJson(const LawFamily& family, const std::vector<double>& values) {
  Json json = Json::object();
  for (std::size_t i = 0; i < values.size(); ++i) {
    json[std::string(family.parameters[i].name)] = values[i];
  }
  return json;
}

ParameterKind parameterKindNamed(std::string_view text) {
  for (const ParameterKind kind :
       {ParameterKind::kDense, ParameterKind::kActive, ParameterKind::kTotal}) {
    if (name(kind) == text) return kind;
  }
  return ParameterKind::kUnstated;
}

std::vector<double> valuesFrom(const LawFamily& family, const Json& json) {
  std::vector<double> values;
  for (const LawParameter& parameter : family.parameters) {
    values.push_back(json.at(std::string(parameter.name)).get<double>());
  }
  return values;
}

/// Why these values cannot be a law, or empty text.
std::string fault(const LawFamily& family, const std::vector<double>& values) {
  for (std::size_t i = 0; i < values.size(); ++i) {
    const LawParameter& parameter = family.parameters[i];
    if (!std::isfinite(values[i])) return fmt::format("{} is not a number", parameter.name);
    if (parameter.coordinate != Coordinate::kLinear && !(values[i] > 0)) {
      return fmt::format("{} is {:g}; it must be positive", parameter.name, values[i]);
    }
  }
  if (family.e_start >= 0) {
    const double start = values[static_cast<std::size_t>(family.e_start)];
    const double most = values[static_cast<std::size_t>(family.e_max)];
    if (!(start >= 1)) return fmt::format("E_start is {:g}; at least 1 is needed", start);
    if (!(start < most)) return "E_start must be less than E_max";
  }
  return {};
}

Law lawFrom(const Json& json, const LawFamily& family) {
  Law law;
  law.family = &family;
  law.values = valuesFrom(family, json.at("parameters"));
  law.name = json.at("name").get<std::string>();
  law.source = json.value("source", "");
  law.flop_per_param_token = json.at("flop_per_param_token").get<double>();
  law.router_flop = json.value("router_flop", 0.0);
  law.parameter_kind = parameterKindNamed(json.value("n_is", "unstated"));
  const Json& range = json.at("fitted_range");
  law.range.params = rangeFrom(range.at("params"));
  law.range.train_tokens = rangeFrom(range.at("train_tokens"));
  law.range.tokens_per_param = rangeFrom(range.at("tokens_per_param"));
  law.range.experts = rangeFrom(range.at("experts"));
  law.residual_rms = json.value("rms_log_residual", 0.0);
  law.unidentified = json.value("unidentified", std::vector<std::string>{});
  for (const Json& warning : json.value("warnings", Json::array())) {
    law.warnings.push_back({warning.at("code"), warning.at("message")});
  }
  for (const Json& variant : json.value("variants", Json::array())) {
    law.variants.push_back({variant.at("label"), valuesFrom(family, variant.at("parameters"))});
  }
  for (const Json& draw : json.value("posterior", Json::array())) {
    law.posterior.push_back(draw.get<std::vector<double>>());
  }
  return law;
}

std::string rangeFault(const Law& law) {
  for (const auto& range :
       {law.range.params, law.range.train_tokens, law.range.tokens_per_param, law.range.experts}) {
    if (range && !(range->low > 0 && range->low <= range->high)) {
      return fmt::format("a fitted range is {:g} to {:g}", range->low, range->high);
    }
  }
  if (!(law.flop_per_param_token > 0) || !(law.router_flop >= 0)) {
    return fmt::format("flop_per_param_token is {:g}; it must be positive",
                       law.flop_per_param_token);
  }
  return {};
}

std::string drawFault(const Law& law, const std::vector<double>& values, const std::string& what) {
  if (values.size() != law.values.size()) {
    return fmt::format("{} has {} values, the law {}", what, values.size(), law.values.size());
  }
  const std::string wrong = fault(*law.family, values);
  return wrong.empty() ? wrong : fmt::format("{}: {}", what, wrong);
}

Result<Law> checked(Law law, const std::string& where) {
  std::string wrong = fault(*law.family, law.values);
  if (wrong.empty()) wrong = rangeFault(law);
  for (std::size_t i = 0; wrong.empty() && i < law.posterior.size(); ++i) {
    wrong = drawFault(law, law.posterior[i], fmt::format("posterior draw {}", i));
  }
  for (std::size_t i = 0; wrong.empty() && i < law.variants.size(); ++i) {
    wrong = drawFault(law, law.variants[i].values, fmt::format("variant {}", i));
  }
  if (!wrong.empty()) return fail(ErrorKind::kInput, where, wrong);
  return law;
}

}  // namespace

std::string lawToJson(const Law& law) {
  const LawFamily& family = *law.family;
  Json json;
  json["schema"] = kSchema;
  json["law"] = family.name;
  json["name"] = law.name;
  json["formula"] = family.formula;
  json["source"] = law.source;
  json["parameters"] = valuesJson(family, law.values);
  json["n_is"] = name(law.parameter_kind);
  json["flop_per_param_token"] = law.flop_per_param_token;
  json["router_flop"] = law.router_flop;
  json["fitted_range"] = {{"params", toJson(law.range.params)},
                          {"train_tokens", toJson(law.range.train_tokens)},
                          {"tokens_per_param", toJson(law.range.tokens_per_param)},
                          {"experts", toJson(law.range.experts)}};
  json["rms_log_residual"] = law.residual_rms;
  json["unidentified"] = law.unidentified;
  json["warnings"] = Json::array();
  for (const Warning& warning : law.warnings) {
    json["warnings"].push_back({{"code", warning.code}, {"message", warning.message}});
  }
  json["variants"] = Json::array();
  for (const LawVariant& variant : law.variants) {
    json["variants"].push_back(
        {{"label", variant.label}, {"parameters", valuesJson(family, variant.values)}});
  }
  json["posterior_order"] = Json::array();
  for (const LawParameter& parameter : family.parameters) {
    json["posterior_order"].push_back(parameter.name);
  }
  json["posterior"] = law.posterior;
  return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<Law> lawFromJson(std::string_view text, const std::string& where) {
  try {
    const Json json = Json::parse(text);
    if (const std::string schema = json.value("schema", ""); schema != kSchema) {
      return fail(ErrorKind::kInput, where,
                  fmt::format("not a law file: schema is '{}', expected '{}' (write one with "
                              "moeplan fit --save)",
                              schema, kSchema));
    }
    const std::string name = json.at("law").get<std::string>();
    const LawFamily* family = findLawFamily(name);
    if (family == nullptr) {
      return fail(ErrorKind::kInput, where, fmt::format("unknown law '{}'", name));
    }
    return checked(lawFrom(json, *family), where);
  } catch (const nlohmann::json::exception& broken) {
    return fail(ErrorKind::kInput, where, fmt::format("not a law file: {}", broken.what()));
  }
}

Result<Law> readLawFile(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream text;
  if (!file || !(text << file.rdbuf())) {
    return fail(ErrorKind::kInput, path.string(),
                "cannot be read; write a law with moeplan fit --save, or use --preset");
  }
  return lawFromJson(text.str(), path.string());
}

}  // namespace moe
