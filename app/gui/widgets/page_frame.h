#pragma once

#include <QWidget>
#include <vector>

#include "data/error.h"

class QLabel;
class QPushButton;
class QScrollArea;
class QSplitter;
class QTabWidget;
class QVBoxLayout;

namespace moe::gui {

/// What every page looks like: a sentence on what it shows, a column of questions on the left, the
/// answer's headline with warnings above tabs of plots and tables on the right.
class PageFrame : public QWidget {
  Q_OBJECT

 public:
  explicit PageFrame(const QString& sentence, QWidget* parent = nullptr);

  /// Adds to the column of questions.
  void addQuestion(QWidget* widget);
  /// Adds a tab for answers. Returns its index.
  int addTab(QWidget* widget, const QString& title);
  QTabWidget& tabs() { return *tabs_; }

  void showHeadline(const QString& headline, const QString& detail);
  void showWarnings(const std::vector<Warning>& warnings);
  /// A problem stands where the headline was; answers shown before turn pale behind it.
  void showProblem(const QString& problem);
  /// What to do first, where there is nothing to show yet; no text shows the tabs again.
  void showEmpty(const QString& lesson);
  /// Adds a button below such a text.
  QPushButton* addFirstStep(const QString& text);

 protected:
  void showEvent(QShowEvent* event) override;

 private:
  QSplitter* splitter_;
  QVBoxLayout* questions_;
  QLabel* headline_;
  QLabel* detail_;
  QLabel* warnings_;
  QWidget* empty_;
  QLabel* lesson_;
  QTabWidget* tabs_;
};

}  // namespace moe::gui
