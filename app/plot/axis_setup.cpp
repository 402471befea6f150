#include "app/plot/axis_setup.h"

#include <algorithm>
#include <cmath>

#include "app/plot/axis_ticker.h"

namespace moe::plot {
namespace {

using report::AxisScale;
using report::PlotAxis;

constexpr double kMargin = 0.05;        // of the range, on both sides
constexpr double kMarkerMargin = 0.09;  // likewise, so that a ring at the end is whole
constexpr double kMostTextShare = 0.35;
constexpr int kLongCategory = 26;  // letters, from which it is broken

class Span {
 public:
  explicit Span(AxisScale scale) : scale_(scale) {}
  void add(double value) {
    if (!drawable(value, scale_)) return;
    low_ = std::min(low_, value);
    high_ = std::max(high_, value);
  }
  void add(const std::vector<double>& values) {
    for (const double value : values) add(value);
  }
  bool any() const { return high_ >= low_; }

  QCPRange widened(double below, double above) const {
    if (!any()) return scale_ == AxisScale::kLog ? QCPRange(1, 10) : QCPRange(0, 1);
    if (scale_ == AxisScale::kLog) {
      const double width = std::max(std::log(high_ / low_), 0.2);
      return {low_ * std::exp(-below * width), high_ * std::exp(above * width)};
    }
    double width = high_ - low_;
    if (!(width > 0)) width = high_ == 0 ? 1 : 0.1 * std::abs(high_);
    return {low_ - below * width, high_ + above * width};
  }
  double low() const { return low_; }
  double high() const { return high_; }

