#include "tests/architecture/house.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace moe::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// Put together here, so that the check of this repository does not find them.
const std::string kTemporary = std::string("/t") + "mp/runs.csv";
const std::string kShared = std::string("../sha") + "red/runs.csv";

TEST(House, NamesNoPlaceOfOneMachine) {
  EXPECT_THAT(machinePathProblems(MOEPLAN_SOURCE_DIR), IsEmpty());
}

TEST(House, KnowsEveryCitation) { EXPECT_THAT(citationProblems(MOEPLAN_SOURCE_DIR), IsEmpty()); }

TEST(House, HasAReadmeInEveryRoom) { EXPECT_THAT(readmeProblems(MOEPLAN_SOURCE_DIR), IsEmpty()); }

TEST(House, CatchesAPlantedPath) {
  const TemporaryFolder tree;
  tree.write("app/try.sh", "fit " + kTemporary + "\n");
  tree.write("data/x.cpp", "// fine\nopen(\"" + kShared + "\");\n");
  EXPECT_THAT(machinePathProblems(tree.path()),
              ElementsAre("app/try.sh:1: names a place of one machine:  " + kTemporary.substr(0, 5),
                          "data/x.cpp:2: names a place of one machine: " + kShared.substr(0, 9)));
}

TEST(House, CatchesAnUnknownCitation) {
  const TemporaryFolder tree;
  tree.write("data/REFERENCES.md", "# References\n\n## Known2022\n");
  // Put together, for this file is searched as well.
  tree.write("fitting/x.h", std::string("/// [") + "Known2022, eq. 3]\n/// [" + "Nobody2023]\n");
  EXPECT_THAT(citationProblems(tree.path()),
              ElementsAre("fitting/x.h:2: Nobody2023 is not in data/REFERENCES.md"));
}

TEST(House, LeavesAddressesAndRelativePathsAlone) {
  const TemporaryFolder tree;
  tree.write("README.md", "https://example.org/work/home/x and app/workflows/root/x.h\n");
  EXPECT_THAT(machinePathProblems(tree.path()), IsEmpty());
}

TEST(House, CatchesARoomWithoutAReadme) {
  const TemporaryFolder tree;
  tree.write("README.md", "");
  tree.write("fitting/README.md", "");
  tree.write("fitting/laws/law.h", "");
  EXPECT_THAT(readmeProblems(tree.path()), ElementsAre("fitting/laws: has no README.md"));
}

}  // namespace
}  // namespace moe::test
