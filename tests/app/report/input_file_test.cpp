#include "app/workflows/evidence/input_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

TEST(SourceNote, ReadsHeadingAndLicence) {
  const SourceNote table = sourceNote("# Runs of X\n\n| | |\n|---|---|\n| Licence | CC-BY 4.0 |\n");
  EXPECT_EQ(table.origin, "Runs of X");
  EXPECT_EQ(table.licence, "CC-BY 4.0");
  EXPECT_EQ(sourceNote("License: MIT\n").licence, "MIT");
  EXPECT_EQ(sourceNote("The licence is not here.\n| source | licence |\n").licence, "");
}

// sha256sum of the three bytes "abc" [FIPS180-4].
TEST(InputFiles, HaveTheirHashAndTheLicenceBesideThem) {
  const test::TemporaryFolder folder;
  folder.write("tables/a.csv", "abc");
  folder.write("tables/SOURCE.md", "# A table\n\n| License | MIT |\n");
  folder.write("b.csv", "abc");
  folder.write("b.csv.provenance.json", "{}");
  const auto project_file = folder.write("p.toml",
                                         "[runs.a]\nfiles = [\"tables/a.csv\", \"b.csv\"]\n"
                                         "[runs.again]\nfiles = [\"b.csv\", \"missing.csv\"]\n");
  const auto project = readProject(project_file);
  ASSERT_TRUE(project) << describe(project.error());
  const std::vector<InputFile> files = inputFiles(*project, project_file);
  ASSERT_EQ(files.size(), 3u);
  EXPECT_EQ(files[0].role, "project");
  EXPECT_EQ(files[0].path, "p.toml");
  EXPECT_EQ(files[1].path, "tables/a.csv");
  EXPECT_EQ(files[1].role, "runs a");
  EXPECT_EQ(files[1].bytes, 3u);
  EXPECT_EQ(files[1].sha256, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(files[1].licence, "MIT");
  EXPECT_EQ(files[1].origin, "A table");
  EXPECT_FALSE(files[1].imported);
  EXPECT_EQ(files[2].licence, "");
  EXPECT_TRUE(files[2].imported);
}

// What a stamp holds of a step, the list of a report holds as well.
TEST(InputFiles, AreThoseThatTheStepsName) {
  const test::TemporaryFolder folder;
  for (const char* name : {"m.toml", "t.toml", "s.toml", "law/summary.json"})
    folder.write(name, "x");
  const auto project_file =
      folder.write("p.toml",
                   "[training.big]\nmodel = \"mixtral-8x7b\"\nhardware = \"m.toml\"\n"
                   "[plan.a]\nmode = \"min-cost\"\nhardware = \"s.toml\"\n"
                   "training_hardware = \"t.toml\"\n"
                   "[cost.c]\nhardware = \"s.toml\"\nrouter_skew = \"law\"\n");
  const auto project = readProject(project_file);
  ASSERT_TRUE(project) << describe(project.error());
  std::vector<std::string> listed;
  for (const InputFile& file : inputFiles(*project, project_file))
    listed.push_back(file.role + ": " + file.path);
  EXPECT_THAT(listed,
              testing::UnorderedElementsAre(
                  "project: p.toml", "machine of training big: m.toml", "machine of plan a: s.toml",
                  "machine that trains of plan a: t.toml", "routing of cost c: law/summary.json"));
}

}  // namespace
}  // namespace moe
