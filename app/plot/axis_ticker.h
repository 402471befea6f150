#pragma once

#include <qcustomplot.h>

#include "app/report/plot_spec.h"

namespace moe::plot {

/// Ticks of one axis with the labels that go with them.
struct AxisTicks {
  QVector<double> major;
  QVector<double> minor;
  QVector<QString> labels;  ///< as long as `major`
};

/// Round ticks on a range of which at most `room` labels fit. Linear: steps of 1, 2 or 5.
/// Logarithmic: decades with minor ticks at 2 to 9; 1, 2, 5 where few decades are visible, round
/// steps where none is. No label occurs twice.
AxisTicks axisTicks(report::AxisScale scale, QCPRange range, int room);

/// A number as a tick shows it: "0.05", "200", "10⁹", "2×10⁹".
QString tickText(double value, double step);

/// Gives an axis the ticks that fit its length in pixels, at any zoom.
class AxisTicker : public QCPAxisTicker {
 public:
  AxisTicker(const QCPAxis* axis, report::AxisScale scale) : axis_(axis), scale_(scale) {}
  void generate(const QCPRange& range, const QLocale& locale, QChar format, int precision,
                QVector<double>& ticks, QVector<double>* minor, QVector<QString>* labels) override;

 private:
  const QCPAxis* axis_;
  report::AxisScale scale_;
};

}  // namespace moe::plot
