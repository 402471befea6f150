#pragma once

#include <QWidget>
#include <vector>

#include "app/gui/presenters/plan_presenter.h"

class QComboBox;
class QFormLayout;
class QLabel;

namespace moe::gui {

class LogSlider;
class QuestionForm;

/// The column of a plan's questions: law, mode, goal, sliders, and all else in a form. It writes to
/// the presenter's state and says so.
class PlanControls : public QWidget {
  Q_OBJECT

 public:
  explicit PlanControls(PlanPresenter& presenter, QWidget* parent = nullptr);

  /// Reads everything again from the presenter.
  void refresh();
  /// Shows what to do without a law, or hides it.
  void offerLaw(bool offered, const QString& fit);
  void useLaw(const LawChoice& choice);

 signals:
  /// The state was changed. `moving`: by a slider that is perhaps still held.
  void edited(const QString& what, const QString& merge_key, bool moving);
  void planChosen(const QString& name);
  void fitWanted();

 private:
  struct Slider {
    PlanSlider what;
    LogSlider* widget;
    QLabel* heading;
  };

  void addOffers();
  void addChoices(QFormLayout& layout);
  void addSliders(QFormLayout& layout);
  void addForms();
  void chooseLawFile();
  void refreshChoices();
  void refreshSliders();

  PlanPresenter& presenter_;
  QWidget* offers_ = nullptr;
  QWidget* to_fit_ = nullptr;
  QFormLayout* rows_ = nullptr;
  QComboBox* plan_ = nullptr;
  QComboBox* law_ = nullptr;
  QComboBox* mode_ = nullptr;
  QComboBox* goal_ = nullptr;
  std::vector<LawChoice> laws_;
  std::vector<PlanGoal> goals_;
  std::vector<Slider> sliders_;
  QuestionForm* budgeted_ = nullptr;
  QuestionForm* lifetime_ = nullptr;
};

}  // namespace moe::gui
