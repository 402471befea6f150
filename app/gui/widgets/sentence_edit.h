#pragma once

#include <QPlainTextEdit>

namespace moe::gui {

/// A field for a sentence or two: it wraps, and Tab leaves it.
class SentenceEdit : public QPlainTextEdit {
  Q_OBJECT

 public:
  explicit SentenceEdit(QWidget* parent = nullptr);

  /// In one line, whatever was typed or pasted.
  QString sentence() const;
  void setSentence(const QString& text);

  QSize sizeHint() const override;
  QSize minimumSizeHint() const override { return sizeHint(); }

 signals:
  void editingFinished();  ///< the keyboard went elsewhere after something was typed

 protected:
  void focusOutEvent(QFocusEvent* event) override;
};

}  // namespace moe::gui
