#pragma once

#include <string>

#include "data/units.h"

namespace moe::report {

// Numbers for people, the same in every report and in every locale. Three significant digits are
// kept unless a line says otherwise. What is not a number reads "n/a".

/// A count of parameters or tokens: "512", "81.4 M", "1.27 B", "5.4 T"; M 1e6, B 1e9, T 1e12.
/// Zeros at the end are dropped; counts below 10000 are written out.
std::string countText(double count);

/// FLOP, or anything else that spans many decades: "1e21", "5.79e21".
std::string powerText(double value);

/// A plain number: "0.0348", "2.10", "128"; as powerText below 1e-4 and from 1e6 on.
std::string plainText(double value, int digits = 3);

/// A number with a fixed count of decimals.
std::string decimalText(double value, int decimals);

/// A loss: "2.127"; with the fourth decimal where fits and predictions are compared.
std::string lossText(double loss);
std::string fineLossText(double loss);

/// A share as a percentage with one decimal, the unit left to the heading: "11.4".
std::string percentFigure(double share);

/// US dollars: "0.120 USD", "12.3 USD", "1.27 M USD". `moneyText` leaves the unit to the heading.
std::string usdText(Usd amount);
std::string moneyText(Usd amount);

/// "850 ns", "12.3 us", "45 ms", "2.5 s", "12 min", "7.5 h", "36 days".
std::string durationText(Seconds duration);

/// Powers of 1000, named: "70.3 kB", "15.7 GB", "1.2 TB".
std::string bytesText(Bytes size);

/// A share from 0 to 1 as "42 %", "4.2 %", "0.42 %"; as powerText below 0.00005 %.
std::string percentText(double share);

/// "0.30 [0.25, 0.39]": as many decimals as show two digits of the interval's width.
std::string intervalText(double value, double low, double high);

/// "1.27 B [1.10 B, 1.43 B]", from texts that are made already.
std::string intervalText(const std::string& value, const std::string& low, const std::string& high);

}  // namespace moe::report
