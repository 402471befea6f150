#include "app/report/json_document.h"

#include <cmath>

#include "fitting/laws/law.h"

namespace moe::report {
namespace {

Json warningsJson(const std::vector<Warning>& warnings) {
  Json list = Json::array();
  for (const Warning& warning : warnings) {
    list.push_back({{"code", warning.code}, {"message", warning.message}});
  }
  return list;
}

void add(Json& document, const std::string& key, Json value) {
  require(!document.contains(key), "a JSON document has a key once");
  document[key] = std::move(value);
}

}  // namespace

Json jsonNumber(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json jsonNumber(const std::optional<double>& value) {
  return value ? jsonNumber(*value) : Json(nullptr);
}

Json jsonNumbers(const std::vector<double>& values) {
  Json list = Json::array();
  for (double value : values) list.push_back(jsonNumber(value));
  return list;
}

Json jsonInterval(double low, double high) {
  return Json::array({jsonNumber(low), jsonNumber(high)});
}

Json jsonInterval(const std::optional<Range>& range) {
  return range ? jsonInterval(range->low, range->high) : Json(nullptr);
}

std::string documentText(const DocumentHead& head, const Json& results) {
  require(results.is_object(), "results of a JSON document are an object");
  Json document;
  add(document, "schema", head.schema);
  add(document, "command", head.command);
  add(document, "inputs", head.inputs);
  for (const auto& [key, value] : results.items()) add(document, key, value);
  add(document, "sources", head.sources);
  add(document, "warnings", warningsJson(head.warnings));
  add(document, "timing_s", jsonNumber(head.timing.value()));
  return document.dump(2, ' ', false, Json::error_handler_t::replace) + '\n';
}

}  // namespace moe::report
