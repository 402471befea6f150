#include "app/workflows/version.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "app/report/version_report.h"
#include "data/embedded_tables.h"
#include "tests/support/run_command.h"

namespace moe {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

ProgramVersion exampleVersion() {
  ProgramVersion program;
  program.version = "1.2.3";
  program.commit = "0123456789ab";
  program.commit_date = "2026-01-31";
  program.build_type = "Release";
  program.compiler = "GNU 12.2.0";
  program.libraries = {{"Ceres", "2.1.0"}, {"oneDNN", "2.6.3"}};
  program.tables = {{"models.toml", "ab", 3}};
  program.tables_sha256 = "00112233445566778899";
  return program;
}

TEST(ProgramVersion, IsToldWithCommitBuildLibrariesAndTables) {
  EXPECT_EQ(report::versionText(exampleVersion()),
            "moeplan 1.2.3\n"
            "commit     0123456789ab of 2026-01-31\n"
            "build      Release, GNU 12.2.0\n"
            "libraries  Ceres 2.1.0, oneDNN 2.6.3\n"
            "tables     1 built in, sha256 001122334455\n"
            "files      none found (MOEPLAN_DATA_DIR names their folder)");
}

TEST(ProgramVersion, SaysWhenTheSourcesDifferFromTheCommitOrHaveNone) {
  ProgramVersion program = exampleVersion();
  program.changed = true;
  EXPECT_THAT(report::versionText(program),
              HasSubstr("0123456789ab of 2026-01-31, with changes\n"));
  program.commit.clear();
  EXPECT_THAT(report::versionText(program), HasSubstr("commit     unknown (not built"));
}

TEST(ProgramVersion, HashesEveryTableThatIsBuiltIn) {
  const ProgramVersion program = programVersion();
  ASSERT_EQ(program.tables.size(), embeddedTableNames().size());
  for (const TableVersion& table : program.tables) {
    EXPECT_EQ(table.sha256.size(), 64u) << table.name;
    EXPECT_EQ(table.bytes, embeddedTable(table.name).size());
  }
  for (const LibraryVersion& library : program.libraries) EXPECT_NE(library.version, "");
}

TEST(ProgramVersion, IsADocumentForPrograms) {
  const test::Ended ended = test::runCommand("--json --version");
  ASSERT_EQ(ended.code, 0) << ended.err;
  const auto document = nlohmann::json::parse(ended.out);
  EXPECT_EQ(document.at("schema"), "moeplan.version/1");
  EXPECT_EQ(document.at("version"), MOEPLAN_VERSION_OF_TESTS);
  EXPECT_EQ(document.at("tables").size(), embeddedTableNames().size());
  EXPECT_EQ(test::runCommand("--version --json").out, ended.out);
}

TEST(ProgramVersion, BeginsWithNameAndVersion) {
  EXPECT_THAT(test::runCommand("--version").out,
              StartsWith("moeplan " MOEPLAN_VERSION_OF_TESTS "\ncommit "));
}

}  // namespace
}  // namespace moe
