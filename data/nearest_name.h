#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace moe {

/// Fewest insertions, deletions and replacements of one byte that turn one text into the other
/// (Levenshtein's distance), capital and small ASCII letters taken as equal.
std::size_t editDistance(std::string_view a, std::string_view b);

/// Up to `count` of the candidates, the likeliest meant by `name` first: for "did you mean". A
/// candidate that contains the name, or is contained in it, ranks with half its distance. Ties keep
/// the order of the candidates. The nearest are returned however far they are.
std::vector<std::string> nearestNames(std::string_view name,
                                      std::span<const std::string> candidates, std::size_t count);

/// "did you mean a, b or c?" of the nearest names, or empty text without candidates.
std::string didYouMean(std::string_view name, std::span<const std::string> candidates,
                       std::size_t count = 3);

}  // namespace moe
