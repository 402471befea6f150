#include "app/gui/widgets/question_form.h"

#include <QCheckBox>
#include <QComboBox>
#include <QCompleter>
#include <QFormLayout>
#include <QLabel>
#include <QLineEdit>
#include <QToolButton>
#include <QVBoxLayout>

namespace moe::gui {
namespace {

QString formText(std::string_view text) {
  return QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
}

/// Help with the whole of a text that its editor may be too narrow for.
QString helpWith(const FormField& field, const QString& text) {
  constexpr int kFits = 24;  // letters
  return formText(field.help) + (text.size() > kFits ? "\n\n" + text : QString());
}

void showFault(QWidget& widget, const QString& wanted) {
  if (wanted.isEmpty() && !widget.property("fault").toBool()) return;  // styling anew is slow
  widget.setProperty("fault", !wanted.isEmpty());
  widget.setStyleSheet(wanted.isEmpty() ? QString() : "border: 1px solid #d55e00;");
  if (!wanted.isEmpty()) widget.setToolTip(QObject::tr("This must be %1.").arg(wanted));
}

}  // namespace

QuestionForm::QuestionForm(QWidget* parent) : QWidget(parent) { new QVBoxLayout(this); }

void QuestionForm::setFields(std::vector<FormField> basic, std::vector<FormField> further) {
  auto* outer = static_cast<QVBoxLayout*>(layout());
  outer->setContentsMargins(0, 0, 0, 0);
  while (QLayoutItem* item = outer->takeAt(0)) {
    delete item->widget();
    delete item;
  }
  editors_.clear();
  const auto addBox = [&](std::vector<FormField> fields) {
    auto* box = new QWidget(this);
    auto* form = new QFormLayout(box);
    form->setContentsMargins(0, 0, 0, 0);
    form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    for (FormField& field : fields) addEditor(*form, std::move(field));
    outer->addWidget(box);
    return box;
  };
  addBox(std::move(basic));
  if (!further.empty()) {
    auto* button = new QToolButton(this);
    button->setText(tr("More options"));
    button->setCheckable(true);
    button->setAutoRaise(true);
    button->setArrowType(Qt::RightArrow);
    button->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
    outer->addWidget(button);
    QWidget* box = addBox(std::move(further));
    box->hide();
    connect(button, &QToolButton::toggled, box, [box, button](bool open) {
      box->setVisible(open);
      button->setArrowType(open ? Qt::DownArrow : Qt::RightArrow);
    });
  }
  outer->addStretch();
  refresh();
}

void QuestionForm::addEditor(QFormLayout& layout, FormField field) {
  QWidget* widget = makeEditor(field);
  const QString label = formText(fieldLabel(field.key));
  widget->setObjectName(formText(field.key));
  widget->setAccessibleName(label);
  widget->setAccessibleDescription(formText(field.help));
  widget->setToolTip(formText(field.help));
  auto* heading = new QLabel(label, this);
  heading->setToolTip(formText(field.help));
  heading->setBuddy(widget);
  layout.addRow(heading, widget);
  editors_.push_back({std::move(field), widget});
}

QWidget* QuestionForm::makeEditor(const FormField& field) {
  if (std::holds_alternative<bool*>(field.place())) {
    auto* box = new QCheckBox(this);
    connect(box, &QCheckBox::toggled, this,
            [this, field, box](bool on) { take(field, *box, on ? "true" : "false"); });
    return box;
  }
  if (!field.choices.empty()) {
    auto* combo = new QComboBox(this);
    combo->setEditable(true);
    combo->setInsertPolicy(QComboBox::NoInsert);
    combo->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    combo->setMinimumContentsLength(10);
    combo->lineEdit()->setPlaceholderText(tr("not stated"));
    for (const std::string& choice : field.choices) combo->addItem(formText(choice));
    combo->completer()->setFilterMode(Qt::MatchContains);
    combo->completer()->setCompletionMode(QCompleter::PopupCompletion);
    const auto take_text = [this, field, combo] { take(field, *combo, combo->currentText()); };
    connect(combo, &QComboBox::activated, this, take_text);
    connect(combo->lineEdit(), &QLineEdit::editingFinished, this, take_text);
    return combo;
  }
  auto* edit = new QLineEdit(this);
  edit->setPlaceholderText(tr("not stated"));
  connect(edit, &QLineEdit::editingFinished, this,
          [this, field, edit] { take(field, *edit, edit->text()); });
  return edit;
}

void QuestionForm::take(const FormField& field, QWidget& widget, const QString& text) {
  if (refreshing_) return;
  const std::string before = fieldText(field.place());
  // A combo box writes a name as its list does: "mixtral-8x7b" becomes "Mixtral-8x7B".
  const auto letters = field.choices.empty() ? Qt::CaseSensitive : Qt::CaseInsensitive;
  if (text.compare(formText(before), letters) == 0) return showFault(widget, {});
  const std::string wanted = typeField(field.place(), text.toStdString());
  widget.setToolTip(helpWith(field, text));
  showFault(widget, formText(wanted));
  if (wanted.empty() && fieldText(field.place()) != before) emit edited(formText(field.key));
}

void QuestionForm::refresh() {
  refreshing_ = true;
  for (const Editor& editor : editors_) {
    const QString text = formText(fieldText(editor.field.place()));
    if (auto* box = qobject_cast<QCheckBox*>(editor.widget)) box->setChecked(text == "true");
    auto* combo = qobject_cast<QComboBox*>(editor.widget);
    QLineEdit* edit =
        combo != nullptr ? combo->lineEdit() : qobject_cast<QLineEdit*>(editor.widget);
    if (edit != nullptr && edit->text() != text) {
      if (combo != nullptr)
        combo->setCurrentText(text);
      else
        edit->setText(text);
      edit->setCursorPosition(0);  // a long text shows its beginning
    }
    showFault(*editor.widget, {});
    editor.widget->setToolTip(helpWith(editor.field, text));
  }
  refreshing_ = false;
}

}  // namespace moe::gui
