#include "app/gui/widgets/sentence_edit.h"

#include <cmath>

namespace moe::gui {

SentenceEdit::SentenceEdit(QWidget* parent) : QPlainTextEdit(parent) {
  setTabChangesFocus(true);
  setSizePolicy(QSizePolicy::Expanding, QSizePolicy::Fixed);
}

QString SentenceEdit::sentence() const { return toPlainText().simplified(); }

void SentenceEdit::setSentence(const QString& text) {
  if (sentence() != text.simplified()) setPlainText(text);
}

QSize SentenceEdit::sizeHint() const {
  constexpr int kLines = 4;
  constexpr int kWidth = 160;  // pixels; the column decides
  const double margins = 4 * document()->documentMargin() + 2 * frameWidth();
  return {kWidth,
          static_cast<int>(std::ceil(kLines * QFontMetricsF(font()).lineSpacing() + margins))};
}

void SentenceEdit::focusOutEvent(QFocusEvent* event) {
  QPlainTextEdit::focusOutEvent(event);
  if (!document()->isModified()) return;
  document()->setModified(false);
  emit editingFinished();
}

}  // namespace moe::gui
