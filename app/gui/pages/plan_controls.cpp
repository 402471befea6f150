#include "app/gui/pages/plan_controls.h"

#include <QComboBox>
#include <QFileDialog>
#include <QFormLayout>
#include <QLabel>
#include <QPushButton>
#include <QVBoxLayout>
#include <algorithm>
#include <cmath>

#include "app/gui/widgets/log_slider.h"
#include "app/gui/widgets/question_form.h"

namespace moe::gui {
namespace {

QString shownText(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

QComboBox* addCombo(QFormLayout& layout, const QString& name, const QString& label,
                    const QString& help) {
  auto* combo = new QComboBox;
  combo->setObjectName(name);
  combo->setAccessibleName(label);
  combo->setToolTip(help);
  combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  combo->setMinimumContentsLength(12);
  layout.addRow(label, combo);
  return combo;
}

/// Items that are the same already are left alone: filling anew is slow.
void fillCombo(QComboBox& combo, const QStringList& items, int now) {
  QStringList there;
  for (int i = 0; i < combo.count(); ++i) there << combo.itemText(i);
  if (there != items) {
    combo.clear();
    combo.addItems(items);
  }
  combo.setCurrentIndex(now);
}

template <class Items, class Text>
QStringList itemTexts(const Items& items, Text text) {
  QStringList texts;
  for (const auto& item : items) texts << shownText(text(item));
  return texts;
}

}  // namespace

PlanControls::PlanControls(PlanPresenter& presenter, QWidget* parent)
    : QWidget(parent), presenter_(presenter) {
  auto* layout = new QVBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  addOffers();
  auto* box = new QWidget(this);
  rows_ = new QFormLayout(box);
  rows_->setContentsMargins(0, 0, 0, 0);
  rows_->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
  layout->addWidget(box);
  addChoices(*rows_);
  addSliders(*rows_);
  addForms();
  layout->addStretch();
}

void PlanControls::addOffers() {
  offers_ = new QWidget(this);
  auto* layout = new QVBoxLayout(offers_);
  layout->setContentsMargins(0, 0, 0, 0);
  auto* published =
      new QPushButton(tr("Use the published law %1").arg(PlanPresenter::kOfferedPreset), offers_);
  published->setObjectName("use_published");
  to_fit_ = new QPushButton(tr("Go to the fit"), offers_);
  to_fit_->setObjectName("go_to_fit");
  layout->addWidget(to_fit_);
  layout->addWidget(published);
  offers_->hide();
  this->layout()->addWidget(offers_);
  connect(published, &QPushButton::clicked, this, [this] {
    useLaw({LawChoice::Kind::kPreset, PlanPresenter::kOfferedPreset});
  });
  connect(static_cast<QPushButton*>(to_fit_), &QPushButton::clicked, this,
          &PlanControls::fitWanted);
}

void PlanControls::addChoices(QFormLayout& layout) {
  plan_ = addCombo(layout, "plan_name", tr("Plan"), tr("The plans of this project"));
  law_ = addCombo(layout, "law", tr("Law"), tr("How loss falls: a fit, a published law or a file"));
  mode_ = addCombo(layout, "mode", tr("Mode"), tr("What the plan seeks"));
  goal_ = addCombo(layout, "goal", tr("Given"), tr("What the plan starts from"));
  for (const PlanModeChoice& mode : planModes()) mode_->addItem(shownText(mode.label));
  connect(plan_, &QComboBox::activated, this,
          [this](int index) { emit planChosen(plan_->itemText(index)); });
  connect(law_, &QComboBox::activated, this, [this](int index) {
    const auto place = static_cast<std::size_t>(index);
    if (place < laws_.size())
      useLaw(laws_[place]);
    else
      chooseLawFile();
  });
  connect(mode_, &QComboBox::activated, this, [this](int index) {
    const PlanModeChoice& mode = planModes()[static_cast<std::size_t>(index)];
    if (presenter_.state().mode == mode.key) return;
    presenter_.state() = inMode(presenter_.state(), std::string(mode.key));
    emit edited(tr("change of mode"), {}, false);
  });
  connect(goal_, &QComboBox::activated, this, [this](int index) {
    const PlanGoal goal = goals_[static_cast<std::size_t>(index)];
    if (goalOf(presenter_.state()) == goal) return;
    setGoal(presenter_.state(), goal);
    emit edited(tr("change of what is given"), {}, false);
  });
}

void PlanControls::addSliders(QFormLayout& layout) {
  for (const PlanSlider& slider : planSliders()) {
    const QString name = shownText(slider.label);
    auto* widget = new LogSlider(name, slider.low, slider.high, this);
    widget->setObjectName(shownText(slider.key));
    auto* heading = new QLabel(name, this);
    heading->setBuddy(widget);
    layout.addRow(heading, widget);
    sliders_.push_back({slider, widget, heading});
    if (mayBeOpen(slider.figure)) widget->setPlaceholder(tr("not stated"));
    connect(widget, &LogSlider::emptied, this, [this, slider] {
      dropFigure(presenter_.state(), slider.figure);
      emit edited(tr("change of %1").arg(shownText(slider.key)), {}, false);
    });
    connect(widget, &LogSlider::moved, this, [this, slider](double value) {
      const double figure = slider.whole ? std::max(1.0, std::round(value)) : value;
      if (figureOf(presenter_.state(), slider.figure) == figure) return;
      setFigure(presenter_.state(), slider.figure, figure);
      const QString key = shownText(slider.key);
      emit edited(tr("change of %1").arg(key), key, true);
    });
  }
}

void PlanControls::addForms() {
  const auto made = [&](auto& question, bool over_life) {
    auto* form = new QuestionForm(this);
    form->ask(question, PlanPresenter::basicKeys(over_life), PlanPresenter::furtherKeys(over_life));
    connect(form, &QuestionForm::edited, this,
            [this](const QString& key) { emit edited(tr("change of %1").arg(key), {}, false); });
    layout()->addWidget(form);
    return form;
  };
  budgeted_ = made(presenter_.state().budgeted, false);
  lifetime_ = made(presenter_.state().lifetime, true);
}

void PlanControls::useLaw(const LawChoice& choice) {
  setLaw(presenter_.state(), choice);
  emit edited(tr("change of law"), {}, false);
}

void PlanControls::chooseLawFile() {
  const QString path =
      QFileDialog::getOpenFileName(this, tr("Law as written by fit --save"), {}, "*.json");
  if (path.isEmpty()) return refreshChoices();
  useLaw({LawChoice::Kind::kFile, path.toStdString()});
}

void PlanControls::offerLaw(bool offered, const QString& fit) {
  offers_->setVisible(offered);
  static_cast<QPushButton*>(to_fit_)->setText(fit.isEmpty() ? tr("Fit my own runs")
                                                            : tr("Go to the fit %1").arg(fit));
}

void PlanControls::refreshChoices() {
  const PlanState& state = presenter_.state();
  const auto names = presenter_.planNames();
  const auto name = std::find(names.begin(), names.end(), presenter_.planName());
  fillCombo(*plan_, itemTexts(names, [](const std::string& text) { return text; }),
            static_cast<int>(name - names.begin()));
  rows_->setRowVisible(plan_, names.size() > 1);

  laws_ = lawChoices(presenter_.project(), state);
  const auto now = lawOf(state);
  int at = -1;
  for (std::size_t i = 0; now && i < laws_.size(); ++i)
    if (laws_[i].kind == now->kind && laws_[i].name == now->name) at = static_cast<int>(i);
  QStringList laws = itemTexts(laws_, [](const LawChoice& law) { return labelOf(law); });
  fillCombo(*law_, laws << tr("file..."), at);
  law_->setPlaceholderText(tr("choose a law"));

  for (std::size_t i = 0; i < planModes().size(); ++i)
    if (planModes()[i].key == state.mode) mode_->setCurrentIndex(static_cast<int>(i));

  goals_ = goalsOf(state);
  const auto goal = std::find(goals_.begin(), goals_.end(), goalOf(state));
  fillCombo(*goal_, itemTexts(goals_, [&](PlanGoal each) { return labelOf(each, state); }),
            static_cast<int>(goal - goals_.begin()));
}

void PlanControls::refreshSliders() {
  const PlanState& state = presenter_.state();
  for (const Slider& slider : sliders_) {
    rows_->setRowVisible(slider.widget, isAsked(state, slider.what.figure));
    const auto figure = figureOf(state, slider.what.figure);
    if (figure)
      slider.widget->setValue(*figure);
    else
      slider.widget->setUnstated(slider.what.usual);
    const QString label = shownText(slider.what.label);
    slider.heading->setEnabled(figure.has_value());
    slider.heading->setToolTip(figure ? label
                                      : tr("%1: not stated; moving it states it").arg(label));
  }
}

void PlanControls::refresh() {
  refreshChoices();
  refreshSliders();
  const bool over_life = presenter_.state().overLife();
  budgeted_->setVisible(!over_life);
  lifetime_->setVisible(over_life);
  (over_life ? lifetime_ : budgeted_)->refresh();
}

}  // namespace moe::gui
