#include "app/workflows/version.h"

#include <fmt/format.h>

#include "app/workflows/build_commit.h"
#include "app/workflows/shipped_tables.h"
#include "costmodel/kernels/cpu/instruction_set.h"
#include "data/embedded_tables.h"
#include "data/sha256.h"

namespace moe {
namespace {

std::string sha256Of(std::string_view bytes) {
  Sha256 hash;
  hash.add(bytes);
  return hash.hexDigest();
}

void addTables(ProgramVersion& program) {
  Sha256 all;
  for (const std::string_view name : embeddedTableNames()) {
    const std::string_view bytes = embeddedTable(name);
    program.tables.push_back({name, sha256Of(bytes), bytes.size()});
    all.add(fmt::format("{} {}\n", name, bytes.size()));
    all.add(bytes);
  }
  program.tables_sha256 = all.hexDigest();
}

}  // namespace

std::string programId() {
  const BuildCommit commit = buildCommit();
  const std::string id = commit.id;
  return fmt::format("{}{}{}{}", MOEPLAN_VERSION, id.empty() ? "" : " ", id,
                     commit.changed ? " changed" : "");
}

ProgramVersion programVersion() {
  const BuildCommit commit = buildCommit();
  ProgramVersion program;
  program.version = MOEPLAN_VERSION;
  program.commit = commit.id;
  program.commit_date = commit.date;
  program.changed = commit.changed;
  program.build_type = MOEPLAN_BUILD_TYPE;
  program.compiler = MOEPLAN_COMPILER;
  program.libraries = {{"Ceres", MOEPLAN_CERES_VERSION},
                       {"Eigen", MOEPLAN_EIGEN_VERSION},
                       {"oneDNN", onednnVersion()},
                       {"fmt", MOEPLAN_FMT_VERSION}};
  addTables(program);
  program.shipped = shippedTables();
  return program;
}

}  // namespace moe
