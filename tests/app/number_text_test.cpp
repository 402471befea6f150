#include "app/report/number_text.h"

#include <gtest/gtest.h>

#include <limits>
#include <locale>

namespace moe::report {
namespace {

// The expected texts follow from the conventions in the header: three significant digits.

TEST(CountText, NamesMillionsBillionsAndTrillions) {
  EXPECT_EQ(countText(1.27e9), "1.27 B");
  EXPECT_EQ(countText(338e9), "338 B");
  EXPECT_EQ(countText(5.4e12), "5.4 T");
  EXPECT_EQ(countText(81'395'712), "81.4 M");
}

TEST(CountText, WritesSmallCountsOut) {
  EXPECT_EQ(countText(0), "0");
  EXPECT_EQ(countText(8), "8");
  EXPECT_EQ(countText(9999), "9999");
  EXPECT_EQ(countText(12'345), "12300");
  EXPECT_EQ(countText(2.5), "2.5");
}

TEST(CountText, RoundsIntoTheNextName) {
  EXPECT_EQ(countText(999.7e3), "1 M");
  EXPECT_EQ(countText(999.7e6), "1 B");
  EXPECT_EQ(countText(999.4e6), "999 M");
}

TEST(CountText, KeepsTheSign) { EXPECT_EQ(countText(-1.27e9), "-1.27 B"); }

TEST(CountText, SaysWhatIsNoNumber) {
  EXPECT_EQ(countText(std::numeric_limits<double>::quiet_NaN()), "n/a");
  EXPECT_EQ(countText(std::numeric_limits<double>::infinity()), "inf");
}

TEST(PowerText, HasNoZerosAndNoPlus) {
  EXPECT_EQ(powerText(1e21), "1e21");
  EXPECT_EQ(powerText(5.7894e21), "5.79e21");
  EXPECT_EQ(powerText(5e21), "5e21");
  EXPECT_EQ(powerText(1.5e-7), "1.5e-7");
  EXPECT_EQ(powerText(0), "0");
}

TEST(PlainText, KeepsThreeDigits) {
  EXPECT_EQ(plainText(0.034812), "0.0348");
  EXPECT_EQ(plainText(2.1), "2.10");
  EXPECT_EQ(plainText(128), "128");
  EXPECT_EQ(plainText(0.9996), "1.00");
}

TEST(PlainText, TurnsToPowersWhereZerosWouldPile) {
  EXPECT_EQ(plainText(1.234e-6), "1.23e-6");
  EXPECT_EQ(plainText(1.234e6), "1.23e6");
}

TEST(UsdText, HasThreeDigitsAndTheUnit) {
  EXPECT_EQ(usdText(Usd(0.12)), "0.120 USD");
  EXPECT_EQ(usdText(Usd(12.345)), "12.3 USD");
  EXPECT_EQ(usdText(Usd(1234)), "1230 USD");
  EXPECT_EQ(usdText(Usd(1.27e6)), "1.27 M USD");
  EXPECT_EQ(moneyText(Usd(0)), "0");
}

TEST(DurationText, TakesTheUnitThatFits) {
  EXPECT_EQ(durationText(Seconds(8.5e-7)), "850 ns");
  EXPECT_EQ(durationText(Seconds(12.34e-6)), "12.3 us");
  EXPECT_EQ(durationText(Seconds(0.045)), "45 ms");
  EXPECT_EQ(durationText(Seconds(2.5)), "2.5 s");
  EXPECT_EQ(durationText(Seconds(720)), "12 min");
  EXPECT_EQ(durationText(Seconds(27000)), "7.5 h");
  EXPECT_EQ(durationText(Seconds(36 * 86400.0)), "36 days");
  EXPECT_EQ(durationText(Seconds(0)), "0 s");
}

TEST(BytesText, CountsInPowersOfThousand) {
  EXPECT_EQ(bytesText(Bytes(70272)), "70.3 kB");
  EXPECT_EQ(bytesText(gigabytes(15.7)), "15.7 GB");
  EXPECT_EQ(bytesText(gibibytes(1)), "1.07 GB");  // 2^30 = 1.0737e9
  EXPECT_EQ(bytesText(Bytes(0)), "0 B");
}

TEST(PercentText, HasTwoDigitsOrWholePercents) {
  EXPECT_EQ(percentText(0.42), "42 %");
  EXPECT_EQ(percentText(0.0421), "4.2 %");
  EXPECT_EQ(percentText(0.0042), "0.42 %");
  EXPECT_EQ(percentText(1.284), "128 %");
  EXPECT_EQ(percentText(-0.156), "-16 %");
  EXPECT_EQ(percentText(0), "0 %");
  EXPECT_EQ(percentText(0.0999), "10 %");
}

TEST(IntervalText, HasDecimalsThatFitItsWidth) {
  EXPECT_EQ(intervalText(0.3003, 0.25, 0.39), "0.30 [0.25, 0.39]");
  EXPECT_EQ(intervalText(2.3456, 2.3444, 2.3466), "2.3456 [2.3444, 2.3466]");
  EXPECT_EQ(intervalText(128, 90, 170), "128 [90, 170]");
}

TEST(IntervalText, OfNothingKnownSaysSo) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  EXPECT_EQ(intervalText(0.5, nan, nan), "0.500 [n/a, n/a]");
}

TEST(IntervalText, JoinsMadeTexts) {
  EXPECT_EQ(intervalText("1.27 B", "1.1 B", "1.43 B"), "1.27 B [1.1 B, 1.43 B]");
}

// A locale whose decimal sign is a comma, without needing one to be installed.
class CommaNumbers : public std::numpunct<char> {
  char do_decimal_point() const override { return ','; }
};

TEST(NumberText, IgnoresTheLocale) {
  const std::locale before = std::locale::global(std::locale(std::locale(), new CommaNumbers));
  EXPECT_EQ(plainText(2.5), "2.50");
  EXPECT_EQ(countText(1.27e9), "1.27 B");
  std::locale::global(before);
}

}  // namespace
}  // namespace moe::report
