#include "data/logs/text/line_values.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "data/logs/text/text_number.h"

namespace moe {
namespace {

/// Text of a log inside a message: short, and UTF-8 even when the log is not.
std::string excerpt(std::string_view text) {
  constexpr std::size_t kLength = 40;
  const std::string_view part = text.substr(0, kLength);
  if (!isUtf8(part)) return "(not UTF-8)";
  return fmt::format("\"{}{}\"", part, text.size() > kLength ? "..." : "");
}

bool startsNumber(std::string_view text) {
  return !text.empty() && ((text.front() >= '0' && text.front() <= '9') || text.front() == '-' ||
                           text.front() == '+' || text.front() == '.');
}

}  // namespace

void LineValues::start(const TextLine& line) {
  line_ = line;
  values_.clear();
  left_out_.clear();
  refusal_.clear();
  unread_.clear();
}

/// A comma may have been the start of ",234".
bool LineValues::endsAtCut(std::string_view part) const {
  if (!line_.cut) return false;
  const char* stop = part.data() + part.size();
  const char* line_stop = line_.text.data() + line_.text.size();
  return stop == line_stop || (stop + 1 == line_stop && *stop == ',');
}

void LineValues::add(std::string_view name, std::string_view word) {
  if (endsAtCut(word) || endsAtCut(name)) {
    return leaveOut(fmt::format("the log ends inside the value of {}", excerpt(name)));
  }
  if (const auto number = wordNumber(word)) return addNumber(name, *number);
  const bool is_loss = isLossName(name);
  if (const auto measured = is_loss ? std::nullopt : numberWithUnit(word)) {
    return addNumber(name, *measured);
  }
  if (is_loss) {
    leaveOut(fmt::format("{} is {}, which is not a number", excerpt(name), excerpt(word)));
  }
  if (left_out_.size() < kMost) left_out_.push_back(name);
}

bool LineValues::isKnown(std::string_view name) const {
  const auto same = [name](const LogValue& value) { return value.name == name; };
  return std::any_of(values_.begin(), values_.end(), same) ||
         std::find(left_out_.begin(), left_out_.end(), name) != left_out_.end();
}

void LineValues::addNumber(std::string_view name, double value) {
  if (values_.size() == kMost) return refuse(fmt::format("more than {} values in a line", kMost));
  if (!isUtf8(name)) return refuse("a name that is not UTF-8");
  if (isKnown(name)) {
    return refuse(fmt::format("{} twice in a line: two messages ran into one", excerpt(name)));
  }
  values_.push_back({name, value});
}

void LineValues::refuse(std::string reason) {
  if (refusal_.empty()) refusal_ = std::move(reason);
}

void LineValues::leaveOut(std::string reason) {
  if (unread_.empty()) unread_ = std::move(reason);
}

bool LineValues::hasLoss() const {
  return std::any_of(values_.begin(), values_.end(),
                     [](const LogValue& value) { return isLossName(value.name); });
}

std::optional<double> LineValues::value(std::string_view name) const {
  for (const LogValue& known : values_) {
    if (known.name == name) return known.value;
  }
  return std::nullopt;
}

void LineValues::handOn(std::optional<double> step, TextOutput& output) const {
  if (refused()) {
    output.skip(line_.number, refusal_);
    return;
  }
  if (!unread_.empty()) output.skip(line_.number, unread_);
  output.record(values_, step, line_.number);
}

void addPairs(std::string_view text, char separator, LineValues& values) {
  constexpr std::string_view kBetween = " \t,";
  for (std::size_t at = text.find_first_not_of(kBetween); at < text.size();
       at = text.find_first_not_of(kBetween, at)) {
    std::size_t stop = at;
    while (stop < text.size() && text[stop] != ' ' && text[stop] != '\t') ++stop;
    std::string_view word = text.substr(at, stop - at);
    at = stop;
    if (word.ends_with(',')) word.remove_suffix(1);
    const std::size_t between = word.find(separator);
    if (between == 0 || between == std::string_view::npos) {
      return values.refuse(fmt::format("{} is no name with a value", excerpt(word)));
    }
    values.add(word.substr(0, between), word.substr(between + 1));
  }
}

void addBarPart(std::string_view part, LineValues& values) {
  part = stripped(part);
  if (part.empty()) return;
  if (part.back() == ')') part = stripped(part.substr(0, part.rfind('(')));
  if (startsNumber(part)) {
    const std::size_t blank = part.find(' ');
    if (blank == std::string_view::npos) {
      return values.refuse(fmt::format("{} is a number without a name", excerpt(part)));
    }
    return values.add(stripped(part.substr(blank)), part.substr(0, blank));
  }
  std::size_t between = part.rfind(':');
  if (between == std::string_view::npos) between = part.rfind(' ');
  if (between == std::string_view::npos) {
    return values.refuse(fmt::format("{} is no name with a value", excerpt(part)));
  }
  values.add(stripped(part.substr(0, between)), stripped(part.substr(between + 1)));
}

}  // namespace moe
