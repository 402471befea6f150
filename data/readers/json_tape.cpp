#include "data/readers/json_tape.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "data/numbers.h"

namespace moe {
namespace {

constexpr std::size_t kDeepest = 64;

/// The line of what was read last, and whether that was the newline that ends the line before.
struct LineCounter {
  std::size_t line = 1;
  bool after_newline = false;
};

/// Walks over a text and counts the lines on the way.
struct LineCountingIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  const char* at = nullptr;
  LineCounter* counter = nullptr;

  reference operator*() const { return *at; }
  LineCountingIterator& operator++() {
    counter->after_newline = *at == '\n';
    if (counter->after_newline) ++counter->line;
    ++at;
    return *this;
  }
  LineCountingIterator operator++(int) {
    LineCountingIterator before = *this;
    ++*this;
    return before;
  }
  bool operator==(const LineCountingIterator& other) const { return at == other.at; }
  bool operator!=(const LineCountingIterator& other) const { return at != other.at; }
};

/// The parser's own words without its preamble, which repeats the place.
std::string causeOf(const std::string& what) {
  constexpr std::string_view kStart = "syntax error ";
  constexpr std::size_t kLongest = 160;
  const std::size_t start = what.find(kStart);
  std::string cause = start == std::string::npos ? what : what.substr(start + kStart.size());
  if (cause.size() > kLongest) cause = cause.substr(0, kLongest) + "...";
  if (cause.ends_with("N'") || cause.ends_with("I'")) {
    cause += " (NaN and Infinity are not JSON)";
  }
  return "broken JSON " + cause;
}

class TapeWriter final : public nlohmann::json_sax<nlohmann::json> {
 public:
  TapeWriter(std::string_view text, std::size_t first_line, TextStore& store, JsonTape& tape,
             JsonProblem& problem)
      : counter{first_line, false},
        text_(text),
        first_line_(first_line),
        store_(store),
        tape_(tape),
        problem_(problem) {}

  bool null() override { return add(JsonKind::kNull, {}); }
  bool boolean(bool value) override { return add(JsonKind::kBare, value ? "true" : "false"); }
  bool number_integer(std::int64_t value) override { return addNumber(value); }
  bool number_unsigned(std::uint64_t value) override { return addNumber(value); }
  bool number_float(double, const std::string& written) override {
    return add(JsonKind::kBare, store_.keep(written));
  }
  bool string(std::string& value) override { return add(JsonKind::kString, store_.keep(value)); }
  bool binary(nlohmann::json::binary_t&) override { return false; }
  bool key(std::string& value) override { return add(JsonKind::kKey, store_.keep(value)); }
  bool start_object(std::size_t) override { return open(JsonKind::kObject); }
  bool start_array(std::size_t) override { return open(JsonKind::kArray); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool parse_error(std::size_t position, const std::string&,
                   const nlohmann::json::exception& error) override {
    const std::string_view read = text_.substr(0, position > 0 ? position - 1 : 0);
    problem_.line =
        first_line_ + static_cast<std::size_t>(std::count(read.begin(), read.end(), '\n'));
    problem_.cause = causeOf(error.what());
    return false;
  }

  LineCounter counter;

 private:
  bool add(JsonKind kind, std::string_view text) {
    // The parser reads one character beyond a number; a newline there is not yet its line.
    const bool beyond = kind == JsonKind::kBare && counter.after_newline;
    tape_.push_back({kind, text, static_cast<std::uint32_t>(counter.line - (beyond ? 1 : 0)),
                     static_cast<std::uint32_t>(tape_.size() + 1)});
    return true;
  }

  template <class Integer>
  bool addNumber(Integer value) {
    const fmt::format_int digits(value);
    return add(JsonKind::kBare, store_.keep({digits.data(), digits.size()}));
  }

  bool open(JsonKind kind) {
    if (open_.size() == kDeepest) {
      problem_ = {counter.line, fmt::format("JSON nested deeper than {} levels", kDeepest)};
      return false;
    }
    open_.push_back(tape_.size());
    return add(kind, {});
  }

  bool close() {
    tape_[open_.back()].next = static_cast<std::uint32_t>(tape_.size());
    open_.pop_back();
    return true;
  }

  std::string_view text_;
  std::size_t first_line_;
  TextStore& store_;
  JsonTape& tape_;
  JsonProblem& problem_;
  std::vector<std::size_t> open_;
};

/// At most so many tokens: every key and value but the first follows one of these characters.
std::size_t mostTokens(std::string_view text) {
  const auto marks = std::count_if(text.begin(), text.end(), [](char c) {
    return c == ',' || c == ':' || c == '[' || c == '{';
  });
  return static_cast<std::size_t>(marks) + 1;
}

}  // namespace

bool readTape(std::string_view text, std::size_t first_line, TextStore& store, JsonTape& tape,
              JsonProblem& problem) {
  text = text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
  if (text.size() > 0xFFFFFFFFu) {
    problem = {first_line, "more than 4 GiB of JSON; write JSONL or CSV"};
    return false;
  }
  tape.clear();
  tape.reserve(mostTokens(text));
  TapeWriter writer(text, first_line, store, tape, problem);
  const LineCountingIterator begin{text.data(), &writer.counter};
  const LineCountingIterator end{text.data() + text.size(), &writer.counter};
  return nlohmann::json::sax_parse(begin, end, &writer);
}

std::string compactText(const JsonTape& tape, std::size_t value) {
  const JsonToken& token = tape[value];
  if (token.kind == JsonKind::kNull) return "null";
  if (token.kind != JsonKind::kObject && token.kind != JsonKind::kArray) {
    return std::string(token.text);
  }
  const bool object = token.kind == JsonKind::kObject;
  std::string text(1, object ? '{' : '[');
  for (std::size_t i = value + 1; i < token.next; i = tape[i].next) {
    if (text.size() > 1) text += ',';
    if (object) text += fmt::format("\"{}\":", tape[i++].text);
    const bool quoted = tape[i].kind == JsonKind::kString;
    text += quoted ? fmt::format("\"{}\"", tape[i].text) : compactText(tape, i);
  }
  return text + (object ? '}' : ']');
}

}  // namespace moe
