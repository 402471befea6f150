#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "data/logs/text/line_stream.h"
#include "tests/data/logs/recording_sink.h"

namespace moe {
namespace {

using test::RecordingSink;
using testing::ElementsAre;
using testing::IsEmpty;

struct ReadLines {
  std::vector<std::string> texts;
  std::vector<std::size_t> numbers;
  bool last_is_cut = false;
  RecordingSink sink;
  std::string error;
};

ReadLines linesOf(std::string_view text) {
  ReadLines result;
  ByteSource source = ByteSource::ofMemory(text, "run.log");
  LineStream lines(source, result.sink);
  TextLine line;
  while (lines.next(line)) {
    result.texts.emplace_back(line.text);
    result.numbers.push_back(line.number);
    result.last_is_cut = line.cut;
  }
  if (!lines.ending()) result.error = describe(lines.ending().error());
  return result;
}

TEST(LineStream, EndsLinesAtLineFeedsWithOrWithoutReturn) {
  const ReadLines lines = linesOf("one\r\ntwo\n\nfour\n");
  EXPECT_THAT(lines.texts, ElementsAre("one", "two", "", "four"));
  EXPECT_THAT(lines.numbers, ElementsAre(1, 2, 3, 4));
  EXPECT_FALSE(lines.last_is_cut);
}

TEST(LineStream, EndsALineAtABareReturnWithoutCountingIt) {
  const ReadLines lines = linesOf("  1%|\r  2%|step 5\nnext\n");
  EXPECT_THAT(lines.texts, ElementsAre("  1%|", "  2%|step 5", "next"));
  EXPECT_THAT(lines.numbers, ElementsAre(1, 1, 2));
}

TEST(LineStream, SaysThatTheLastLineHasNoEnd) {
  EXPECT_TRUE(linesOf("a\nb").last_is_cut);
  EXPECT_FALSE(linesOf("a\nb\n").last_is_cut);
  EXPECT_THAT(linesOf("").texts, IsEmpty());
}

TEST(LineStream, TakesTheByteOrderMarkAndColoursOut) {
  EXPECT_THAT(linesOf("\xef\xbb\xbfstep\n").texts, ElementsAre("step"));
  EXPECT_THAT(linesOf("\x1b[31mstep: 1\x1b[0m\x1b[K end\x1b\n").texts, ElementsAre("step: 1 end"));
  EXPECT_THAT(linesOf("half \x1b[3").texts, ElementsAre("half "));
}

TEST(LineStream, ListsLinesOfZeroBytesTogether) {
  const ReadLines lines = linesOf({"a\n\0b\n\0\nc\n\0d\n", 12});
  EXPECT_THAT(lines.texts, ElementsAre("a", "c"));
  EXPECT_THAT(lines.sink.skips,
              ElementsAre("2: lines 2 to 3 hold zero bytes", "5: the line holds zero bytes"));
}

TEST(LineStream, RefusesTextInUtf16) {
  EXPECT_EQ(linesOf({"\xff\xfes\0t\0", 6}).error, "run.log: is text in UTF-16; save it as UTF-8");
}

// Lines of all lengths from 0 to 3000 cross the ends of blocks at all places; what comes out is
// what went in.
TEST(LineStream, LosesNothingWhereBlocksMeet) {
  std::string text;
  std::vector<std::string> expected;
  for (std::size_t length = 0; length < 3000; ++length) {
    expected.emplace_back(length, static_cast<char>('a' + length % 26));
    text += expected.back();
    text += length % 3 == 0 ? "\r\n" : "\n";
  }
  EXPECT_EQ(linesOf(text).texts, expected);
}

TEST(LineStream, ReadsTheLongestLineAndListsALongerOne) {
  const std::string longest(LineStream::kLongestLine, 'x');
  const ReadLines lines = linesOf(longest + "\n" + longest + "y\nlast\n");
  ASSERT_EQ(lines.texts.size(), 2U);
  EXPECT_EQ(lines.texts[0], longest);
  EXPECT_EQ(lines.texts[1], "last");
  EXPECT_THAT(lines.numbers, ElementsAre(1, 3));
  EXPECT_THAT(lines.sink.skips,
              ElementsAre("2: a line of 1048577 bytes; at most 1048576 are read"));
}

TEST(LineStream, ListsALongLineThatTheLogEndsIn) {
  const ReadLines lines = linesOf("a\n" + std::string(5'000'000, 'x'));
  EXPECT_THAT(lines.texts, ElementsAre("a"));
  EXPECT_THAT(lines.sink.skips,
              ElementsAre("2: a line of 5000000 bytes; at most 1048576 are read"));
}

}  // namespace
}  // namespace moe
