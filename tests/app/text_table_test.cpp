#include "app/report/text_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

namespace moe::report {
namespace {

TextTable smallTable() {
  return {.title = "Plans",
          .columns = {{"experts", "", Align::kRight},
                      {"loss", "nats", Align::kRight},
                      {"limited by", "", Align::kLeft}},
          .rows = {{"4", "2.345", "memory"}, {"16", "2.3", "KV cache"}},
          .footnotes = {"Losses are predicted."}};
}

int longestLine(const std::string& text) {
  std::istringstream lines(text);
  int longest = 0;
  for (std::string line; std::getline(lines, line);) {
    longest = std::max(longest, displayWidth(line));
  }
  return longest;
}

TEST(TextTable, AlignsColumnsUnderHeadingsWithUnits) {
  EXPECT_EQ(tableText(smallTable()),
            "Plans\n"
            "experts   loss  limited by\n"
            "          nats\n"
            "--------------------------\n"
            "      4  2.345  memory\n"
            "     16    2.3  KV cache\n"
            "Losses are predicted.\n");
}

TEST(TextTable, WrapsHeadingsOnlyToFit) {
  EXPECT_EQ(tableText(smallTable(), 25),
            "Plans\n"
            "                limited\n"
            "experts   loss  by\n"
            "          nats\n"
            "-------------------------\n"
            "      4  2.345  memory\n"
            "     16    2.3  KV cache\n"
            "Losses are predicted.\n");
}

TEST(TextTable, WrapsTextColumnsToFit) {
  TextTable table = smallTable();
  table.rows[0][2] = "memory and then the link between the devices";
  const std::string text = tableText(table, 40);
  EXPECT_LE(longestLine(text), 40);
  EXPECT_THAT(text, testing::HasSubstr("\n                between the devices\n"));
}

TEST(TextTable, ContinuesInBlocksThatRepeatTheFirstColumn) {
  TextTable table{.columns = {{"experts"}, {"loss"}, {"tokens"}, {"devices"}},
                  .rows = {{"4", "2.34567", "338 B", "2"}}};
  const std::string text = tableText(table, 16);
  EXPECT_LE(longestLine(text), 16);
  EXPECT_EQ(text,
            "experts     loss\n"
            "----------------\n"
            "      4  2.34567\n"
            "\n"
            "experts  tokens\n"
            "---------------\n"
            "      4   338 B\n"
            "\n"
            "experts  devices\n"
            "----------------\n"
            "      4        2\n");
}

TEST(TextTable, CountsCharactersNotBytes) {
  EXPECT_EQ(displayWidth("\xC2\xB1"
                         "2"),
            2);  // the plus-minus sign takes two bytes
  EXPECT_EQ(displayWidth(""), 0);
}

TEST(TextTable, WithoutRowsKeepsItsHeadings) {
  TextTable table{.columns = {{"experts"}}};
  EXPECT_EQ(tableText(table), "experts\n-------\n");
}

TEST(TextTable, RefusesARowOfAnotherLength) {
  TextTable table{.columns = {{"experts"}, {"loss"}}, .rows = {{"4"}}};
  EXPECT_THROW(tableText(table), std::logic_error);
}

TEST(WrappedText, BreaksBetweenWordsAndIndents) {
  EXPECT_EQ(wrappedText("one two three four", 9, 2), "one two\n  three\n  four\n");
  EXPECT_EQ(wrappedText("", 9), "");
}

TEST(WrappedText, KeepsALongWordWhole) {
  EXPECT_EQ(wrappedText("a incomprehensible b", 5), "a\nincomprehensible\nb\n");
}

}  // namespace
}  // namespace moe::report
