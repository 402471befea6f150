#include "app/report/catalog_prices.h"

#include <fmt/format.h>

#include "app/report/number_text.h"
#include "app/report/text_table.h"

namespace moe::report {
namespace {

constexpr const char* kPerMillion = "USD/M";  // the title says of what

/// "0.55", or "3.00 to 7.00" where two readings disagree.
std::string perMillion(const std::optional<TokenPriceRange>& price) {
  if (!price) return kNothing;
  const std::string low = decimalText(price->low, 2);
  return price->low < price->high ? fmt::format("{} to {}", low, decimalText(price->high, 2)) : low;
}

std::string rentalTable(const std::vector<HardwareEntry>& entries) {
  TextTable table{"Rental prices per device, by scenario",
                  {{"Accelerator", "", Align::kLeft},
                   {"Cheap (lowest)", "USD/h"},
                   {"Typical", "USD/h"},
                   {"Expensive (highest)", "USD/h"},
                   {"Date", "", Align::kLeft},
                   {"Source", "", Align::kLeft}}};
  for (const HardwareEntry& entry : entries)
    if (entry.price)
      table.rows.push_back({entry.name, hourlyText(entry.price->low),
                            hourlyText(entry.price->typical), hourlyText(entry.price->high),
                            entry.price->date, entry.price->source});
  return tableText(table);
}

std::string owningTable(const std::vector<HardwareEntry>& entries) {
  TextTable table{"Costs of owning a device, as a model gives them (no scenario takes them)",
                  {{"Accelerator", "", Align::kLeft},
                   {"Hyperscaler", "USD/h"},
                   {"Neocloud", "USD/h"},
                   {"3-year rental", "USD/h"},
                   {"Note", "", Align::kLeft}}};
  for (const HardwareEntry& entry : entries)
    if (entry.owning)
      table.rows.push_back({entry.name, hourlyText(entry.owning->hyperscaler),
                            hourlyText(entry.owning->neocloud),
                            hourlyText(entry.owning->three_year_rental), entry.owning->note});
  return tableText(table);
}

std::string tokenTable(const std::vector<TokenPriceEntry>& entries) {
  TextTable table{"API prices, USD per million tokens (blended: one price for input and output)",
                  {{"Model", "", Align::kLeft},
                   {"Provider", "", Align::kLeft},
                   {"Input", kPerMillion},
                   {"Cached input", kPerMillion},
                   {"Output", kPerMillion},
                   {"Blended", kPerMillion},
                   {"Date", "", Align::kLeft},
                   {"How sure", "", Align::kLeft}}};
  for (const TokenPriceEntry& entry : entries)
    table.rows.push_back({entry.model, entry.provider, perMillion(entry.input),
                          perMillion(entry.cached_input), perMillion(entry.output),
                          perMillion(entry.blended), entry.date, entry.verification});
  table.footnotes = {"catalog prices MODEL gives the sources."};
  return tableText(table);
}

std::string priceLine(const std::optional<TokenPriceRange>& price) {
  return price ? perMillion(price) + " USD per million tokens" : "";
}

std::string tokenSheet(const TokenPriceEntry& entry) {
  TextSheet sheet;
  sheet.add("model", entry.model);
  sheet.add("provider", entry.provider);
  sheet.add("input", priceLine(entry.input));
  sheet.add("cached input",
            entry.cached_input ? priceLine(entry.cached_input) : "no price of its own is known");
  sheet.add("output", priceLine(entry.output));
  sheet.add("blended", priceLine(entry.blended));
  sheet.add("date", entry.date);
  sheet.add("notes", entry.notes);
  sheet.add("source", entry.source);
  sheet.add("how sure", entry.verification);
  return sheet.text();
}

std::string modelText(const CatalogOutcome& outcome) {
  std::string text;
  for (const TokenPriceEntry& entry : outcome.token_prices)
    text += (text.empty() ? "" : "\n") + tokenSheet(entry);
  if (!text.empty()) return text;
  TextSheet sheet;
  sheet.add("model", outcome.model);
  sheet.add("API price", "none in the catalog");
  return sheet.text();
}

}  // namespace

std::string hourlyText(const std::optional<UsdPerSecond>& price) {
  return price ? decimalText(price->value() * 3600, 2) : kNothing;
}

void addRentalPrice(TextSheet& sheet, const HardwareEntry& entry) {
  if (entry.price) {
    const HardwarePrice& price = *entry.price;
    const std::string range =
        price.low ? fmt::format(" ({} to {})", hourlyText(price.low), hourlyText(price.high)) : "";
    sheet.add("price", fmt::format("{} USD per hour{}", hourlyText(price.typical), range));
    sheet.add("price date", price.date);
    sheet.add("price source", price.source);
  } else {
    sheet.add("price", "none in the catalog");
  }
  if (!entry.owning) return;
  sheet.add("cost of owning, USD/h",
            fmt::format("{} hyperscaler, {} neocloud, {} 3-year rental",
                        hourlyText(entry.owning->hyperscaler), hourlyText(entry.owning->neocloud),
                        hourlyText(entry.owning->three_year_rental)));
  sheet.add("cost of owning after", entry.owning->note);
}

std::string pricesText(const CatalogOutcome& outcome) {
  if (outcome.single && outcome.hardware.empty()) return modelText(outcome);
  if (outcome.single) {
    TextSheet sheet;
    sheet.add("accelerator", outcome.hardware.front().name);
    addRentalPrice(sheet, outcome.hardware.front());
    return sheet.text();
  }
  return rentalTable(outcome.hardware) + "\n" + owningTable(outcome.hardware) + "\n" +
         tokenTable(outcome.token_prices);
}

}  // namespace moe::report
