#pragma once

#include <QWidget>

class QLineEdit;
class QSlider;

namespace moe::gui {

/// A positive number on a logarithmic slider, with a field to type it.
class LogSlider : public QWidget {
  Q_OBJECT

 public:
  LogSlider(const QString& name, double low, double high, QWidget* parent = nullptr);

  double value() const { return value_; }
  /// Without a signal. Values outside the slider's range stand in the field all the same.
  void setValue(double value);
  /// What stands in the field as long as there is no value.
  void setPlaceholder(const QString& text);

 signals:
  void moved(double value);  ///< by the user, also while dragging

 private:
  void typed();

  double low_;
  double high_;
  double value_;
  QSlider* slider_;
  QLineEdit* edit_;
};

}  // namespace moe::gui
