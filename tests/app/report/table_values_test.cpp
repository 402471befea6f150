#include "app/report/table_values.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "app/report/table_cells.h"

namespace moe::report {
namespace {

constexpr double kThird = 1.0 / 3;  // its shortest text that reads back is 0.3333333333333333

TEST(TableValues, KeepEveryBitOfWhatPeopleReadRounded) {
  const TextTable table{
      "", {{"Part", "", Align::kLeft}, {"Time"}}, {{"attention", durationCell(Seconds(kThird))}}};
  EXPECT_EQ(table.rows[0][1].text, "333 ms");
  EXPECT_EQ(tableCsv(table), "Part,Time (s)\r\nattention,0.3333333333333333\r\n");
}

TEST(TableValues, PutIntervalsIntoColumnsOfTheirOwn) {
  TextTable table{"", {{"N", "parameters"}}, {}};
  table.rows.push_back({withSpan(countCell(1.25e9), Range{1e9, 1.5e9})});
  table.rows.push_back({countCell(2e9)});
  EXPECT_EQ(tableCsv(table),
            "N (parameters),N low (parameters),N high (parameters)\r\n"
            "1250000000,1000000000,1500000000\r\n2000000000,,\r\n");
}

TEST(TableValues, OfIntervalsAloneHaveNoOtherColumn) {
  const TextTable table{
      "", {{"95 % interval", "nats"}}, {{spanCell("1.5 to 2.5", Range{1.5, 2.5})}, {kNothing}}};
  EXPECT_EQ(tableCsv(table),
            "95 % interval low (nats),95 % interval high (nats)\r\n1.5,2.5\r\n,\r\n");
}

TEST(TableValues, NameTheUnitOfEachRowWhereItDiffers) {
  const TextTable table{
      "", {{"Amount"}}, {{bytesCell(Bytes(1500))}, {durationCell(Seconds(2))}, {"fits nowhere"}}};
  EXPECT_EQ(tableCsv(table), "Amount,Amount unit\r\n1500,bytes\r\n2,s\r\nfits nowhere,\r\n");
}

TEST(TableValues, TakeSeveralFiguresOfOneTextApart) {
  TableCell cell("81 M, 12 %", {namedFigure("N", 8.1e7, "parameters")});
  cell.numbers.push_back(namedFigure("saving", 12.25, "%"));
  const TextTable table{"", {{"E = 8", "N, saving"}}, {{cell}, {kNothing}}};
  EXPECT_EQ(tableCsv(table), "E = 8 N (parameters),E = 8 saving (%)\r\n81000000,12.25\r\n,\r\n");
}

TEST(TableValues, KeepTheTextsOfAColumnOfText) {
  const TextTable table{"",
                        {{"Configuration", "", Align::kLeft}},
                        {{TableCell("base", {namedFigure("best in draws", 40, "%")})}}};
  EXPECT_EQ(tableCsv(table), "Configuration,Configuration best in draws (%)\r\nbase,40\r\n");
}

TEST(TableValues, AreNothingForWhatIsNotFinite) {
  const double never = std::numeric_limits<double>::infinity();
  const TextTable table{"", {{"Loss", "nats"}}, {{withSpan(lossCell(never), Range{1, never})}}};
  EXPECT_EQ(tableCsv(table), "Loss (nats),Loss low (nats),Loss high (nats)\r\n,1,\r\n");
}

TEST(TableValues, QuoteTextsAndJoinTheirLines) {
  EXPECT_EQ(tableCsv({"", {{"Model"}, {"Price", "USD"}}, {{"a, \"b\"", "1\n[0; 2]"}}, {}}),
            "Model,Price (USD)\r\n\"a, \"\"b\"\"\",1 [0; 2]\r\n");
}

}  // namespace
}  // namespace moe::report
