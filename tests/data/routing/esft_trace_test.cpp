#include "data/routing/esft_trace.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/data/routing/routing_text.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using test::sequenceLine;
using test::TemporaryFolder;
using testing::ElementsAre;
using testing::ElementsAreArray;

/// Two sequences, of two tokens and of one, with two of eight experts each.
const std::string kTwoSequences =
    sequenceLine({0, 7, 3, 1}, {0.25, 0.5, 0.0411, 0.3}) + sequenceLine({5, 6}, {0.125, 0.0});

Result<RoutingTrace> readLayers(const std::string& first, const std::string& second,
                                std::size_t top_k = 2) {
  const TemporaryFolder folder;
  folder.write("expert_weights_1.txt", first);
  folder.write("expert_weights_10.txt", second);
  return readEsftTrace(folder.path(), top_k, 8, 1);
}

/// The message from the file's name on, when the second layer is this text.
std::string traceProblem(const std::string& second) {
  const auto trace = readLayers(kTwoSequences, second);
  if (trace) return "no problem";
  EXPECT_EQ(trace.error().kind, ErrorKind::kInput);
  const std::string text = describe(trace.error());
  return text.substr(text.find("expert_weights"));
}

TEST(EsftTrace, IsReadInTheOrderOfLayersAndTokens) {
  const auto trace = readLayers(kTwoSequences, sequenceLine({1, 2, 3, 4}, {0.1, 0.2, 0.3, 0.4}) +
                                                   sequenceLine({4, 5}, {1e-05, 0.25}));
  ASSERT_TRUE(trace) << describe(trace.error());
  EXPECT_EQ(trace->layers, 2u);
  EXPECT_EQ(trace->tokens, 3u);
  EXPECT_EQ(trace->top_k, 2u);
  EXPECT_EQ(trace->experts, 8u);
  EXPECT_THAT(trace->layer_numbers, ElementsAre(1, 10));
  EXPECT_THAT(trace->sequence_tokens, ElementsAre(2, 1));
  EXPECT_THAT(trace->chosen(0, 0, 3), ElementsAre(0, 7, 3, 1, 5, 6));
  EXPECT_THAT(trace->chosen(1, 2), ElementsAre(4, 5));
  // Gates are the very doubles of the text.
  EXPECT_THAT(trace->gates, ElementsAreArray({0.25, 0.5, 0.0411, 0.3, 0.125, 0.0, 0.1, 0.2, 0.3,
                                              0.4, 1e-05, 0.25}));
}

TEST(EsftTrace, JoinsWhatSeveralRanksWrote) {
  const TemporaryFolder folder;
  folder.write("rank_10/expert_weights_1.txt", sequenceLine({2}, {0.3}));
  folder.write("rank_2/expert_weights_1.txt", sequenceLine({1}, {0.2}));
  folder.write("rank_2/notes.txt", "not a layer");
  EXPECT_TRUE(holdsEsftTrace(folder.path()));
  const auto trace = readEsftTrace(folder.path(), 1, 8);
  ASSERT_TRUE(trace) << describe(trace.error());
  EXPECT_THAT(trace->ids, ElementsAre(1, 2));
}

TEST(EsftTrace, DoesNotDependOnTheNumberOfThreads) {
  const TemporaryFolder folder;
  for (int layer = 1; layer <= 9; ++layer)
    folder.write(fmt::format("expert_weights_{}.txt", layer),
                 sequenceLine({layer % 8, (layer + 3) % 8}, {0.5, 0.25}));
  const auto one = readEsftTrace(folder.path(), 2, 8, 1);
  const auto many = readEsftTrace(folder.path(), 2, 8, 4);
  ASSERT_TRUE(one && many);
  EXPECT_EQ(one->ids, many->ids);
  EXPECT_EQ(one->gates, many->gates);
}

TEST(EsftTrace, TakesLinesWithCarriageReturnsAndWithoutALastLineEnd) {
  const std::string text = "0\t1\t\t0.5\t0.25\r\n2\t3\t\t0.5\t0.25";
  const auto trace = readLayers(text, text);
  ASSERT_TRUE(trace) << describe(trace.error());
  EXPECT_THAT(trace->sequence_tokens, ElementsAre(1, 1));
}

