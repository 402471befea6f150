#pragma once

#include <QObject>
#include <QString>
#include <functional>
#include <map>
#include <memory>
#include <stop_token>
#include <string>
#include <thread>
#include <utility>

#include "data/progress.h"

namespace moe::gui {

/// Runs a piece of work beside the window. Work gets copies of what it needs; its result comes back
/// on the window's thread. A new piece stops the one before, whose result is dropped, without
/// waiting for it. The destructor stops and joins. Keep it as the last member of its page.
class JobRunner : public QObject {
  Q_OBJECT

 public:
  explicit JobRunner(QObject* parent = nullptr);
  ~JobRunner() override;

  /// `done(result)` is called on this object's thread when `work(stop, progress)` has returned.
  /// What work throws is our bug and ends in `broke`.
  template <class Answer, class Work, class Done>
  void start(Work work, Done done) {
    run([work = std::move(work), done = std::move(done)](std::stop_token stop,
                                                         const ProgressSink& progress) {
      auto answer = std::make_shared<Answer>(work(stop, progress));
      return std::function<void()>([done, answer] { done(std::move(*answer)); });
    });
  }

  bool running() const { return running_; }

  /// Stops the work and forgets its result, whatever it is: nobody asks for it any more.
  void drop();

 public slots:
  /// Asks the work to stop; its result (mostly "cancelled") still comes.
  void stop();

 signals:
  void runningChanged(bool running);
  void progressed(const QString& what, double fraction);
  void broke(const QString& message);

 private:
  using Delivery = std::function<void()>;
  using Work = std::function<Delivery(std::stop_token, const ProgressSink&)>;

  void run(Work work);
  void finish(std::size_t job, const Delivery& delivery, const QString& problem);
  void setRunning(bool running);

  std::size_t job_ = 0;
  bool running_ = false;
  std::map<std::size_t, std::jthread> threads_;  ///< by job; those that were stopped end soon
};

}  // namespace moe::gui
