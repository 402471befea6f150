#pragma once

#include "app/gui/pages/framed_page.h"
#include "app/gui/presenters/cost_presenter.h"

namespace moe::gui {

class DataTable;
class LogSlider;
class PlotGrid;
class QuestionForm;

/// What a token costs on a machine, and what limits it.
class CostPage : public FramedPage<CostView> {
  Q_OBJECT

 public:
  explicit CostPage(Session& session, QWidget* parent = nullptr);

  void setTheme(const plot::PlotTheme& theme) override;
  JobRunner& jobs() override { return jobs_; }
  void shown() override;
  void settle(std::function<void()> done) override;

 signals:
  void answerShown();

 private:
  void showQuestion() override;
  void showPlots(const CostPicture& picture) override;
  void showTables(const TableData& parts, const TableData& divisions) override;

  void addSliders();
  void edited(const std::string& what, const std::string& merge_key);
  void ask();

  CostPresenter presenter_{*this};
  QuestionForm* form_;
  LogSlider* concurrency_ = nullptr;
  LogSlider* context_ = nullptr;
  PlotGrid* plots_;
  PlotGrid* limits_;
  DataTable* parts_;
  DataTable* divisions_;
  bool stale_ = true;    ///< the answer is not that of the question
  bool moving_ = false;  ///< the change that comes is a slider's
  std::function<void()> settled_;
  JobRunner jobs_;  // last: its destructor stops and joins
};

}  // namespace moe::gui
