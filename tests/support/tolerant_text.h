#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "data/numbers.h"
#include "tests/support/golden.h"

namespace moe::test {

inline std::vector<std::string> linesOf(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

/// What stands between blanks; of a command line without quotes: its arguments.
inline std::vector<std::string> wordsOf(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream stream(line);
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

/// A figure of the text: "0.49", "1.87e8", "-0.29". None for words.
inline std::optional<double> figure(std::string word) {
  while (!word.empty() && std::string_view("(),;:%").find(word.back()) != std::string_view::npos)
    word.pop_back();
  while (!word.empty() && std::string_view("([+").find(word.front()) != std::string_view::npos)
    word.erase(0, 1);
  return parseNumber(word);
}

/// One unit in the last digit of a figure as it is written: 0.01 of "0.49", 1e7 of "1.87e9".
inline double lastDigit(const std::string& word) {
  const auto exponent = word.find('e');
  const auto point = word.find('.');
  const double scale = exponent == std::string::npos
                           ? 1
                           : std::pow(10, parseNumber(word.substr(exponent + 1)).value_or(0));
  if (point == std::string::npos) return scale;
  const auto end = word.find_first_not_of("0123456789", point + 1);
  const auto digits = (end == std::string::npos ? word.size() : end) - point - 1;
  return scale * std::pow(10, -static_cast<double>(digits));
}

/// The same words, and figures that agree to 3 %, to two units in their last digit or, for the
/// lower end of an interval, to 0.1 % of the upper one: resamples and cross-validation differ by
/// that much between processors with and without AVX-512, and under sanitizers.
inline bool sameLine(const std::string& a, const std::string& b) {
  const std::vector<std::string> left = wordsOf(a);
  const std::vector<std::string> right = wordsOf(b);
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (left[i] == right[i]) continue;
    const auto x = figure(left[i]);
    const auto y = figure(right[i]);
    if (!x || !y) return false;
    const bool interval = i + 2 < left.size() && left[i + 1] == "to";
    const double upper = interval ? figure(left[i + 2]).value_or(0) : 0;
    const double allowed =
        std::max({0.03 * std::abs(*x), 2.001 * lastDigit(left[i]), 0.001 * std::abs(upper)});
    if (std::abs(*x - *y) > allowed) return false;
  }
  return true;
}

/// Compares line by line by sameLine; `where` names the text that is expected.
inline void expectAlikeText(const std::string& text, const std::string& wanted,
                            const std::string& where) {
  const std::vector<std::string> expected = linesOf(wanted);
  const std::vector<std::string> found = linesOf(text);
  for (std::size_t i = 0; i < std::min(expected.size(), found.size()); ++i)
    EXPECT_TRUE(sameLine(expected[i], found[i]))
        << where << ":" << i + 1 << " says\n"
        << expected[i] << "\nthe program prints\n"
        << found[i] << "\nif that is meant, run once with MOEPLAN_UPDATE_GOLDEN=1";
  EXPECT_EQ(expected.size(), found.size()) << where;
}

/// The same with the lines of a file.
inline void expectAlikeFile(const std::string& text, const std::string& file) {
  if (updatesGolden()) return expectSameAsFile(text, file);
  expectAlikeText(text, fileText(file), file);
}

}  // namespace moe::test
