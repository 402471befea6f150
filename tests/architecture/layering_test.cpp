#include "tests/architecture/layering.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace moe::test {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(Layering, HoldsInThisRepository) {
  ASSERT_GT(sourceFiles(MOEPLAN_SOURCE_DIR).size(), 20u) << "the sources were not found";
  EXPECT_THAT(layeringProblems(MOEPLAN_SOURCE_DIR), IsEmpty());
}

/// One file with one include, and what is said about it; empty when it is allowed.
struct Planted {
  std::string file;
  std::string include;
  std::string problem;
};

TEST(Layering, CatchesEachPlantedInclude) {
  const std::vector<Planted> cases{
      {"data/x.h", "\"fitting/laws/law.h\"", "data must not include laws"},
      {"data/x.cpp", "\"app/cli/command.h\"", "data must not include cli"},
      {"fitting/laws/x.cpp", "\"fitting/fit.h\"", "laws must not include fitting"},
      {"fitting/x.cpp", "\"costmodel/serving.h\"", "fitting must not include costmodel"},
      {"costmodel/x.cpp", "\"fitting/laws/law.h\"", "costmodel must not include laws"},
      {"costmodel/x.cpp", "\"costmodel/planner/plan.h\"", "costmodel must not include planner"},
      {"costmodel/planner/x.cpp", "\"fitting/fit.h\"", "planner must not include fitting"},
      {"app/workflows/x.cpp", "\"app/report/text_table.h\"", "workflows must not include report"},
      {"app/report/x.cpp", "\"app/cli/command.h\"", "report must not include cli"},
      {"app/report/x.cpp", "\"app/plot/draw_plot.h\"", "report must not include plot"},
      {"app/plot/x.cpp", "\"costmodel/serving.h\"", "plot must not include costmodel"},
      {"app/report/plots/x.cpp", "<QColor>", "only gui and plot know Qt"},
      {"app/gui/presenters/x.cpp", "\"app/gui/page.h\"", "presenters must not include gui"},
      {"data/x.cpp", "\"tests/support/temporary_folder.h\"", "data must not include tests"},
      {"data/x.cpp", "\"error.h\"", "does not start at a room of the root"},
      {"data/x.cpp", "\"../data/error.h\"", "does not start at a room of the root"},
      {"fitting/laws/x.cpp", "<ceres/ceres.h>", "laws know no solver"},
      {"app/cli/x.cpp", "<QWidget>", "only gui and plot know Qt"},
      {"app/gui/presenters/x.cpp", "<QtCore/QString>", "only gui and plot know Qt"},
      {"app/workflows/x.cpp", "<qcustomplot.h>", "only gui and plot know Qt"},
  };
  for (const Planted& planted : cases) {
    const TemporaryFolder tree;
    tree.write(planted.file, "// A comment.\n#include " + planted.include + "\n");
    const std::string target = planted.include.substr(1, planted.include.size() - 2);
    EXPECT_THAT(layeringProblems(tree.path()),
                ElementsAre(planted.file + ":2: " + target + ": " + planted.problem));
  }
}

/// A header that shows a library, and who includes it.
TEST(Layering, KeepsAHeaderThatShowsALibraryInsideItsRoom) {
  for (const std::string library : {"ceres/ceres.h", "nlohmann/json.hpp", "CLI/CLI.hpp",
                                    "toml++/toml.h", "oneapi/dnnl/dnnl.hpp"}) {
    const TemporaryFolder tree;
    tree.write("data/shows.h", "#include <" + library + ">\n");
    tree.write("data/a.cpp", "#include \"data/shows.h\"\n");  // allowed
    tree.write("data/also.h",
               "#include <" + library + ">\n#include \"data/shows.h\"\n");  // allowed
    tree.write("data/b.h", "#include \"data/shows.h\"\n");
    tree.write("fitting/c.cpp", "#include \"data/shows.h\"\n");
    const std::string why =
        ":1: data/shows.h: shows a library that stays inside the .cpp files of its room";
    EXPECT_THAT(layeringProblems(tree.path()),
                ElementsAre("data/b.h" + why, "fitting/c.cpp" + why));
  }
}

TEST(Layering, CatchesAFileOutsideEveryRoom) {
  const TemporaryFolder tree;
  tree.write("utils/x.h", "");
  EXPECT_THAT(layeringProblems(tree.path()), ElementsAre("utils/x.h:1: lies in no room"));
}

TEST(Layering, AllowsWhatPointsTheRightWay) {
  const TemporaryFolder tree;
  tree.write("app/cli/x.cpp",
             "#include <CLI/CLI.hpp>\n#include \"app/workflows/fit_workflow.h\"\n"
             "#include \"data/error.h\"\n");
  tree.write("costmodel/planner/x.cpp",
             "#include \"fitting/laws/law.h\"\n#include \"costmodel/serving.h\"\n");
  tree.write("fitting/x.cpp", "#include <ceres/ceres.h>\n  #  include \"fitting/laws/law.h\"\n");
  tree.write("app/report/x.cpp", "#include \"app/report/json_document.h\"\n");
  tree.write("app/gui/x.h", "#include <QWidget>\n");
  tree.write("tests/app/x.h", "#include <CLI/CLI.hpp>\n#include \"app/cli/command.h\"\n");
  tree.write("build/dev/x.cpp", "#include \"nowhere.h\"\n");
  EXPECT_THAT(layeringProblems(tree.path()), IsEmpty());
}

}  // namespace
}  // namespace moe::test
