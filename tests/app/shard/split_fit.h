#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/support/run_command.h"
#include "tests/support/temporary_folder.h"

namespace moe::test {

using Words = std::vector<std::string>;

inline Words joined(Words words, const Words& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

/// Twenty runs about a known law, with an error of 0.3 % that is no random number of ours, in four
/// widths.
inline std::string splitRuns() {
  std::string table = "run_id,params,train_tokens,loss,width\n";
  for (int i = 0; i < 20; ++i) {
    const double params = 2e7 * std::pow(3.0, i % 4);
    const double tokens = 5e8 * std::pow(2.5, i / 4);
    const double law = 1.8 + 400 * std::pow(params, -0.34) + 2000 * std::pow(tokens, -0.37);
    table += fmt::format("r{},{},{},{},{}\n", i, params, tokens,
                         law * (1 + 0.003 * std::sin(37.0 * i)), 256 << (i % 4));
  }
  return table;
}

/// A command line in a folder of its own, as a whole and in shards.
class SplitQuestionFolder {
 public:
  const TemporaryFolder& folder() const { return folder_; }
  std::string path(const std::string& name) const { return (folder_.path() / name).string(); }

  /// What one process prints.
  std::string whole(const Words& words) const { return printed(joined(words, {"--no-timing"})); }

  /// Writes shard-1.json to shard-N.json and returns their names.
  Words shards(const Words& words, std::size_t count) const {
    Words files;
    for (std::size_t i = 1; i <= count; ++i) {
      files.push_back(path(fmt::format("shard-{}.json", i)));
      printed(joined(words, {"--shard", fmt::format("{}/{}", i, count), "--out", files.back()}));
    }
    return files;
  }

  std::string merged(const Words& files, const Words& more = {}) const {
    return printed(joined({"merge"}, joined(files, more)));
  }

 private:
  static std::string printed(const Words& words) {
    const Ended ended = runCommand(joined(words, {"--quiet"}));
    EXPECT_EQ(ended.code, 0) << ended.err;
    EXPECT_EQ(ended.err, "");
    return ended.out;
  }

  TemporaryFolder folder_;
};

/// A fit of these runs with other options.
inline Words splitFitWith(const SplitQuestionFolder& at, const Words& options) {
  return joined({"fit", at.folder().write("runs.csv", splitRuns()).string()}, options);
}

/// The fit of the tests: small, so that all of it runs quickly under the sanitizers.
inline Words splitFit(const SplitQuestionFolder& at, const Words& more = {}) {
  return splitFitWith(
      at, joined({"--law", "chinchilla", "--bootstrap", "25", "--study", "none"}, more));
}

}  // namespace moe::test
