#include "app/report/document/drawing_queue.h"

#include <exception>
#include <thread>
#include <utility>

namespace moe::report {

ReportDrawing DrawingQueue::drawing() {
  ReportDrawing queued;
  if (drawing_.svg)
    queued.svg = [this](const PlotSpec& plot, PictureSize size, PictureFor place) {
      return order([&] { return drawing_.svg(plot, size, place); });
    };
  if (drawing_.pdf)
    queued.pdf = [this](const Document& document) {
      return order([&] { return drawing_.pdf(document); });
    };
  return queued;
}

Result<std::string> DrawingQueue::order(std::function<Result<std::string>()> draw) {
  Order mine{std::move(draw)};
  std::unique_lock lock(mutex_);
  orders_.push_back(&mine);
  changed_.notify_all();
  changed_.wait(lock, [&] { return mine.drawn; });
  return std::move(mine.picture);
}

void DrawingQueue::drawUntilEnded() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [&] { return ended_ || !orders_.empty(); });
    if (orders_.empty()) return;
    Order& next = *orders_.front();
    orders_.pop_front();
    lock.unlock();
    next.picture = next.draw();
    lock.lock();
    next.drawn = true;
    changed_.notify_all();
  }
}

void DrawingQueue::serve(const std::function<void()>& work) {
  std::exception_ptr failure;
  ended_ = false;
  std::jthread worker([&] {
    try {
      work();
    } catch (...) {
      failure = std::current_exception();
    }
    const std::lock_guard lock(mutex_);
    ended_ = true;
    changed_.notify_all();
  });
  drawUntilEnded();
  worker.join();
  if (failure) std::rethrow_exception(failure);
}

}  // namespace moe::report
