#pragma once

#include <cstddef>

namespace moe {

/// Some of many items that do not depend on one another: first, first + 1, ... up to end, which is
/// no more among them.
struct IndexRange {
  std::size_t first = 0;
  std::size_t end = 0;

  std::size_t size() const { return end - first; }
  bool operator==(const IndexRange&) const = default;
};

/// One of `of` nearly equal shares of some work; `index` counts from 1.
struct Share {
  std::size_t index = 1;
  std::size_t of = 1;

  bool operator==(const Share&) const = default;
};

/// The items of a share. The shares of all indices follow one another, hold every item once, and
/// differ by one item at most; with more shares than items some are empty.
inline IndexRange rangeOf(const Share& share, std::size_t items) {
  const std::size_t each = items / share.of;
  const std::size_t longer = items % share.of;  // so many shares, the first ones, have one more
  const auto before = [&](std::size_t shares) {
    return shares * each + (shares < longer ? shares : longer);
  };
  return {before(share.index - 1), before(share.index)};
}

}  // namespace moe
