#include "app/report/catalog_report.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "app/report/catalog_prices.h"
#include "app/report/number_text.h"
#include "app/report/text_sheet.h"
#include "app/report/text_table.h"

namespace moe::report {
namespace {

std::string orNothing(const std::string& text) { return text.empty() ? kNothing : text; }
std::string whole(std::int64_t count) { return fmt::format("{}", count); }
std::string countOf(std::int64_t count) { return countText(static_cast<double>(count)); }

std::string tera(const std::optional<FlopPerSecond>& peak) {
  return peak ? plainText(peak->value() / 1e12, 4) : kNothing;
}

std::string modelTable(const std::vector<CatalogModel>& models) {
  TextTable table{"Models",
                  {{"Name", "", Align::kLeft},
                   {"Total", "parameters"},
                   {"Active", "parameters"},
                   {"Experts", "of a layer"},
                   {"Used", "per token"},
                   {"KV cache", "bf16, per token"},
                   {"How sure", "", Align::kLeft}}};
  for (const auto& [entry, architecture] : models) {
    const bool routed = entry.experts > 0;
    table.rows.push_back(
        {entry.name, architecture ? countOf(architecture->params.total()) : kNothing,
         architecture ? countOf(architecture->params.active()) : kNothing,
         routed ? whole(entry.experts) : "dense", routed ? whole(entry.top_k) : kNothing,
         architecture
             ? bytesText(Bytes(2.0 * static_cast<double>(architecture->kv_elements_per_token)))
             : kNothing,
         entry.verification});
  }
  return tableText(table);
}

std::string modelSheet(const CatalogModel& model) {
  const ModelEntry& entry = model.entry;
  TextSheet sheet;
  sheet.add("model", entry.name);
  sheet.add("also called", fmt::format("{}", fmt::join(entry.aliases, ", ")));
  sheet.add("layers, hidden size", fmt::format("{}, {}", entry.layers, entry.hidden));
  sheet.add("attention", fmt::format("{}, {} heads, {} KV heads {}", name(entry.attention),
                                     entry.heads, entry.kv_heads, entry.attention_note));
  if (entry.experts > 0)
    sheet.add("experts", fmt::format("{} of width {}, {} per token, {} shared", entry.experts,
                                     entry.expert_ffn, entry.top_k, entry.shared_experts));
  if (model.architecture) {
    const ModelArchitecture& counted = *model.architecture;
    sheet.add("total parameters", fmt::format("{} (published: {} billion)", counted.params.total(),
                                              orNothing(entry.published_total)));
    sheet.add("active parameters",
              fmt::format("{} (published: {} billion)", counted.params.active(),
                          orNothing(entry.published_active)));
    sheet.add("KV cache per token, bf16",
              fmt::format("{} bytes", 2 * counted.kv_elements_per_token));
    sheet.add("forward FLOP per token",
              powerText(forwardFlopPerToken(counted, 0)) + " at the start of a text");
  }
  sheet.add("total differs because", entry.total_count_note);
  sheet.add("active differs because", entry.active_count_note);
  sheet.add("longest context", entry.max_context > 0 ? whole(entry.max_context) + " tokens" : "");
  sheet.add("notes", entry.notes);
  sheet.add("source", entry.source);
  sheet.add("how sure", entry.verification);
  return sheet.text();
}

std::string hardwareTable(const std::vector<HardwareEntry>& entries) {
  TextTable table{"Accelerators (dense data-sheet peaks; GB = 1e9 bytes)",
                  {{"Name", "", Align::kLeft},
                   {"Memory", "GB"},
                   {"Bandwidth", "GB/s"},
                   {"bf16", "TFLOP/s"},
                   {"fp8", "TFLOP/s"},
                   {"Link", "GB/s"},
                   {"Joins", "devices"},
                   {"Price", "USD/h"},
                   {"Efficiency", "", Align::kLeft},
                   {"How sure", "", Align::kLeft}}};
  for (const HardwareEntry& entry : entries)
    table.rows.push_back(
        {entry.name, plainText(entry.memory.value() / 1e9),
         plainText(entry.memory_bandwidth.value() / 1e9, 4), tera(entry.peak_bf16),
         tera(entry.peak_fp8),
         entry.link_bandwidth ? plainText(entry.link_bandwidth->value() / 1e9) : kNothing,
         whole(entry.link_domain),
         hourlyText(entry.price ? std::optional(entry.price->typical) : std::nullopt),
         std::string(name(entry.efficiency.basis)), entry.verification});
  return tableText(table);
}

std::string kernelText(const CatalogKernels& kernels, const HardwareEntry& entry) {
  if (kernels.system.empty())
    return wrappedText("Kernels: none measured; a roofline with the efficiencies above.");
  const bool own = kernels.measured == entry.name;
  TextTable table{fmt::format("Measured kernels: {}, {}", kernels.system,
                              own ? "its own" : "of " + kernels.measured + ", which stand for it"),
                  {{"Operation", "", Align::kLeft},
                   {"Hidden rows"},
                   {"Median error", "%"},
                   {"p90", "%"},
                   {"Hidden shapes"},
                   {"Median error", "%"},
                   {"p90", "%"}}};
  for (const OperatorAccuracy& line : kernels.accuracy) {
    table.rows.push_back({line.operation});
    for (const HiddenError& error : {line.rows, line.shapes}) {
      const bool any = error.count > 0;
      table.rows.back().push_back(any ? std::to_string(error.count) : kNothing);
      table.rows.back().push_back(any ? decimalText(100 * error.median, 1) : kNothing);
      table.rows.back().push_back(any ? decimalText(100 * error.p90, 1) : kNothing);
    }
  }
  return tableText(table) +
         wrappedText(
             "Leave one out: each time is predicted with itself hidden (rows) or with its "
             "whole shape hidden (shapes), and held against what was measured; large "
             "tables are sampled.");
}

std::string hardwareSheet(const HardwareEntry& entry) {
  const HardwareEfficiency& efficiency = entry.efficiency;
  TextSheet sheet;
  sheet.add("accelerator", entry.name);
  sheet.add("also called", fmt::format("{}", fmt::join(entry.aliases, ", ")));
  sheet.add("vendor, year", fmt::format("{}, {}", orNothing(entry.vendor), entry.year));
  sheet.add("memory", bytesText(entry.memory));
  sheet.add("bandwidth", bytesText(Bytes(entry.memory_bandwidth.value())) + "/s");
  sheet.add("peaks, TFLOP/s", fmt::format("{} bf16, {} fp8, {} fp4", tera(entry.peak_bf16),
                                          tera(entry.peak_fp8), tera(entry.peak_fp4)));
  if (entry.link_bandwidth)
    sheet.add("link",
              fmt::format("{}/s one way, joins {}", bytesText(Bytes(entry.link_bandwidth->value())),
                          entry.link_domain));
  addRentalPrice(sheet, entry);
  sheet.add("reached (" + std::string(name(efficiency.basis)) + ")",
            fmt::format("{} of bf16 peak, {} of bandwidth, {} per layer fixed",
                        percentText(efficiency.compute), percentText(efficiency.bandwidth),
                        durationText(efficiency.fixed_per_layer)));
  sheet.add("efficiency source", efficiency.source);
  sheet.add("notes", entry.notes);
  sheet.add("source", entry.source);
  sheet.add("how sure", entry.verification);
  return sheet.text();
}

std::string lawText(const CatalogOutcome& outcome) {
  std::string text;
  for (const LawFamily* family : outcome.families) {
    TextSheet sheet;
    sheet.add("law", std::string(family->name));
    sheet.add("formula", std::string(family->formula));
    sheet.add("source", std::string(family->source));
    bool published = false;
    for (const Law& preset : outcome.presets) {
      if (preset.family != family) continue;
      published = true;
      std::vector<std::string> values;
      for (std::size_t i = 0; i < preset.values.size(); ++i)
        values.push_back(
            fmt::format("{} = {}", family->parameters[i].name, plainText(preset.values[i], 6)));
      sheet.add("preset " + preset.name,
                fmt::format("{} [{}]", fmt::join(values, ", "), preset.source));
    }
    if (!published) sheet.add("presets", "none published: fit it to runs");
    text += sheet.text() + "\n";
  }
  return text;
}

}  // namespace

std::string catalogText(const CatalogOutcome& outcome) {
  switch (outcome.kind) {
    case CatalogKind::kModels:
      return outcome.single ? modelSheet(outcome.models.front()) : modelTable(outcome.models);
    case CatalogKind::kHardware:
      return outcome.single ? hardwareSheet(outcome.hardware.front()) + "\n" +
                                  kernelText(outcome.kernels, outcome.hardware.front())
                            : hardwareTable(outcome.hardware);
    case CatalogKind::kPrices:
      return pricesText(outcome);
    case CatalogKind::kLaws:
      return lawText(outcome);
  }
  require(false, "unknown kind of catalog");
  return {};
}

}  // namespace moe::report