struct FaultyTrace {
  std::string second;
  std::string message;
};

// One fault a row; the first layer is sound.
TEST(EsftTrace, RefusesFaultsWithFileLineTokenAndCause) {
  const std::string gates = "\t\t0.1\t0.1\t0.1\t0.1\n";
  const FaultyTrace rows[] = {
      {"0\t1\t2\t8" + gates,
       "expert_weights_10.txt:1: expert 8 does not exist; the experts are 0 to 7"},
      {"0\t1\t2\t123456789012345678901" + gates,
       "expert_weights_10.txt:1: expert 123456789012345678901 does not exist; the experts are 0 to "
       "7"},
      {"0\t1\t2\t-3" + gates,
       "expert_weights_10.txt:1: \"-3\" is no expert; whole numbers between tabs are needed"},
      {"0\t1\t2\t2" + gates,
       "expert_weights_10.txt:1: token 2 names expert 2 twice (tokens of 2 experts are read)"},
      {"0\t1\t2\t3\n", "expert_weights_10.txt:1: has experts but no gates; the line is cut off"},
      {"0\t1\t2\t", "expert_weights_10.txt:1: has experts but no gates; the line is cut off"},
      {"0\t1\t2\t3\t\t0.1\t0.1\t0.1",
       "expert_weights_10.txt:1: has 4 experts and 3 gates; is the line cut off?"},
      {"0\t1\t2\t3\t\t0.1\t0.1\t0.1\tx\n",
       "expert_weights_10.txt:1: gate 4 is \"x\"; a number from 0 to 1 is needed"},
      {"0\t1\t2\t3\t\t0.1\t0.1\t0.1\t-0.1\n",
       "expert_weights_10.txt:1: gate 4 is \"-0.1\"; a number from 0 to 1 is needed"},
      {"0\t1\t2\t3\t\t0.1\t0.1\t0.1\tnan\n",
       "expert_weights_10.txt:1: gate 4 is \"nan\"; a number from 0 to 1 is needed"},
      {"0\t1\t2\t3\t\t0.1\t0.1\t0.9\t0.2\n",
       "expert_weights_10.txt:1: the gates of token 2 add up to 1.1; at most 1 is possible. Scaled "
       "gates must be divided by their factor, or left out"},
      {"0\t1\t2\t3" + gates,
       "expert_weights_10.txt: layer 10 has 2 tokens in 1 sequences, layer 1 has 3 tokens in 2 "
       "sequences, or other lengths; is the file cut off?"},
      {"0 1 2 3" + gates,
       "expert_weights_10.txt:1: \"0 1 2 3\" is no expert; whole numbers between tabs are needed"},
  };
  for (const FaultyTrace& row : rows)
    EXPECT_EQ(traceProblem(row.second), row.message) << row.second;
}

// A trace of two experts a token read as one of three or four: no whole number of tokens, or an
// expert twice in what is taken for a token.
TEST(EsftTrace, RefusesAWrongNumberOfExpertsPerToken) {
  const std::string text = sequenceLine({0, 1, 1, 2}, {0.1, 0.1, 0.1, 0.1});
  const auto three = readLayers(text, text, 3);
  ASSERT_FALSE(three);
  EXPECT_EQ(three.error().message, "has 4 experts, no whole number of tokens with 3 each");
  const auto four = readLayers(text, text, 4);
  ASSERT_FALSE(four);
  EXPECT_EQ(four.error().message, "token 1 names expert 1 twice (tokens of 4 experts are read)");
}

TEST(EsftTrace, RefusesAnEmptyLayerAndAFolderWithoutLayers) {
  EXPECT_EQ(traceProblem("\n \n"), "expert_weights_10.txt: the file is empty");
  const TemporaryFolder folder;
  EXPECT_FALSE(holdsEsftTrace(folder.path()));
  EXPECT_FALSE(readEsftTrace(folder.path(), 2, 8));
}

}  // namespace
}  // namespace moe
