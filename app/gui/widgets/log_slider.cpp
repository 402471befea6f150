#include "app/gui/widgets/log_slider.h"

#include <fmt/format.h>

#include <QHBoxLayout>
#include <QLineEdit>
#include <QSignalBlocker>
#include <QSlider>
#include <algorithm>
#include <cmath>
#include <utility>

#include "data/numbers.h"

namespace moe::gui {
namespace {

constexpr int kSliderSteps = 1000;

/// Two or three digits are what a slider can mean.
double rounded(double value) {
  const double unit = std::pow(10.0, std::floor(std::log10(value)) - 2);
  return std::round(value / unit) * unit;
}

/// "1e+13" rather than thirteen zeros, where it is the same number.
QString sliderText(double value) {
  const std::string brief = fmt::format("{:.6g}", value);
  return QString::fromStdString(parseNumber(brief) == value ? brief : exactNumber(value));
}

}  // namespace

LogSlider::LogSlider(const QString& name, double low, double high, QWidget* parent)
    : QWidget(parent),
      low_(low),
      high_(high),
      value_(low),
      slider_(new QSlider(Qt::Horizontal, this)),
      edit_(new QLineEdit(this)) {
  constexpr int kEditWidth = 84;
  auto* layout = new QHBoxLayout(this);
  layout->setContentsMargins(0, 0, 0, 0);
  layout->addWidget(slider_, 1);
  layout->addWidget(edit_);
  edit_->setFixedWidth(kEditWidth);
  slider_->setRange(0, kSliderSteps);
  slider_->setPageStep(kSliderSteps / 20);
  slider_->setAccessibleName(name);
  edit_->setAccessibleName(name);
  setFocusProxy(slider_);
  connect(slider_, &QSlider::valueChanged, this, [this](int step) {
    value_ = rounded(low_ * std::pow(high_ / low_, static_cast<double>(step) / kSliderSteps));
    stated_ = true;
    edit_->setText(sliderText(value_));
    emit moved(value_);
  });
  connect(edit_, &QLineEdit::editingFinished, this, &LogSlider::typed);
}

void LogSlider::place(double value) {
  value_ = value;
  const QSignalBlocker blocker(slider_);
  const double share = std::log(value / low_) / std::log(high_ / low_);
  slider_->setValue(static_cast<int>(std::lround(std::clamp(share, 0.0, 1.0) * kSliderSteps)));
}

void LogSlider::setValue(double value) {
  if (!(value > 0) || !std::isfinite(value)) return;
  stated_ = true;
  place(value);
  edit_->setText(sliderText(value));
}

void LogSlider::setUnstated(double at) {
  stated_ = false;
  place(at);
  edit_->clear();
}

void LogSlider::setPlaceholder(const QString& text) { edit_->setPlaceholderText(text); }

void LogSlider::typed() {
  const bool may_be_empty = !edit_->placeholderText().isEmpty();
  if (may_be_empty && edit_->text().trimmed().isEmpty()) {
    if (!std::exchange(stated_, false)) return;
    emit emptied();
    return;
  }
  const auto number = parseNumber(edit_->text().toStdString());
  if (!number || !(*number > 0) || !std::isfinite(*number))
    return stated_ ? setValue(value_) : setUnstated(value_);
  if (stated_ && *number == value_) return;
  setValue(*number);
  emit moved(value_);
}

}  // namespace moe::gui
