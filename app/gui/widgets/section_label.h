#pragma once

#include <QLabel>

namespace moe::gui {

/// The heading of a part of the column of questions.
inline QLabel* sectionLabel(const QString& text, QWidget* parent) {
  auto* label = new QLabel(text, parent);
  QFont font = label->font();
  font.setBold(true);
  label->setFont(font);
  return label;
}

}  // namespace moe::gui
