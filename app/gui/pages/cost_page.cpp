#include "app/gui/pages/cost_page.h"

#include <QFormLayout>
#include <cmath>
#include <optional>

#include "app/gui/session.h"
#include "app/gui/widgets/data_table.h"
#include "app/gui/widgets/log_slider.h"
#include "app/gui/widgets/plot_grid.h"
#include "app/gui/widgets/question_form.h"

namespace moe::gui {
namespace {

constexpr double kUsualPrompt = 512;  // tokens; where the slider waits

}  // namespace

CostPage::CostPage(Session& session, QWidget* parent)
    : FramedPage("cost", tr("Cost"),
                 tr("What a token costs on a machine, and what limits it: memory, KV cache, "
                    "bandwidth, compute, communication."),
                 session, parent),
      form_(new QuestionForm(this)),
      plots_(new PlotGrid(this)),
      limits_(new PlotGrid(this)),
      parts_(new DataTable(this)),
      divisions_(new DataTable(this)) {
  addSliders();
  frame_->addQuestion(form_);
  parts_->setObjectName("parts");
  parts_->setAccessibleName(tr("Parts of a decode step"));
  divisions_->setObjectName("divisions");
  divisions_->setAccessibleName(tr("Other divisions of the model over devices"));
  frame_->addTab(plots_, tr("Memory and speed"));
  frame_->addTab(limits_, tr("Limits and price"));
  frame_->addTab(parts_, tr("Parts of a step"));
  frame_->addTab(divisions_, tr("Divisions"));

  form_->ask(presenter_.question(), CostPresenter::basicKeys(), CostPresenter::furtherKeys());
  connect(form_, &QuestionForm::edited, this,
          [this](const QString& key) { edited("change of " + key.toStdString(), {}); });
  for (PlotGrid* grid : {plots_, limits_}) connect(grid, &PlotGrid::problem, this, &Page::problem);
  connect(&jobs_, &JobRunner::broke, this, &Page::problem);
  connect(&session, &Session::projectChanged, this, [this] {
    presenter_.projectChanged(session_.project());
    stale_ = true;
    if (isVisible()) ask();
  });
  presenter_.projectChanged(session.project());
}

void CostPage::addSliders() {
  constexpr double kMostConcurrency = 1024;
  constexpr double kLeastContext = 64;
  constexpr double kMostContext = 131072;
  auto* box = new QWidget(this);
  auto* layout = new QFormLayout(box);
  layout->setContentsMargins(0, 0, 0, 0);
  concurrency_ = new LogSlider(tr("Requests at once"), 1, kMostConcurrency, this);
  concurrency_->setObjectName("concurrency");
  concurrency_->setPlaceholder(tr("cheapest"));
  concurrency_->setToolTip(tr("Requests that run at once; the cheapest number until it is moved"));
  context_ = new LogSlider(tr("Prompt tokens"), kLeastContext, kMostContext, this);
  context_->setObjectName("context");
  context_->setPlaceholder(tr("not stated"));
  context_->setToolTip(tr("Mean prompt of a request, tokens"));
  layout->addRow(tr("Requests at once"), concurrency_);
  layout->addRow(tr("Prompt tokens"), context_);
  frame_->addQuestion(box);
  const auto follow = [this](LogSlider* slider, std::optional<double> CostRequest::*figure,
                             const std::string& key) {
    connect(slider, &LogSlider::moved, this, [this, figure, key](double value) {
      presenter_.question().*figure = std::round(value);
      moving_ = true;
      edited("change of " + key, key);
      moving_ = false;
    });
    connect(slider, &LogSlider::emptied, this, [this, figure, key] {
      (presenter_.question().*figure).reset();
      edited("change of " + key, {});
    });
  };
  follow(concurrency_, &CostRequest::concurrency, "concurrency");
  follow(context_, &CostRequest::prompt_tokens, "prompt_tokens");
}

void CostPage::edited(const std::string& what, const std::string& merge_key) {
  session_.edit(presenter_.withQuestion(session_.project()), what, merge_key);
}

/// A slider's step waits for the answer before, so that answers keep coming while it moves; any
/// other change stops it.
void CostPage::ask() {
  stale_ = moving_ && jobs_.running();
  if (stale_) return;
  jobs_.start<Result<CostPicture>>(
      [request = presenter_.request()](std::stop_token, const ProgressSink&) {
        return costPicture(request);
      },
      [this](const Result<CostPicture>& picture) {
        presenter_.answered(picture);
        if (picture) emit answerShown();
        if (stale_) return ask();
        if (settled_) std::exchange(settled_, nullptr)();
      });
}

void CostPage::shown() {
  if (stale_) ask();
}

void CostPage::settle(std::function<void()> done) {
  settled_ = std::move(done);
  ask();
}

void CostPage::setTheme(const plot::PlotTheme& theme) {
  plots_->setTheme(theme);
  limits_->setTheme(theme);
}

void CostPage::showQuestion() {
  form_->refresh();
  const CostRequest& question = presenter_.question();
  const auto show = [](LogSlider& slider, std::optional<double> figure, double usual) {
    if (figure)
      slider.setValue(*figure);
    else
      slider.setUnstated(usual);
  };
  show(*concurrency_, question.concurrency, 1);
  show(*context_, question.prompt_tokens, kUsualPrompt);
}

void CostPage::showPlots(const CostPicture& picture) {
  plots_->show({picture.memory, picture.frontier});
  limits_->show({picture.roofline, picture.step, picture.price});
}

void CostPage::showTables(const TableData& parts, const TableData& divisions) {
  parts_->setTable(parts);
  divisions_->setTable(divisions);
}

}  // namespace moe::gui
