#pragma once

#include <QWidget>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "app/gui/presenters/form_words.h"
#include "app/workflows/project/question_fields.h"

class QFormLayout;
class QLabel;

namespace moe::gui {

/// One line of a form. `place` gives where the value lies now; what it points to outlives the form.
struct FormField {
  std::string key;
  std::string help;
  std::function<FieldPlace()> place;
  std::vector<std::string> choices;  ///< offered; any other text may be typed
};

/// The fields of a question whose keys are listed, in the order of the list. `question` outlives
/// the form.
template <class Question>
std::vector<FormField> formFields(Question& question, const std::vector<std::string_view>& keys) {
  std::vector<FormField> chosen;
  for (const std::string_view key : keys)
    for (const auto& field : fieldsOf(&question))
      if (field.key == key)
        chosen.push_back({std::string(key), std::string(field.help),
                          [&question, place = field.place] { return place(question); },
                          fieldChoices(key, {})});
  return chosen;
}

/// Labels and editors for a question. What is typed goes to its place at once when it is of the
/// right kind; else the editor turns red and says what it takes.
class QuestionForm : public QWidget {
  Q_OBJECT

 public:
  explicit QuestionForm(QWidget* parent = nullptr);

  /// The fields with these keys; `basic` always shows, `further` under a heading that opens.
  template <class Question>
  void ask(Question& question, const std::vector<std::string_view>& basic,
           const std::vector<std::string_view>& further) {
    setFields(formFields(question, basic), formFields(question, further));
  }
  /// Likewise.
  void setFields(std::vector<FormField> basic, std::vector<FormField> further);

  /// Reads every value again from its place, for example after undo.
  void refresh();

 signals:
  void edited(const QString& key);

 private:
  struct Editor {
    FormField field;
    QWidget* widget;
  };

  void addEditor(QFormLayout& layout, FormField field);
  QWidget* makeEditor(const FormField& field);
  void take(const FormField& field, QWidget& widget, const QString& text);

  std::vector<Editor> editors_;
  bool refreshing_ = false;
};

}  // namespace moe::gui
