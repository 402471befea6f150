#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "data/catalog/catalog.h"
#include "data/catalog/hardware_measurement.h"
#include "data/catalog/toml_table.h"

namespace moe {
namespace {

using catalog::FieldReader;

double share(FieldReader& fields, std::string_view key, double standard) {
  const auto value = fields.positive(key);
  if (value && *value > 1) fields.reject(key, "is a share of the peak and at most 1");
  return value.value_or(standard);
}

std::optional<double> optionalShare(FieldReader& fields, std::string_view key) {
  const double value = share(fields, key, 0);
  return value > 0 ? std::optional(value) : std::nullopt;
}

Seconds microseconds(FieldReader& fields, std::string_view key, Seconds standard) {
  const auto value = fields.positive(key);
  return value ? Seconds(*value * 1e-6) : standard;
}

Basis basisOf(FieldReader& fields) {
  const std::string text = fields.text("basis");
  if (text.empty()) return Basis::kRoofline;
  for (const Basis basis : {Basis::kMeasured, Basis::kInterpolated, Basis::kTransferred,
                            Basis::kRoofline, Basis::kFitted, Basis::kExtrapolated})
    if (name(basis) == text) return basis;
  fields.reject("basis", fmt::format("is '{}'; use measured or roofline", text));
  return Basis::kRoofline;
}

Result<HardwareEfficiency> efficiencyOf(const toml::table& table, const std::string& where) {
  FieldReader fields(table, where);
  HardwareEfficiency efficiency;
  efficiency.compute = share(fields, "compute", efficiency.compute);
  efficiency.compute_fp8 = optionalShare(fields, "compute_fp8");
  efficiency.compute_fp4 = optionalShare(fields, "compute_fp4");
  efficiency.bandwidth = share(fields, "bandwidth", efficiency.bandwidth);
  efficiency.link = share(fields, "link", efficiency.link);
  efficiency.fixed_per_layer =
      microseconds(fields, "fixed_per_layer_us", efficiency.fixed_per_layer);
  efficiency.link_latency = microseconds(fields, "link_latency_us", efficiency.link_latency);
  efficiency.basis = basisOf(fields);
  efficiency.source = fields.text("source", true);
  if (const auto error = fields.finish()) return tl::unexpected(*error);
  return efficiency;
}

std::optional<HardwarePrice> priceOf(FieldReader& fields) {
  const auto typical = fields.positive("price_usd_per_hour");
  const auto range = fields.numbers("price_range_usd_per_hour");
  HardwarePrice price;
  price.date = fields.text("price_date", typical.has_value());
  price.source = fields.text("price_source");
  if (!typical) return std::nullopt;
  price.typical = usdPerHour(*typical);
  if (!range.empty()) {
    const bool ordered =
        range.size() == 2 && range[0] > 0 && range[0] <= range[1] && std::isfinite(range[1]);
    if (!ordered) fields.reject("price_range_usd_per_hour", "must be [lowest, highest]");
    if (ordered && (*typical < range[0] || *typical > range[1]))
      fields.reject("price_usd_per_hour",
                    fmt::format("is {}, outside price_range_usd_per_hour, {} to {}", *typical,
                                range[0], range[1]));
    price.low = usdPerHour(range.front());
    price.high = usdPerHour(range.back());
  }
  return price;
}

std::optional<OwningCost> owningOf(FieldReader& fields) {
  const auto costs = fields.numbers("owning_usd_per_hour");
  const std::string note = fields.text("owning_cost_note", !costs.empty());
  if (costs.empty()) return std::nullopt;
  const bool right = costs.size() == 3 &&
                     std::ranges::all_of(costs, [](double x) { return x > 0 && std::isfinite(x); });
  if (!right) {
    fields.reject("owning_usd_per_hour",
                  "must be [hyperscaler, neocloud, 3-year rental], each above 0");
    return std::nullopt;
  }
  return OwningCost{usdPerHour(costs[0]), usdPerHour(costs[1]), usdPerHour(costs[2]), note};
}

template <class Quantity>
std::optional<Quantity> scaled(FieldReader& fields, std::string_view key, double unit) {
  const auto value = fields.positive(key);
  return value ? std::optional(Quantity(*value * unit)) : std::nullopt;
}

void readPeaks(FieldReader& fields, HardwareEntry& entry) {
  entry.memory = gigabytes(fields.positive("memory_gb", true).value_or(0));
  if (const auto memory = fields.positive("device_memory_gb"))
    entry.device_memory = gigabytes(*memory);
  entry.kernel_tables = fields.text("kernel_tables");
  entry.memory_bandwidth =
      BytesPerSecond(fields.positive("memory_bandwidth_gb_per_s", true).value_or(0) * 1e9);
  entry.peak_bf16 = FlopPerSecond(fields.positive("bf16_dense_tflops", true).value_or(0) * 1e12);
  entry.peak_f32 = scaled<FlopPerSecond>(fields, "f32_dense_tflops", 1e12);
  entry.peak_fp8 = scaled<FlopPerSecond>(fields, "fp8_dense_tflops", 1e12);
  entry.peak_fp4 = scaled<FlopPerSecond>(fields, "fp4_dense_tflops", 1e12);
  entry.link_bandwidth = scaled<BytesPerSecond>(fields, "link_gb_per_s", 1e9);
  const int domain = fields.count("link_domain");
  entry.link_domain = domain > 0 ? domain : 1;
  entry.power_watt = fields.positive("power_w");
  entry.network_bandwidth = scaled<BytesPerSecond>(fields, "network_gbit_per_s", 1e9 / 8);
  fields.positive("int8_dense_tops");  // kept in the table for later models of cost
}

/// What a calibrated machine has beside its figures.
std::optional<Error> readMeasurement(FieldReader& fields, const std::string& file,
                                     HardwareEntry& entry) {
  if (const toml::table* table = fields.subtable("measurement")) {
    auto read = catalog::measurementOf(*table, catalog::placeOf(*table, file) + " measurement");
    if (!read) return read.error();
    entry.measurement = *std::move(read);
  }
  if (const toml::table* table = fields.subtable("kernels")) {
    auto read = catalog::kernelsOf(*table, catalog::placeOf(*table, file) + " kernels");
    if (!read) return read.error();
    entry.kernels = *std::move(read);
  }
  return std::nullopt;
}

Result<HardwareEntry> hardwareOf(const toml::table& table, const std::string& file) {
  HardwareEntry entry;
  entry.where = catalog::placeOf(table, file);
  FieldReader fields(table, entry.where);
  entry.name = fields.text("name", true);
  entry.aliases = fields.texts("aliases");
  entry.vendor = fields.text("vendor");
  entry.year = fields.count("year");
  readPeaks(fields, entry);
  entry.price = priceOf(fields);
  entry.owning = owningOf(fields);
  entry.source = fields.text("source", true);
  entry.verification = fields.text("verification");
  if (entry.verification.empty()) entry.verification = "not stated";
  entry.notes = fields.text("notes");
  if (const toml::table* efficiency = fields.subtable("efficiency")) {
    auto read = efficiencyOf(*efficiency, catalog::placeOf(*efficiency, file));
    if (!read) return tl::unexpected(read.error());
    entry.efficiency = *std::move(read);
  }
  if (const auto error = readMeasurement(fields, file, entry)) return tl::unexpected(*error);
  if (const auto error = fields.finish()) return tl::unexpected(*error);
  return entry;
}

}  // namespace

Result<std::vector<HardwareEntry>> parseHardware(std::string_view text, const std::string& file) {
  auto document = catalog::parseToml(text, file);
  if (!document) return tl::unexpected(document.error());
  return catalog::entriesOf<HardwareEntry>(*document, "accelerator", file, hardwareOf);
}

}  // namespace moe
