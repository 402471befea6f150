#include "app/gui/widgets/page_frame.h"

#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QSplitter>
#include <QTabWidget>
#include <QVBoxLayout>

#include "app/gui/widgets/tab_order.h"

namespace moe::gui {
namespace {

constexpr int kQuestionsWidth = 330;

QLabel* wrappedLabel(QWidget* parent, const QString& name) {
  auto* label = new QLabel(parent);
  label->setObjectName(name);
  label->setWordWrap(true);
  label->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
  return label;
}

void enlarge(QLabel& label, double factor, bool bold) {
  QFont font = label.font();
  font.setPointSizeF(font.pointSizeF() * factor);
  font.setBold(bold);
  label.setFont(font);
}

}  // namespace

PageFrame::PageFrame(const QString& sentence, QWidget* parent)
    : QWidget(parent),
      splitter_(new QSplitter(Qt::Horizontal, this)),
      headline_(wrappedLabel(this, "headline")),
      detail_(wrappedLabel(this, "detail")),
      warnings_(wrappedLabel(this, "warnings")),
      empty_(new QWidget(this)),
      lesson_(wrappedLabel(empty_, "empty")),
      tabs_(new QTabWidget(this)) {
  constexpr double kHeadlineSize = 1.35;
  auto* outer = new QVBoxLayout(this);
  outer->setContentsMargins(12, 8, 12, 8);
  auto* lead = wrappedLabel(this, "sentence");
  lead->setText(sentence);
  lead->setForegroundRole(QPalette::PlaceholderText);
  outer->addWidget(lead);
  outer->addWidget(splitter_, 1);

  auto* scroll = new QScrollArea(splitter_);
  scroll->setWidgetResizable(true);
  scroll->setFrameShape(QFrame::NoFrame);
  scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
  scroll->setFocusPolicy(Qt::NoFocus);  // what is in it takes it, and comes into sight
  auto* column = new QWidget(scroll);
  questions_ = new QVBoxLayout(column);
  questions_->setContentsMargins(0, 4, 12, 4);
  questions_->addStretch(1);  // keeps them together at the top
  scroll->setWidget(column);

  auto* answer = new QWidget(splitter_);
  auto* layout = new QVBoxLayout(answer);
  layout->setContentsMargins(8, 4, 0, 0);
  enlarge(*headline_, kHeadlineSize, true);
  layout->addWidget(headline_);
  layout->addWidget(detail_);
  layout->addWidget(warnings_);
  layout->addWidget(empty_, 1);
  layout->addWidget(tabs_, 1);
  constexpr int kLessonWidth = 560;
  auto* lesson = new QVBoxLayout(empty_);
  lesson_->setAlignment(Qt::AlignCenter);
  lesson_->setFixedWidth(kLessonWidth);
  lesson->addStretch(2);
  lesson->addWidget(lesson_, 0, Qt::AlignHCenter);
  lesson->addStretch(3);
  empty_->hide();
  warnings_->hide();
  tabs_->setDocumentMode(true);
  splitter_->setStretchFactor(0, 0);
  splitter_->setStretchFactor(1, 1);
  splitter_->setChildrenCollapsible(false);
  splitter_->setSizes({kQuestionsWidth, 1000});
}

void PageFrame::addQuestion(QWidget* widget) {
  questions_->insertWidget(questions_->count() - 1, widget);
}

QPushButton* PageFrame::addFirstStep(const QString& text) {
  auto* button = new QPushButton(text, empty_);
  auto* layout = static_cast<QVBoxLayout*>(empty_->layout());
  layout->insertWidget(layout->count() - 1, button, 0, Qt::AlignHCenter);
  return button;
}

void PageFrame::showEvent(QShowEvent* event) {
  QWidget::showEvent(event);
  setTabOrderByLayout(*this);
}

int PageFrame::addTab(QWidget* widget, const QString& title) {
  return tabs_->addTab(widget, title);
}

void PageFrame::showHeadline(const QString& headline, const QString& detail) {
  showEmpty({});
  tabs_->setEnabled(true);
  headline_->setText(headline);
  headline_->setVisible(!headline.isEmpty());
  detail_->setText(detail);
  detail_->setVisible(!detail.isEmpty());
}

void PageFrame::showWarnings(const std::vector<Warning>& warnings) {
  constexpr std::size_t kShown = 2;
  QString text;
  QString all;
  for (std::size_t i = 0; i < warnings.size(); ++i) {
    const QString line = QString::fromUtf8("\u26A0 ") + QString::fromStdString(warnings[i].message);
    all += "<p>" + line.toHtmlEscaped() + "</p>";
    if (i < kShown) text += (text.isEmpty() ? "" : "\n") + line;
  }
  if (warnings.size() > kShown)
    text += tr("\n... and %1 more: rest the pointer here").arg(warnings.size() - kShown);
  warnings_->setText(text);
  warnings_->setToolTip(all);
  warnings_->setVisible(!warnings.empty());
}

void PageFrame::showProblem(const QString& problem) {
  showHeadline(tr("No answer"), problem);
  warnings_->hide();
  tabs_->setEnabled(false);
}

void PageFrame::showEmpty(const QString& lesson) {
  lesson_->setText(lesson);
  empty_->setVisible(!lesson.isEmpty());
  tabs_->setVisible(lesson.isEmpty());
  if (!lesson.isEmpty()) {
    headline_->hide();
    detail_->hide();
    warnings_->hide();
  }
}

}  // namespace moe::gui
