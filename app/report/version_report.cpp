#include "app/report/version_report.h"

#include <fmt/format.h>

#include "app/report/json_document.h"

namespace moe::report {
namespace {

std::string commitText(const ProgramVersion& program) {
  if (program.commit.empty()) return "unknown (not built from a repository)";
  std::string text = program.commit;
  if (!program.commit_date.empty()) text += " of " + program.commit_date;
  if (program.changed) text += ", with changes";
  return text;
}

std::string librariesText(const ProgramVersion& program) {
  std::string text;
  for (const LibraryVersion& library : program.libraries)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", library.name, library.version);
  return text;
}

}  // namespace

std::string versionText(const ProgramVersion& program) {
  constexpr std::size_t kShortHash = 12;
  return fmt::format(
      "moeplan {}\n"
      "commit     {}\n"
      "build      {}, {}\n"
      "libraries  {}\n"
      "tables     {} built in, sha256 {}\n"
      "files      {}",
      program.version, commitText(program), program.build_type, program.compiler,
      librariesText(program), program.tables.size(), program.tables_sha256.substr(0, kShortHash),
      program.shipped.empty() ? "none found (MOEPLAN_DATA_DIR names their folder)"
                              : program.shipped.string());
}

std::string versionJson(const ProgramVersion& program) {
  Json libraries = Json::object();
  for (const LibraryVersion& library : program.libraries) libraries[library.name] = library.version;
  Json tables = Json::array();
  for (const TableVersion& table : program.tables)
    tables.push_back({{"name", table.name}, {"sha256", table.sha256}, {"bytes", table.bytes}});
  const auto orNull = [](const std::string& text) { return text.empty() ? Json() : Json(text); };
  const Json results = {{"version", program.version},
                        {"commit", orNull(program.commit)},
                        {"commit_date", orNull(program.commit_date)},
                        {"changed", program.changed},
                        {"build_type", program.build_type},
                        {"compiler", program.compiler},
                        {"libraries", libraries},
                        {"tables_sha256", program.tables_sha256},
                        {"tables", tables},
                        {"shipped_files", orNull(program.shipped.string())}};
  std::string text = documentText({.schema = "moeplan.version/1", .command = "version"}, results);
  text.pop_back();  // the command line ends the line
  return text;
}

}  // namespace moe::report
