#pragma once

#include <optional>
#include <string_view>

namespace moe {

/// The number that a word of a log is, or none: "1.234E+00", "nan", "-inf", "41,943,040" (groups of
/// three digits only). No part of a word is ever read as a number.
std::optional<double> wordNumber(std::string_view word);

/// The same with a unit behind it: "12.3ms", "30.00%", "nanms", "30.12GiB(38.5%)". The unit is not
/// converted, except for counts: "29.94M" is 29 940 000 (K, M, B, T; G of counts too).
std::optional<double> numberWithUnit(std::string_view word);

/// A whole number from 0 to 2^53, as steps are: digits, thousands separated or not.
std::optional<double> wholeNumber(std::string_view word);

/// Text without blanks and tabs at its ends.
std::string_view stripped(std::string_view text);

}  // namespace moe
