#include "app/report/run/json_tables.h"

#include <gtest/gtest.h>

namespace moe::report {
namespace {

TEST(JsonTables, WritesEveryListOfObjects) {
  const auto tables = tablesOf(R"({"a": 1, "rows": [{"x": 0.1, "name": "p, q"}, {"y": true}],
                                   "inner": {"list": [{"z": null}]}, "empty": [], "n": [1, 2]})");
  ASSERT_EQ(tables.size(), 2u);
  EXPECT_EQ(tables[0].name, "rows.csv");
  EXPECT_EQ(tables[0].content, "x,name,y\n0.1,\"p, q\",\n,,true\n");
  EXPECT_EQ(tables[1].name, "inner-list.csv");
  EXPECT_EQ(tables[1].content, "z\n\n");
}

TEST(JsonTables, SplitsIntervalsAndInnerObjects) {
  const auto tables = tablesOf(
      R"({"t": [{"v": 1.5, "ci95": [1, 2], "in": {"b": "x", "none": [null, null]}, "l": [1, 2, 3]}]})");
  ASSERT_EQ(tables.size(), 1u);
  EXPECT_EQ(tables[0].content,
            "v,ci95.low,ci95.high,in.b,in.none.low,in.none.high,l\n1.5,1,2,x,,,\"[1,2,3]\"\n");
}

TEST(JsonTables, KeepsEveryBitOfANumber) {
  const auto tables = tablesOf(R"({"t": [{"v": 0.30000000000000004}]})");
  ASSERT_EQ(tables.size(), 1u);
  EXPECT_EQ(tables[0].content, "v\n0.30000000000000004\n");
}

TEST(JsonTables, HasNoneForWhatIsNoDocument) {
  EXPECT_TRUE(tablesOf("[{\"a\": 1}]").empty());
  EXPECT_TRUE(tablesOf("{").empty());
}

}  // namespace
}  // namespace moe::report
