#include "data/catalog/published_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>

namespace moe {
namespace {

const std::string kFigureHeader =
    "system,quantity,published,unit,rounded_to,match_kind,tolerance_percent,derivation,arguments,"
    "convention,source,note\n";

TEST(PublishedTable, ReadsAFigure) {
  const auto figures = parsePublishedFigures(
      kFigureHeader + "S,total,2.40,B,,tolerance,1.5,total-params,model=M; experts = 8,c,book,n\n",
      "own.csv");
  ASSERT_TRUE(figures) << describe(figures.error());
  ASSERT_EQ(figures->size(), 1u);
  const PublishedFigure& figure = figures->front();
  EXPECT_EQ(figure.published, "2.40");
  EXPECT_EQ(publishedValue(figure), 2.4);
  EXPECT_DOUBLE_EQ(figure.rounded_to, 0.01);
  EXPECT_EQ(figure.kind, MatchKind::kTolerance);
  EXPECT_EQ(figure.tolerance_percent, 1.5);
  ASSERT_EQ(figure.arguments.size(), 2u);
  EXPECT_EQ(figure.arguments[1], (std::pair<std::string, std::string>{"experts", "8"}));
  EXPECT_EQ(figure.where, "own.csv:2");
}

TEST(PublishedTable, TakesTheCoarserRoundingThatTheRowNames) {
  const auto figures = parsePublishedFigures(
      kFigureHeader + "S,q,780,M,10,exact,,,,,b,\nS,q,780,M,,exact,,,,,b,\n", "own.csv");
  ASSERT_TRUE(figures);
  EXPECT_EQ(figures->at(0).rounded_to, 10);
  EXPECT_EQ(figures->at(1).rounded_to, 1);
}

TEST(PublishedTable, NamesFileLineColumnAndValueOfWhatIsWrong) {
  const struct {
    std::string row, message;
  } rows[] = {
      {"S,q,about 3,B,,exact,,,,,b,", "published is 'about 3', which is no number"},
      {"S,q,3,B,,true,,,,,b,", "match_kind is 'true', which is no kind of match"},
      {"S,q,3,B,,exact,2,,,,b,",
       "tolerance_percent belongs to the kind tolerance, and to no other"},
      {"S,q,3,B,,tolerance,,,,,b,",
       "tolerance_percent belongs to the kind tolerance, and to no other"},
      {"S,q,3,B,-1,exact,,,,,b,", "rounded_to is '-1'; it must be a number above 0"},
      {"S,q,3,B,,exact,,d,model,,b,", "arguments has 'model'; NAME=VALUE is expected"},
      {"S,q,3,B,,exact,,,,,,", "source is empty"},
      {",q,3,B,,exact,,,,,b,", "system is empty"},
  };
  for (const auto& [row, message] : rows) {
    const auto figures = parsePublishedFigures(kFigureHeader + row + "\n", "own.csv");
    ASSERT_FALSE(figures) << row;
    EXPECT_EQ(describe(figures.error()), "own.csv:2: " + message);
  }
  EXPECT_THAT(describe(parsePublishedFigures("system\nS\n", "own.csv").error()),
              testing::StartsWith("own.csv: has no column 'quantity'; the columns are system; "));
}

TEST(PublishedTable, ThatShipsHasEveryKindAndNoRowTwice) {
  std::set<std::string> rows;
  std::set<MatchKind> kinds;
  for (const PublishedFigure& figure : shippedPublishedFigures()) {
    EXPECT_TRUE(rows.insert(figure.system + figure.quantity + figure.source).second)
        << figure.where;
    kinds.insert(figure.kind);
    if (figure.kind == MatchKind::kInferred) {
      EXPECT_NE(figure.convention, "") << figure.where;
    }
    if (figure.kind == MatchKind::kExact) {
      EXPECT_NE(figure.derivation, "") << figure.where;
    }
  }
  EXPECT_GE(rows.size(), 160u);
  EXPECT_EQ(kinds.size(), 8u);
}

}  // namespace
}  // namespace moe
