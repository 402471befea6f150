#pragma once

#include <string>
#include <string_view>

namespace moe::report {

/// What is known of one thing: names on the left, values wrapped on the right.
class TextSheet {
 public:
  /// A line, or several when the value is long; none for an empty value.
  void add(std::string_view name, const std::string& value);
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

}  // namespace moe::report
