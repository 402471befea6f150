#include "app/report/catalog_report.h"
#include "app/report/json_document.h"

namespace moe::report {
namespace {

Json hourly(const std::optional<UsdPerSecond>& price) {
  return price ? jsonNumber(price->value() * 3600) : Json(nullptr);
}

void addCounts(Json& json, const ModelArchitecture& model) {
  json["total_params"] = model.params.total();
  json["active_params"] = model.params.active();
  json["embedding_params"] = model.params.embedding;
  json["kv_elements_per_token"] = model.kv_elements_per_token;
  json["kv_bytes_per_token_bf16"] = 2 * model.kv_elements_per_token;
  json["forward_flop_per_token_without_context"] = jsonNumber(forwardFlopPerToken(model, 0));
}

Json modelJson(const CatalogModel& model) {
  const ModelEntry& entry = model.entry;
  Json json = {{"name", entry.name},
               {"aliases", entry.aliases},
               {"layers", entry.layers},
               {"hidden", entry.hidden},
               {"attention", std::string(name(entry.attention))},
               {"experts", entry.experts},
               {"top_k", entry.top_k},
               {"max_context_tokens", entry.max_context}};
  if (model.architecture) addCounts(json, *model.architecture);
  json["published_total_billion_params"] = entry.published_total;
  json["published_active_billion_params"] = entry.published_active;
  json["total_count_note"] = entry.total_count_note;
  json["active_count_note"] = entry.active_count_note;
  json["notes"] = entry.notes;
  json["source"] = entry.source;
  json["verification"] = entry.verification;
  return json;
}

Json priceJson(const HardwareEntry& entry) {
  if (!entry.price) return nullptr;
  return {{"usd_per_device_hour", hourly(entry.price->typical)},
          {"lowest_usd_per_device_hour", hourly(entry.price->low)},
          {"highest_usd_per_device_hour", hourly(entry.price->high)},
          {"date", entry.price->date},
          {"source", entry.price->source}};
}

Json owningJson(const OwningCost& cost) {
  return {{"hyperscaler_usd_per_device_hour", hourly(cost.hyperscaler)},
          {"neocloud_usd_per_device_hour", hourly(cost.neocloud)},
          {"three_year_rental_usd_per_device_hour", hourly(cost.three_year_rental)},
          {"note", cost.note}};
}

/// NAME_usd_per_million_tokens, null where readings disagree, and the range of the readings.
void addTokenPrice(Json& json, const std::string& name,
                   const std::optional<TokenPriceRange>& price) {
  const bool agreed = price && price->low == price->high;
  json[name + "_usd_per_million_tokens"] = agreed ? jsonNumber(price->low) : Json(nullptr);
  json[name + "_range_usd_per_million_tokens"] =
      price ? jsonInterval(price->low, price->high) : Json(nullptr);
}

Json tokenPriceJson(const TokenPriceEntry& entry) {
  Json json = {
      {"model", entry.model}, {"in_catalog", entry.in_catalog}, {"provider", entry.provider}};
  addTokenPrice(json, "input", entry.input);
  addTokenPrice(json, "cached_input", entry.cached_input);
  addTokenPrice(json, "output", entry.output);
  addTokenPrice(json, "blended", entry.blended);
  json["date"] = entry.date;
  json["notes"] = entry.notes;
  json["source"] = entry.source;
  json["verification"] = entry.verification;
  return json;
}

void addPrices(Json& results, const CatalogOutcome& outcome) {
  for (const char* key : {"prices", "owning_costs", "token_prices"}) results[key] = Json::array();
  for (const HardwareEntry& entry : outcome.hardware) {
    if (entry.price || outcome.single)
      results["prices"].push_back({{"hardware", entry.name}, {"price", priceJson(entry)}});
    if (entry.owning)
      results["owning_costs"].push_back(
          {{"hardware", entry.name}, {"cost", owningJson(*entry.owning)}});
  }
  for (const TokenPriceEntry& entry : outcome.token_prices)
    results["token_prices"].push_back(tokenPriceJson(entry));
}

Json efficiencyJson(const HardwareEfficiency& efficiency) {
  return {{"compute", jsonNumber(efficiency.compute)},
          {"compute_fp8", jsonNumber(efficiency.compute_fp8)},
          {"compute_fp4", jsonNumber(efficiency.compute_fp4)},
          {"bandwidth", jsonNumber(efficiency.bandwidth)},
          {"link", jsonNumber(efficiency.link)},
          {"fixed_per_layer_s", jsonNumber(efficiency.fixed_per_layer.value())},
          {"link_latency_s", jsonNumber(efficiency.link_latency.value())},
          {"basis", std::string(name(efficiency.basis))},
          {"source", efficiency.source}};
}

Json hardwareJson(const HardwareEntry& entry) {
  return {{"name", entry.name},
          {"aliases", entry.aliases},
          {"vendor", entry.vendor},
          {"year", entry.year},
          {"memory_bytes", jsonNumber(entry.memory.value())},
          {"memory_bandwidth_bytes_per_s", jsonNumber(entry.memory_bandwidth.value())},
          {"bf16_dense_flop_per_s", jsonNumber(entry.peak_bf16.value())},
          {"fp8_dense_flop_per_s", jsonNumber(entry.peak_fp8)},
          {"fp4_dense_flop_per_s", jsonNumber(entry.peak_fp4)},
          {"link_bytes_per_s", jsonNumber(entry.link_bandwidth)},
          {"link_domain_devices", entry.link_domain},
          {"power_w", jsonNumber(entry.power_watt)},
          {"price", priceJson(entry)},
          {"owning_cost", entry.owning ? owningJson(*entry.owning) : Json(nullptr)},
          {"efficiency", efficiencyJson(entry.efficiency)},
          {"notes", entry.notes},
          {"source", entry.source},
          {"verification", entry.verification}};
}

Json hiddenJson(const HiddenError& error) {
  const bool any = error.count > 0;
  return {{"n", error.count},
          {"median", any ? jsonNumber(error.median) : Json(nullptr)},
          {"p90", any ? jsonNumber(error.p90) : Json(nullptr)}};
}

/// Fractions, not percent.
void addKernels(Json& json, const CatalogKernels& kernels) {
  const bool any = !kernels.system.empty();
  json["kernel_tables"] = any ? Json(kernels.system) : Json(nullptr);
  json["kernels_measured_on"] = any ? Json(kernels.measured) : Json(nullptr);
  json["kernel_accuracy"] = Json::array();
  for (const OperatorAccuracy& line : kernels.accuracy)
    json["kernel_accuracy"].push_back({{"operation", line.operation},
                                       {"rows", hiddenJson(line.rows)},
                                       {"shapes", hiddenJson(line.shapes)}});
}

Json presetJson(const Law& law) {
  Json values = Json::object();
  for (std::size_t i = 0; i < law.values.size(); ++i)
    values[std::string(law.family->parameters[i].name)] = jsonNumber(law.values[i]);
  return {{"name", law.name},
          {"law", std::string(law.family->name)},
          {"values", values},
          {"source", law.source}};
}

Json familyJson(const LawFamily& family) {
  Json parameters = Json::array();
  for (const LawParameter& parameter : family.parameters)
    parameters.push_back(
        {{"name", std::string(parameter.name)}, {"meaning", std::string(parameter.meaning)}});
  return {{"name", std::string(family.name)},
          {"formula", std::string(family.formula)},
          {"source", std::string(family.source)},
          {"parameters", parameters}};
}

Json resultsOf(const CatalogOutcome& outcome) {
  Json results = Json::object();
  if (outcome.kind == CatalogKind::kModels) {
    results["models"] = Json::array();
    for (const CatalogModel& model : outcome.models) results["models"].push_back(modelJson(model));
  } else if (outcome.kind == CatalogKind::kHardware) {
    results["hardware"] = Json::array();
    for (const HardwareEntry& entry : outcome.hardware)
      results["hardware"].push_back(hardwareJson(entry));
    if (outcome.single) addKernels(results["hardware"].front(), outcome.kernels);
  } else if (outcome.kind == CatalogKind::kPrices) {
    addPrices(results, outcome);
  } else {
    results["families"] = Json::array();
    for (const LawFamily* family : outcome.families)
      results["families"].push_back(familyJson(*family));
    results["presets"] = Json::array();
    for (const Law& law : outcome.presets) results["presets"].push_back(presetJson(law));
  }
  return results;
}

}  // namespace

std::string catalogDocument(const CatalogOutcome& outcome, Seconds timing) {
  DocumentHead head;
  head.schema = "moeplan.catalog/1";
  head.command = "catalog";
  head.inputs = {{"list", std::string(name(outcome.kind))}};
  head.sources = {"each entry names its own"};
  head.timing = timing;
  return documentText(head, resultsOf(outcome));
}

}  // namespace moe::report
