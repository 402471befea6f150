#pragma once

#include <QShowEvent>
#include <QStringList>
#include <QWidget>
#include <functional>
#include <vector>

#include "app/gui/job_runner.h"
#include "app/plot/plot_theme.h"

namespace moe::gui {

class Session;

/// One page of the window. It draws what its presenter decides and starts work through `jobs`.
class Page : public QWidget {
  Q_OBJECT

 public:
  Page(QString key, QString title, Session& session, QWidget* parent)
      : QWidget(parent), session_(session), key_(std::move(key)), title_(std::move(title)) {
    setObjectName(key_);
    setAccessibleName(title_);
  }

  const QString& key() const { return key_; }  ///< of --page and the settings: "fit"
  const QString& title() const { return title_; }

  virtual void setTheme(const plot::PlotTheme& theme) = 0;
  virtual JobRunner& jobs() = 0;

  /// Called when the page comes to the front, or its window is shown: work that was put off is done
  /// now.
  virtual void shown() {}

  /// Takes files that were dropped on the window; false: none of its kind.
  virtual bool takeFiles(const QStringList&) { return false; }

  /// Brings the page to the state that a picture of it should show; `done` is called when it is.
  virtual void settle(std::function<void()> done) = 0;

 signals:
  void problem(const QString& message);
  void message(const QString& text);  ///< what was just done
  void pageWanted(const QString& key);
  void exampleWanted();

 protected:
  void showEvent(QShowEvent* event) override {
    QWidget::showEvent(event);
    shown();
  }

  Session& session_;

 private:
  QString key_;
  QString title_;
};

}  // namespace moe::gui