 private:
  AxisScale scale_;
  double low_ = HUGE_VAL;
  double high_ = -HUGE_VAL;
};

void addSeries(const report::PlotSpec& spec, Span& x, Span& y) {
  for (const report::PlotSeries& series : spec.series) {
    for (std::size_t i = 0; i < series.x.size(); ++i) {
      const bool band = series.kind == report::SeriesKind::kBand;
      const double at = band ? series.y_low[i] : series.y[i];
      if (!drawable(series.x[i], spec.x.scale) || !drawable(at, spec.y.scale)) continue;
      x.add(series.x[i]);
      y.add(at);
      for (const auto* column : {&series.x_low, &series.x_high})
        if (i < column->size()) x.add((*column)[i]);
      for (const auto* column : {&series.y_low, &series.y_high})
        if (i < column->size()) y.add((*column)[i]);
    }
  }
  for (const report::PlotMarker& marker : spec.markers) {
    x.add(marker.x);
    y.add(marker.y);
  }
}

/// Bars grow from where they start; texts beside their ends need room on the sides they point to.
QCPRange barRange(const report::PlotSpec& spec, Span x, double text_share) {
  double base = HUGE_VAL;
  bool texts = false;
  bool to_left = false;
  for (const report::PlotBar& bar : spec.bars) {
    x.add(bar.from);
    x.add(bar.to);
    base = std::min(base, bar.from);
    texts = texts || !bar.text.empty();
    to_left = to_left || bar.to < bar.from;
  }
  for (const report::PlotSeries& series : spec.series)
    texts = texts || (!series.texts.empty() && !series.x_high.empty());
  const bool from_zero = x.any() && x.low() == 0;
  // So much of the bars' own length that texts get their share of the whole.
  const double share = std::clamp(text_share, kMargin, kMostTextShare);
  const double beside = texts ? share / (1 - (to_left ? 2 : 1) * share) : kMargin;
  return x.widened(from_zero ? 0 : (to_left ? beside : kMargin), beside);
}

QCPRange statedOr(const PlotAxis& axis, QCPRange range) {
  return axis.range ? QCPRange(axis.range->low, axis.range->high) : range;
}

/// Long names in two or more lines, broken between words.
QString broken(const std::string& text) {
  QString lines;
  int length = 0;
  for (const QString& word : textOf(text).split(' ')) {
    if (length > 0 && length + word.size() > kLongCategory) {
      lines += '\n';
      length = 0;
    } else if (length > 0) {
      lines += ' ';
    }
    lines += word;
    length += static_cast<int>(word.size()) + 1;
  }
  return lines;
}

void setTicker(const PlotAxis& axis, QCPAxis& drawn) {
  if (axis.categories.empty()) {
    drawn.setTicker(QSharedPointer<QCPAxisTicker>(new AxisTicker(&drawn, axis.scale)));
    return;
  }
  QSharedPointer<QCPAxisTickerText> ticker(new QCPAxisTickerText);
  for (std::size_t i = 0; i < axis.categories.size(); ++i)
    ticker->addTick(static_cast<double>(i), broken(axis.categories[i]));
  drawn.setTicker(ticker);
  drawn.setRangeReversed(drawn.orientation() == Qt::Vertical);
}

void styleAxis(const PlotAxis& axis, const PlotTheme& theme, QCPAxis& drawn) {
  const bool categories = !axis.categories.empty();
  const QPen line(theme.faint, 1);
  drawn.setBasePen(line);
  drawn.setTickPen(categories ? QPen(Qt::NoPen) : line);
  drawn.setSubTickPen(categories ? QPen(Qt::NoPen) : line);
  drawn.setTickLengthIn(0);
  drawn.setTickLengthOut(categories ? 0 : 4);
  drawn.setSubTickLengthIn(0);
  drawn.setSubTickLengthOut(categories ? 0 : 2);
  drawn.setTickLabelFont(categories ? theme.labelFont() : theme.tickFont());
  drawn.setTickLabelColor(categories ? theme.text : theme.faint);
  drawn.setTickLabelPadding(5);
  drawn.setLabelFont(theme.labelFont());
  drawn.setLabelColor(theme.text);
  drawn.setLabelPadding(6);
  drawn.setLabel(textOf(axisHeading(axis)));
  drawn.grid()->setVisible(!categories);
  drawn.grid()->setPen(QPen(theme.grid, 1));
  drawn.grid()->setZeroLinePen(QPen(theme.grid, 1));
  drawn.grid()->setSubGridVisible(false);
}

}  // namespace

bool drawable(double value, AxisScale scale) {
  return std::isfinite(value) && (scale == AxisScale::kLinear || value > 0);
}

PlotExtent extentOf(const report::PlotSpec& spec, double text_share) {
  Span x(spec.x.scale);
  Span y(spec.y.scale);
  addSeries(spec, x, y);
  if (spec.map && spec.series.empty()) {
    x.add(spec.map->x);
    y.add(spec.map->y);
  }
  PlotExtent extent;
  const double margin = spec.markers.empty() ? kMargin : kMarkerMargin;
  extent.x = spec.bars.empty() ? x.widened(margin, margin) : barRange(spec, x, text_share);
  extent.y = y.widened(margin, margin);
  if (!spec.y.categories.empty())
    extent.y = {-0.5, static_cast<double>(spec.y.categories.size()) - 0.5};
  return {statedOr(spec.x, extent.x), statedOr(spec.y, extent.y)};
}

void setUpAxes(const report::PlotSpec& spec, const PlotTheme& theme, QCPAxisRect& rect) {
  QCPAxis& x = *rect.axis(QCPAxis::atBottom);
  QCPAxis& y = *rect.axis(QCPAxis::atLeft);
  for (const auto& [axis, drawn] : {std::pair{&spec.x, &x}, std::pair{&spec.y, &y}}) {
    drawn->setScaleType(axis->scale == AxisScale::kLog ? QCPAxis::stLogarithmic
                                                       : QCPAxis::stLinear);
    setTicker(*axis, *drawn);
    styleAxis(*axis, theme, *drawn);
  }
  rect.axis(QCPAxis::atTop)->setVisible(false);
  rect.axis(QCPAxis::atRight)->setVisible(false);
  const PlotExtent extent = extentOf(spec);
  x.setRange(extent.x);
  y.setRange(extent.y);
}

}  // namespace moe::plot
