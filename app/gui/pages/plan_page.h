#pragma once

#include <QTimer>

#include "app/gui/pages/framed_page.h"
#include "app/gui/presenters/plan_presenter.h"
#include "app/gui/watched_files.h"

class QLabel;
class QToolButton;

namespace moe::gui {

class DataTable;
class PlanControls;
class PlotView;

/// Which model to train and serve. While a slider moves, curves, recommendation and table follow;
/// the map and what lies behind other tabs come when it rests.
class PlanPage : public FramedPage<PlanView> {
  Q_OBJECT

 public:
  explicit PlanPage(Session& session, QWidget* parent = nullptr);

  void setTheme(const plot::PlotTheme& theme) override;
  JobRunner& jobs() override { return jobs_; }
  void shown() override;
  void settle(std::function<void()> done) override;

  /// The answer that is shown; none before there is one.
  std::shared_ptr<const PlanPicture> picture() const { return presenter_.picture(); }

 signals:
  void curvesShown();  ///< of the question as it was when the work began

 private:
  void showQuestion() override;
  void showHeadline(const std::string& headline, const std::string& detail) override;
  void showCurves(const report::PlotSpec& plot) override;
  void showTable(const TableData& table) override;
  void showDetails(const PlanDetails& details) override;
  void showTornado(const report::PlotSpec& plot) override;
  void showKept(const std::string& sentence) override;
  void showNoLaw(const std::string& lesson, const std::string& fit) override;

  void addTabs();
  void addKeepButtons();
  void connectSession();
  void edited(const QString& what, const QString& merge_key, bool moving);
  void projectChanged();
  void ask();
  void startAnswer();
  PlanPace paceNow() const;
  void startDetails();
  void startTornado();
  void rest();
  void settled();
  bool wantsTornado() const;
  void watchLaw();

  PlanPresenter presenter_;
  PlanControls* controls_;
  PlotView* curves_;
  DataTable* table_;
  QLabel* kept_;
  PlotView* map_;
  PlotView* over_training_;
  PlotView* tornado_;
  QToolButton* keep_;
  QToolButton* forget_;
  QTimer rest_;
  WatchedFiles watched_;  ///< the law, where it is a file of the user's
  int map_tab_ = 0;
  int over_training_tab_ = 0;
  int tornado_tab_ = 0;
  ProjectPlan asked_;         ///< what was asked last
  bool moving_ = false;       ///< the change that comes is a slider's
  bool answering_ = false;    ///< the fast part runs
  bool pricing_ = false;      ///< it makes exact prices first
  bool quick_ = false;        ///< the answer follows a slider
  bool again_ = false;        ///< the question moved on while it ran
  bool stale_ = true;         ///< the answer is not that of the question
  bool detailed_ = false;     ///< the details are those of the answer
  bool has_tornado_ = false;  ///< likewise
  std::function<void()> settled_;
  JobRunner jobs_;  // last: its destructor stops and joins
};

}  // namespace moe::gui
