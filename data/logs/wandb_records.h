#pragma once

// Internal to the reader of W&B files.

#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "data/logs/log_sink.h"

namespace moe {

/// Hands W&B's `Record` messages on. Objects in a history (histograms, images, tables) are passed
/// over when they name a `_type`; of others the numbers are taken, with nested keys.
class WandbDecoder {
 public:
  explicit WandbDecoder(LogSink& sink) : sink_(sink) {}

  /// False when the bytes are no Record.
  bool decode(std::string_view record, std::size_t place);

 private:
  struct Item {
    std::string key;  ///< nested keys joined by '.'
    std::string_view json;
  };

  bool history(std::string_view message, std::size_t place);
  bool run(std::string_view message, std::size_t place);
  bool settings(std::string_view items, std::string_view prefix, std::size_t place);
  static bool readItem(std::string_view message, Item& item);
  void addHistoryItem(const Item& item, LogRecord& record);
  void addObject(const Item& item);

  LogSink& sink_;
  std::vector<LogValue> values_;
  std::deque<std::string> names_;
};

}  // namespace moe
