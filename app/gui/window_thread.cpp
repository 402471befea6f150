#include "app/gui/window_thread.h"

#include <QCoreApplication>
#include <condition_variable>
#include <exception>
#include <memory>
#include <mutex>

namespace moe::gui {
namespace {

/// Shared by both threads: the one that asked may be gone when the window comes to it.
struct Errand {
  enum class State { kWaiting, kRunning, kDone, kDropped };
  std::mutex mutex;
  std::condition_variable_any changed;
  State state = State::kWaiting;
  std::exception_ptr thrown;

  bool moveOn(State from, State to) {
    const std::lock_guard lock(mutex);
    if (state != from) return false;
    state = to;
    changed.notify_all();
    return true;
  }
};

}  // namespace

bool onWindowThread(const std::function<void()>& draw, std::stop_token stop) {
  using State = Errand::State;
  const auto errand = std::make_shared<Errand>();
  const auto run = [errand, &draw] {  // draw outlives an errand that was not dropped
    if (!errand->moveOn(State::kWaiting, State::kRunning)) return;
    try {
      draw();
    } catch (...) {
      errand->thrown = std::current_exception();
    }
    errand->moveOn(State::kRunning, State::kDone);
  };
  QMetaObject::invokeMethod(QCoreApplication::instance(), run, Qt::QueuedConnection);
  const auto done = [&] { return errand->state == State::kDone; };
  std::unique_lock lock(errand->mutex);
  errand->changed.wait(lock, stop, done);
  if (errand->state == State::kWaiting) {
    errand->state = State::kDropped;
    return false;
  }
  errand->changed.wait(lock, done);
  if (errand->thrown) std::rethrow_exception(errand->thrown);
  return true;
}

}  // namespace moe::gui
