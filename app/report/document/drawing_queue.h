#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>

#include "app/report/document/report_drawing.h"

namespace moe::report {

/// Drawing for work on several threads. One thread alone may draw; calls of the others wait until
/// it has drawn for them.
class DrawingQueue {
 public:
  /// `drawing` must outlive the queue.
  explicit DrawingQueue(const ReportDrawing& drawing) : drawing_(drawing) {}

  /// The same functions for any thread, while `serve` runs. Those that there are not stay away.
  ReportDrawing drawing();

  /// Runs the work on a thread of its own and draws for it on this one, which must be the one that
  /// may draw, until it has ended. What it throws is thrown here.
  void serve(const std::function<void()>& work);

 private:
  struct Order {
    std::function<Result<std::string>()> draw;
    Result<std::string> picture = std::string();
    bool drawn = false;
  };

  Result<std::string> order(std::function<Result<std::string>()> draw);
  void drawUntilEnded();

  const ReportDrawing& drawing_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Order*> orders_;
  bool ended_ = false;
};

}  // namespace moe::report
