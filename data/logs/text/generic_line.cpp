#include "data/logs/text/generic_line.h"

#include <algorithm>
#include <array>

namespace moe {
namespace {

/// What parts words, by its byte.
constexpr std::array<bool, 256> wordDelimiters() {
  std::array<bool, 256> table{};
  for (const char c : std::string_view(" \t,;|()[]{}<>\"'"))
    table[static_cast<unsigned char>(c)] = true;
  return table;
}
constexpr std::array<bool, 256> kWordDelimiters = wordDelimiters();

bool isAsciiDigit(char c) { return c >= '0' && c <= '9'; }

bool isNameStart(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; }

/// Words of a line. A comma between digits belongs to the word: it may be one of thousands.
class WordScanner {
 public:
  explicit WordScanner(std::string_view line) : line_(line) { skipDelimiters(); }

  std::string_view next() {
    const std::size_t begin = at_;
    while (at_ < line_.size() && !isDelimiter(at_)) ++at_;
    const std::string_view word = line_.substr(begin, at_ - begin);
    skipDelimiters();
    return word;
  }

  /// A comma, semicolon or bar stands before the next word: no name goes across.
  bool separated() const { return separated_; }

 private:
  bool isDelimiter(std::size_t at) const {
    const char c = line_[at];
    if (c == ',' && at > 0 && at + 1 < line_.size()) {
      return !isAsciiDigit(line_[at - 1]) || !isAsciiDigit(line_[at + 1]);
    }
    return kWordDelimiters[static_cast<unsigned char>(c)];
  }

  void skipDelimiters() {
    separated_ = false;
    for (; at_ < line_.size() && isDelimiter(at_); ++at_) {
      const char c = line_[at_];
      separated_ = separated_ || c == ',' || c == ';' || c == '|';
    }
  }

  std::string_view line_;
  std::size_t at_ = 0;
  bool separated_ = false;
};

bool sameIgnoringCase(std::string_view text, std::string_view lower) {
  const auto same = [](char a, char b) { return a == b || (a >= 'A' && a <= 'Z' && a + 32 == b); };
  return std::equal(text.begin(), text.end(), lower.begin(), lower.end(), same);
}

/// Whether the last word of a name says that the number is the step.
bool isStepName(std::string_view name) {
  constexpr std::array<std::string_view, 7> kNames{
      "step", "iter", "iteration", "update", "num_updates", "global_steps", "global_step"};
  constexpr std::size_t kLongest = 12;
  std::size_t size = 0;
  while (size < name.size() && size <= kLongest && name[name.size() - 1 - size] != ' ' &&
         name[name.size() - 1 - size] != '/') {
    ++size;
  }
  const std::string_view last = name.substr(name.size() - size);
  if (last.size() < 4) return false;
  return std::any_of(kNames.begin(), kNames.end(),
                     [&](std::string_view known) { return sameIgnoringCase(last, known); });
}

/// Gathers name and number pairs of one line.
class GenericPairs {
 public:
  GenericPairs(LineValues& values) : values_(values) {}

  void word(std::string_view word, bool separated) {
    const std::size_t between = word.find_last_of("=:");
    if (between != std::string_view::npos) {
      extendName(word.substr(0, between));
      expects_value_ = !name_.empty();
      if (between + 1 < word.size()) pair(word.substr(between + 1));
    } else if (expects_value_) {
      pair(word);
    } else if (isAsciiDigit(word.front()) && !name_.empty() &&
               (isStepName(name_) || isLossName(name_))) {
      pair(word);
    } else {
      extendName(word);
    }
    if (separated && !expects_value_) forgetName();
  }

  std::optional<StepOfTotal> step() const { return step_; }

 private:
  void pair(std::string_view word) {
    if (isStepName(name_)) {
      takeStepWord(word);
    } else if (isLossName(name_) && word.find(',') != std::string_view::npos) {
      values_.leaveOut("a loss with a comma; whether it is a decimal one is not clear");
    } else if (!name_.empty()) {
      values_.add(name_, word);
    }
    forgetName();
  }

  void takeStepWord(std::string_view word) {
    TextCursor cursor{word};
    const auto steps = takeStep(cursor);
    if (!steps || !cursor.rest.empty()) return;
    if (step_) values_.refuse("two steps in one line");
    step_ = steps;
  }

  /// The name grows to the right as one view into the line, of three words at most.
  void extendName(std::string_view word) {
    const std::size_t inner = word.find_last_of("=:");
    if (inner != std::string_view::npos) {
      forgetName();
      word.remove_prefix(inner + 1);
    }
    if (word.empty()) return;
    if (!isNameStart(word.front())) return forgetName();
    if (words_ == 3) forgetName();
    const char* begin = name_.empty() ? word.data() : name_.data();
    name_ = {begin, static_cast<std::size_t>(word.data() + word.size() - begin)};
    ++words_;
  }

  void forgetName() {
    name_ = {};
    words_ = 0;
    expects_value_ = false;
  }

  LineValues& values_;
  std::string_view name_;
  int words_ = 0;
  bool expects_value_ = false;
  std::optional<StepOfTotal> step_;
};

}  // namespace

bool mayHoldLoss(std::string_view line) {
  constexpr std::array<std::string_view, 8> kParts{"oss",    "OSS",    "ppl", "PPL",
                                                   "erplex", "ntropy", "nll", "bpb"};
  return std::any_of(kParts.begin(), kParts.end(), [&](std::string_view part) {
    return line.find(part) != std::string_view::npos;
  });
}

std::optional<StepOfTotal> readGenericLine(const TextLine& line, LineValues& values) {
  values.start(line);
  WordScanner words(line.text);
  GenericPairs pairs(values);
  for (std::string_view word = words.next(); !word.empty(); word = words.next()) {
    pairs.word(word, words.separated());
  }
  return pairs.step();
}

}  // namespace moe
