#pragma once

// Internal to the readers of logs: how a reading begins, counts and ends.

#include <stop_token>
#include <string_view>

#include "data/logs/byte_window.h"
#include "data/logs/log_sink.h"

namespace moe {

/// Passes everything on and counts it.
class Reading final : public LogSink {
 public:
  Reading(ByteSource& source, LogSink& sink, std::stop_token stop)
      : window(source), source_(source), sink_(sink), stop_(std::move(stop)) {}

  void run(std::string_view id) override { sink_.run(id); }
  void setting(const LogSetting& setting) override {
    ++settings_;
    sink_.setting(setting);
  }
  void record(const LogRecord& record) override {
    ++records_;
    sink_.record(record);
  }
  void skip(LogSkip skip) override;

  bool stopped() const { return stop_.stop_requested(); }

  /// Lists what stopped the stream too early. Errors: kCancelled when stopped; kInput when nothing
  /// was read: `nothing` says what was looked for, and the first skip why.
  Result<void> finish(std::size_t place, std::string_view nothing);

  ByteWindow window;

 private:
  ByteSource& source_;
  LogSink& sink_;
  std::stop_token stop_;
  std::size_t records_ = 0;
  std::size_t settings_ = 0;
  std::string first_skip_;
};

}  // namespace moe
