#include "data/logs/reading.h"

#include <fmt/format.h>

namespace moe {

void Reading::skip(LogSkip skip) {
  if (first_skip_.empty()) first_skip_ = fmt::format("{}: {}", skip.place, skip.reason);
  sink_.skip(std::move(skip));
}

Result<void> Reading::finish(std::size_t place, std::string_view nothing) {
  const std::string& path = source_.path();
  if (stopped()) return fail(ErrorKind::kCancelled, path, "stopped");
  const bool empty = records_ == 0 && settings_ == 0;
  if (empty && window.problem()) return tl::unexpected(*window.problem());
  if (window.problem()) skip({place, window.problem()->message});
  if (source_.cutOff()) {
    skip({place, fmt::format("the {} data is cut off here", source_.compression())});
  }
  if (!empty) return {};
  return fail(ErrorKind::kInput, path,
              first_skip_.empty() ? std::string(nothing)
                                  : fmt::format("{} (first, at {})", nothing, first_skip_));
}

}  // namespace moe
