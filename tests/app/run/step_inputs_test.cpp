#include "app/workflows/run/step_inputs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using test::TemporaryFolder;
using testing::ElementsAre;
using testing::IsEmpty;

/// The files of the first step of a project in the folder, relative to it.
std::vector<std::string> filesOfFirstStep(const TemporaryFolder& folder, const std::string& text) {
  const auto project = parseProject(text, (folder.path() / "p.toml").string());
  if (!project) throw std::runtime_error(describe(project.error()));
  std::vector<std::string> files;
  for (const std::string& file : filesOfStep(*project, project->steps.at(0)))
    files.push_back(std::filesystem::path(file).lexically_relative(folder.path()).generic_string());
  return files;
}

TEST(FilesOfStep, HoldTheMachineThatTrains) {
  const TemporaryFolder folder;
  folder.write("mine.toml", "");
  for (const char* mode : {"min-cost", "lifetime"})
    EXPECT_THAT(filesOfFirstStep(folder, "[plan.a]\nmode = \"" + std::string(mode) +
                                             "\"\ntraining_hardware = \"mine.toml\"\n"),
                ElementsAre("mine.toml"))
        << mode;
}

TEST(FilesOfStep, HoldEveryFileOfRouting) {
  const TemporaryFolder folder;
  folder.write("law/summary.json", "{}");
  folder.write("law/expert/expert_weights_1.txt", "");
  folder.write("law.ids.u8", "");
  const auto files = [&](const std::string& routing) {
    return filesOfFirstStep(folder, "[cost.a]\nrouter_skew = \"" + routing + "\"\n");
  };
  EXPECT_THAT(files("law"), ElementsAre("law/expert/expert_weights_1.txt", "law/summary.json"));
  EXPECT_THAT(files("law.ids.u8"), ElementsAre("law.ids.u8"));
  EXPECT_THAT(files("gone"), ElementsAre("gone"));
  EXPECT_THAT(files("even"), IsEmpty());
  EXPECT_THAT(files("power-law:0.8"), IsEmpty());
}

}  // namespace
}  // namespace moe
