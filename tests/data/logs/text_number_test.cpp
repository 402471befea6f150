#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>
#include <random>
#include <string>

#include "data/logs/text/text_number.h"

namespace moe {
namespace {

// Truth: strtod of the C library, which rounds correctly. Compared bit by bit.
TEST(WordNumber, IsTheNearestDoubleForEveryWayOfWritingIt) {
  std::mt19937_64 random(7);
  std::uniform_real_distribution<double> exponent(-30, 30);
  std::uniform_int_distribution<int> digits(0, 18);
  for (int i = 0; i < 20'000; ++i) {
    const double value = std::pow(10.0, exponent(random)) * (i % 2 == 0 ? 1 : -1);
    for (const std::string& word : {fmt::format("{:.{}f}", value, digits(random) % 9),
                                    fmt::format("{:.{}e}", value, digits(random)),
                                    fmt::format("{:.{}E}", value, 6), fmt::format("{}", value)}) {
      const auto number = wordNumber(word);
      ASSERT_TRUE(number) << word;
      ASSERT_EQ(*number, std::strtod(word.c_str(), nullptr)) << word;
    }
  }
}

struct WordCase {
  const char* word;
  double value;  ///< NaN here: no number
};

class PlainWord : public testing::TestWithParam<WordCase> {};

TEST_P(PlainWord, IsReadWholeOrNotAtAll) {
  const auto number = wordNumber(GetParam().word);
  EXPECT_EQ(number.has_value(), !std::isnan(GetParam().value));
  if (!std::isnan(GetParam().value)) {
    EXPECT_EQ(number, GetParam().value);
  }
}

const double kNone = std::nan("");
const WordCase kPlainWords[] = {{"0", 0},
                                {"-0.5", -0.5},
                                {"+3", 3},
                                {"1.23E+00", 1.23},
                                {"1e5", 1e5},
                                {"1e-05", 1e-5},
                                {"1E+3", 1e3},
                                {"-inf", -INFINITY},
                                {"inf", INFINITY},
                                {"41,943,040", 41943040},
                                {"1,234.5", 1234.5},
                                {"", kNone},
                                {"1e", kNone},
                                {"1.2.3", kNone},
                                {"2.", kNone},
                                {"1,23", kNone},
                                {"1,2345", kNone},
                                {"0,001", kNone},
                                {"1234,567", kNone},
                                {",5", kNone},
                                {"12ms", kNone},
                                {"0x10", kNone},
                                {"1_000", kNone},
                                {"--1", kNone},
                                {"+-1", kNone},
                                {"1e400", kNone},
                                {"3.2Running", kNone},
                                {"1.5e+", kNone},
                                {"3.2988train_time:5", kNone}};
INSTANTIATE_TEST_SUITE_P(Words, PlainWord, testing::ValuesIn(kPlainWords));

class MeasuredWord : public testing::TestWithParam<WordCase> {};

TEST_P(MeasuredWord, HasOneOfTheKnownUnits) {
  const auto number = numberWithUnit(GetParam().word);
  EXPECT_EQ(number.has_value(), !std::isnan(GetParam().value));
  if (!std::isnan(GetParam().value)) {
    EXPECT_EQ(number, GetParam().value);
  }
}

const WordCase kMeasuredWords[] = {
    {"12.30ms", 12.3},      {"30.00%", 30},     {"-100.00%", -100},
    {"29.94M", 29.94e6},    {"1.5K", 1500},     {"30.12GiB(38.5%)", 30.12},
    {"36.56TFLOPS", 36.56}, {"7B", 7e9},        {"12:30", kNone},
    {"3.2s:90", kNone},     {"3.2step", kNone}, {"fast", kNone},
    {"ms", kNone}};
INSTANTIATE_TEST_SUITE_P(Words, MeasuredWord, testing::ValuesIn(kMeasuredWords));

TEST(NumberWithUnit, ReadsNotANumberWithItsUnit) {
  const auto number = numberWithUnit("nanms");
  ASSERT_TRUE(number);
  EXPECT_TRUE(std::isnan(*number));
  EXPECT_FALSE(numberWithUnit("nanometres"));
  EXPECT_FALSE(wordNumber("nan(7)"));
}

TEST(WholeNumber, IsNeverRoundedOrGuessed) {
  EXPECT_EQ(wholeNumber("148693"), 148693.0);
  EXPECT_EQ(wholeNumber("148,693"), 148693.0);
  EXPECT_EQ(wholeNumber("9007199254740992"), 9007199254740992.0);
  for (const char* word : {"", "-1", "1.5", "1e3", "12a", "14,86", "9007199254740994"}) {
    EXPECT_FALSE(wholeNumber(word)) << word;
  }
}

}  // namespace
}  // namespace moe
