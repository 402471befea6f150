#include "data/kernels/kernel_table.h"

#include <gtest/gtest.h>

#include <cmath>

namespace moe {
namespace {

// The keys of the tables of routed experts, shortened: words first, then numbers.
const std::vector<std::string> kKeys{"dtype", "skew", "n"};

Result<KernelTable> parsed(const std::string& text) {
  return parseKernelTable(text, "own.csv", kKeys, 2);
}

TEST(KernelTable, ReadsShapesAxisAndSecondsFromMicroseconds) {
  const auto table = parsed(
      "# microseconds of one call\n"
      "dtype,skew,n,1,2,1e3\n"
      "\n"
      "bf16,0,4096,9.5,,12\n"
      "fp8, 1.2 ,512,3\n");
  ASSERT_TRUE(table) << describe(table.error());
  EXPECT_EQ(table->axis, (std::vector<double>{1, 2, 1000}));
  ASSERT_EQ(table->rows.size(), 2u);
  EXPECT_EQ(table->rows[0].shape[0], "bf16");
  EXPECT_EQ(table->number(table->rows[0], 2), 4096);
  EXPECT_DOUBLE_EQ(table->rows[0].seconds[0], 9.5e-6);
  EXPECT_TRUE(std::isnan(table->rows[0].seconds[1]));  // the empty cell was not measured
  EXPECT_DOUBLE_EQ(table->rows[0].seconds[2], 12e-6);
  EXPECT_EQ(table->number(table->rows[1], 1), 1.2);
  EXPECT_TRUE(std::isnan(table->rows[1].seconds[2]));  // a short row ends early
  EXPECT_EQ(table->rows[1].line, 5u);
}

// The text moves with the table; shapes must still point into it.
TEST(KernelTable, KeepsItsTextWhenItIsCopied) {
  KernelTable copy;
  {
    const auto table = parsed("dtype,skew,n,1\nbf16,0,4096,9.5\n");
    ASSERT_TRUE(table);
    copy = *table;
  }
  EXPECT_EQ(copy.rows[0].shape[0], "bf16");
  EXPECT_EQ(copy.number(copy.rows[0], 2), 4096);
}

TEST(KernelTable, ReadsLineEndsOfWindows) {
  const auto table = parsed("dtype,skew,n,1,2\r\nbf16,0,4096,9.5,9.75\r\n");
  ASSERT_TRUE(table) << describe(table.error());
  EXPECT_DOUBLE_EQ(table->rows[0].seconds[1], 9.75e-6);
}

struct Fault {
  const char* name;
  const char* text;
  const char* message;
};

void PrintTo(const Fault& fault, std::ostream* out) { *out << fault.name; }

class BrokenKernelTable : public testing::TestWithParam<Fault> {};

TEST_P(BrokenKernelTable, IsRefusedWithPlaceValueAndCause) {
  const auto table = parsed(GetParam().text);
  ASSERT_FALSE(table.has_value());
  EXPECT_EQ(table.error().kind, ErrorKind::kInput);
  EXPECT_EQ(describe(table.error()), GetParam().message);
}

constexpr Fault kFaults[] = {
    {"Empty", "", "own.csv: holds no table"},
    {"RemarksOnly", "# microseconds\n\n", "own.csv: holds no table"},
    {"NoRows", "dtype,skew,n,1,2\n", "own.csv: holds no rows"},
    {"WrongHeader", "dtype,skew,k,1,2\nbf16,0,64,1,1\n",
     "own.csv:1: the header must begin with dtype,skew,n and go on with the values of the axis"},
    {"NoAxis", "# remark\ndtype,skew,n\nbf16,0,64\n",
     "own.csv:2: the header must begin with dtype,skew,n and go on with the values of the axis"},
    {"AxisFalls", "dtype,skew,n,1,4,2\nbf16,0,64,1,1,1\n",
     "own.csv:1: the axis must rise from above 0; '2' does not"},
    {"AxisStands", "dtype,skew,n,1,1\nbf16,0,64,1,1\n",
     "own.csv:1: the axis must rise from above 0; '1' does not"},
    {"AxisFromZero", "dtype,skew,n,0,1\nbf16,0,64,1,1\n",
     "own.csv:1: the axis must rise from above 0; '0' does not"},
    {"AxisOfText", "dtype,skew,n,1,two\nbf16,0,64,1,1\n",
     "own.csv:1: the axis must rise from above 0; 'two' does not"},
    {"AxisInfinite", "dtype,skew,n,1,inf\nbf16,0,64,1,1\n",
     "own.csv:1: the axis must rise from above 0; 'inf' does not"},
    {"LongRow", "dtype,skew,n,1,2\nbf16,0,64,1,1,1\n", "own.csv:2: has 6 cells; the header has 5"},
    {"RowWithoutShape", "dtype,skew,n,1,2\nbf16,0\n", "own.csv:2: has 2 cells; the header has 5"},
    {"SizeOfText", "dtype,skew,n,1,2\nbf16,0,wide,1,1\n",
     "own.csv:2: n is 'wide'; it must be a positive number"},
    {"NoSize", "dtype,skew,n,1,2\nbf16,0,,1,1\n",
     "own.csv:2: n is ''; it must be a positive number"},
    {"NegativeSize", "dtype,skew,n,1,2\nbf16,0,-64,1,1\n",
     "own.csv:2: n is '-64'; it must be a positive number"},
    {"SizeZero", "dtype,skew,n,1,2\nbf16,0,0,1,1\n",
     "own.csv:2: n is '0'; it must be a positive number"},
    {"SizeInfinite", "dtype,skew,n,1,2\nbf16,0,inf,1,1\n",
     "own.csv:2: n is 'inf'; it must be a positive number"},
    {"NegativeSkew", "dtype,skew,n,1,2\nbf16,-1,64,1,1\n",
     "own.csv:2: skew is '-1'; it must be 0 or a positive number"},
    {"NegativeTime", "dtype,skew,n,1,2\nbf16,0,64,1,-1\n",
     "own.csv:2: a time is '-1'; it must be a positive number of microseconds"},
    {"TimeZero", "dtype,skew,n,1,2\nbf16,0,64,0,1\n",
     "own.csv:2: a time is '0'; it must be a positive number of microseconds"},
    {"TimeOfText", "dtype,skew,n,1,2\nbf16,0,64,1,1ms\n",
     "own.csv:2: a time is '1ms'; it must be a positive number of microseconds"},
    {"TimeNotANumber", "dtype,skew,n,1,2\nbf16,0,64,1,nan\n",
     "own.csv:2: a time is 'nan'; it must be a positive number of microseconds"},
    {"NoTimeAtAll", "dtype,skew,n,1,2\nbf16,0,64,,\n", "own.csv:2: holds no time"},
    {"ShapeTwice", "dtype,skew,n,1\nbf16,0,64,1\nfp8,0,64,1\nbf16,0,64,2\n",
     "own.csv:4: this shape stands in an earlier line too"},
    {"ShapeTwiceWrittenOtherwise", "dtype,skew,n,1\nbf16,0,64,1\nbf16, 0,64.0,2\n",
     "own.csv:3: this shape stands in an earlier line too"},
};
INSTANTIATE_TEST_SUITE_P(Faults, BrokenKernelTable, testing::ValuesIn(kFaults),
                         [](const auto& fault) { return std::string(fault.param.name); });

}  // namespace
}  // namespace moe
