#include <cmath>
#include <nlohmann/json.hpp>

#include "app/workflows/import/import_table.h"

namespace moe {
namespace {

using ProvenanceJson = nlohmann::ordered_json;

ProvenanceJson numberOrNull(double value) {
  return std::isfinite(value) ? ProvenanceJson(value) : ProvenanceJson(nullptr);
}

ProvenanceJson fileJson(const ImportedFile& file) {
  ProvenanceJson json{
      {"path", file.path}, {"bytes", file.bytes}, {"sha256", file.sha256}, {"reader", file.reader}};
  if (!file.compression.empty()) json["compression"] = file.compression;
  if (file.cut_off) json["cut_off"] = true;
  if (!file.problem.empty()) json["not_read"] = file.problem;
  if (file.skips > 0) {
    json["skipped_places"] = file.skips;
    for (const LogSkip& skip : file.first_skips)
      json["first_skips"].push_back({{"place", skip.place}, {"reason", skip.reason}});
  }
  return json;
}

ProvenanceJson factJson(const FoundFact& fact) {
  ProvenanceJson json{{"what", name(fact.role)}, {"value", numberOrNull(fact.value)}};
  if (!std::isfinite(fact.value)) json["value"] = fact.text;
  json["from"] = fact.key;
  if (!fact.where.empty()) json["where"] = fact.where;
  return json;
}

ProvenanceJson runJson(const ImportedRun& run, const ImportOutcome& outcome) {
  ProvenanceJson json{{"run_id", run.id}, {"reader", run.reader}};
  for (const std::size_t file : run.files) json["files"].push_back(outcome.files[file].path);
  json["in_table"] = run.used();
  if (!run.excluded.empty()) json["excluded"] = run.excluded;
  for (const RunLack& lack : run.lacks)
    json["lacks"].push_back({{"what", lack.what}, {"message", lack.message}});
  if (run.loss) {
    json["loss"] = {{"value_nats", run.loss->value},    {"series", run.loss->series},
                    {"split", name(run.loss->split)},   {"logged_as", name(run.loss->unit)},
                    {"converted", run.loss->converted}, {"step", run.loss->step},
                    {"where", run.loss->where}};
  }
  json["used"] = ProvenanceJson::array();
  for (const FoundFact& fact : run.facts) json["used"].push_back(factJson(fact));
  json["flags"] = ProvenanceJson::array();
  for (const RunFlag& flag : run.flags)
    json["flags"].push_back({{"flag", name(flag.kind)}, {"reason", flag.reason}});
  return json;
}

}  // namespace

std::string importProvenance(const ImportOutcome& outcome, const std::string& table_sha256) {
  const ImportRequest& request = outcome.request;
  ProvenanceJson json{{"schema", "moeplan.import.provenance/1"},
                      {"moeplan_version", request.version},
                      {"table", request.out},
                      {"table_sha256", table_sha256},
                      {"rows", outcome.rows},
                      {"loss_rule", describe(outcome.plan.loss)}};
  json["options"] = {{"format", request.format},
                     {"pieces", request.pieces},
                     {"map", request.map},
                     {"set", request.set},
                     {"loss_series", request.loss_series},
                     {"exclude", request.exclude},
                     {"bytes_per_token", request.bytes_per_token},
                     {"tokens_per_loss", request.tokens_per_loss},
                     {"curves", request.curves},
                     {"skip_bad", request.skip_bad}};
  json["files"] = ProvenanceJson::array();
  for (const ImportedFile& file : outcome.files) json["files"].push_back(fileJson(file));
  json["runs"] = ProvenanceJson::array();
  for (const ImportedRun& run : outcome.runs) json["runs"].push_back(runJson(run, outcome));
  return json.dump(2, ' ', false, ProvenanceJson::error_handler_t::replace) + "\n";
}

}  // namespace moe
