#include "app/workflows/shipped_tables.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/run_command.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

TEST(ShippedTables, AreFoundByTheNameThatTheDocumentationGives) {
  const test::TemporaryFolder tables;
  tables.write("runs/mine/runs.csv", "");
  EXPECT_EQ(findShipped("data/tables/runs/mine/runs.csv", tables.path()),
            (tables.path() / "runs/mine/runs.csv").string());
}

TEST(ShippedTables, NeverReplaceAFileThatIsThere) {
  const test::TemporaryFolder here;
  const test::TemporaryFolder tables;
  here.write("data/tables/runs.csv", "");
  tables.write("runs.csv", "");
  const auto before = std::filesystem::current_path();
  std::filesystem::current_path(here.path());
  const std::string found = findShipped("data/tables/runs.csv", tables.path());
  std::filesystem::current_path(before);
  EXPECT_EQ(found, "data/tables/runs.csv");
}

TEST(ShippedTables, LeaveOtherNamesAlone) {
  const test::TemporaryFolder tables;
  tables.write("runs.csv", "");
  // What is nowhere keeps its name, so that the error names what was asked for.
  for (const char* name : {"runs.csv", "data/tables/other.csv", "my/data/tables/runs.csv", ""})
    EXPECT_EQ(findShipped(name, tables.path()), name);
  EXPECT_EQ(findShipped("data/tables/runs.csv", {}), "data/tables/runs.csv");
}

TEST(ShippedTables, LieWhereTheEnvironmentSays) {
  const test::TemporaryFolder tables;
  ASSERT_EQ(setenv("MOEPLAN_DATA_DIR", tables.path().c_str(), 1), 0);
  EXPECT_EQ(shippedTables(), tables.path());
  ASSERT_EQ(unsetenv("MOEPLAN_DATA_DIR"), 0);
  EXPECT_NE(shippedTables(), tables.path());
}

TEST(ShippedTables, AreReadByTheCommandLine) {
  const test::TemporaryFolder tables;
  tables.write("tiny.csv", "n_params,n_tokens,loss\n1e6,2e7,nonsense\n");
  ASSERT_EQ(setenv("MOEPLAN_DATA_DIR", tables.path().c_str(), 1), 0);
  const test::Ended ended = test::runCommand("fit data/tables/tiny.csv");
  ASSERT_EQ(unsetenv("MOEPLAN_DATA_DIR"), 0);
  EXPECT_EQ(ended.code, 3);
  EXPECT_NE(ended.err.find((tables.path() / "tiny.csv").string() + ":2: "), std::string::npos)
      << ended.err;
}

}  // namespace
}  // namespace moe
