#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "data/logs/log_sink.h"

namespace moe {

/// Whether the bytes are UTF-8; a name or a setting that is not was damaged.
bool isUtf8(std::string_view bytes);

/// Whether a metric of this name is a loss or made from one; of such a value nothing is guessed.
bool isLossName(std::string_view name);

/// What a reader of text hands on: checked, counted.
class TextOutput {
 public:
  explicit TextOutput(LogSink& sink) : sink_(sink) {}

  void setting(std::string_view key, std::string_view value, std::size_t place);

  /// The planned number of steps ("iteration 200/ 148693"), as setting "total_steps"; again only
  /// when it changes.
  void totalSteps(double steps, std::size_t place);

  /// Without values nothing is handed on.
  void record(std::span<const LogValue> values, std::optional<double> step, std::size_t place);

  void skip(std::size_t place, std::string reason);

  /// Something of the kind was there: a record or a setting.
  bool found() const { return found_; }

 private:
  LogSink& sink_;
  bool found_ = false;
  double total_steps_ = 0;
};

}  // namespace moe
