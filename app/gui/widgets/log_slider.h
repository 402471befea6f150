#pragma once

#include <QWidget>

class QLineEdit;
class QSlider;

namespace moe::gui {

/// A positive number on a logarithmic slider, with a field to type it. It may be not stated, where
/// it was given words for that.
class LogSlider : public QWidget {
  Q_OBJECT

 public:
  LogSlider(const QString& name, double low, double high, QWidget* parent = nullptr);

  double value() const { return value_; }
  /// Without a signal. Values outside the slider's range stand in the field all the same.
  void setValue(double value);
  /// Words that stand in the field while there is no value. With them the field may be emptied.
  void setPlaceholder(const QString& text);
  /// There is no value; the slider waits at `at`. Without a signal.
  void setUnstated(double at);

 signals:
  void moved(double value);  ///< by the user, also while dragging
  void emptied();            ///< by the user: the value is not stated any more

 private:
  void typed();
  void place(double value);

  double low_;
  double high_;
  double value_;
  bool stated_ = false;
  QSlider* slider_;
  QLineEdit* edit_;
};

}  // namespace moe::gui
