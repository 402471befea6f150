#include "app/plot/series_drawing.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "app/plot/axis_setup.h"
#include "app/plot/sampled_scatter.h"

namespace moe::plot {
namespace {

using report::PlotSeries;
using report::PlotSpec;
using report::SeriesKind;

constexpr int kBandAlpha = 40;
constexpr double kLineWidth = 1.8;
constexpr std::size_t kManyPoints = 2000;  // more of them are sampled

bool isDrawable(const PlotSpec& spec, double x, double y) {
  return drawable(x, spec.x.scale) && drawable(y, spec.y.scale);
}

bool rises(const std::vector<double>& values) {
  double last = -HUGE_VAL;
  for (const double value : values) {
    if (!std::isfinite(value)) continue;
    if (value < last) return false;
    last = value;
  }
  return true;
}

/// A line that may turn back, interrupted where a value has no place.
void drawFreeLine(const PlotSpec& spec, const PlotSeries& series, const QPen& pen, QCPAxis& x,
                  QCPAxis& y) {
  auto* curve = new QCPCurve(&x, &y);
  QVector<QCPCurveData> data;
  for (std::size_t i = 0; i < series.x.size(); ++i) {
    const bool gap = !isDrawable(spec, series.x[i], series.y[i]);
    data.push_back(
        {static_cast<double>(i), gap ? qQNaN() : series.x[i], gap ? qQNaN() : series.y[i]});
  }
  curve->data()->set(data, true);
  curve->setPen(pen);
  curve->setSelectable(QCP::stNone);
}

void drawLine(const PlotSpec& spec, const PlotSeries& series, const PlotTheme& theme, QCPAxis& x,
              QCPAxis& y) {
  const QPen pen = penOf(series, theme);
  if (!rises(series.x)) return drawFreeLine(spec, series, pen, x, y);
  auto* graph = new QCPGraph(&x, &y);
  QVector<QCPGraphData> data;
  for (std::size_t i = 0; i < series.x.size(); ++i)
    if (drawable(series.x[i], spec.x.scale))
      data.push_back({series.x[i], drawable(series.y[i], spec.y.scale) ? series.y[i] : qQNaN()});
  graph->data()->set(data, true);
  graph->setPen(pen);
  graph->setLineStyle(series.kind == SeriesKind::kStep ? QCPGraph::lsStepLeft : QCPGraph::lsLine);
  graph->setSelectable(QCP::stNone);
}

/// One filled piece of a band: along its lower edge and back along the upper one.
void drawBandPiece(const PlotSeries& series, std::size_t first, std::size_t end,
                   const QColor& color, QCPAxis& x, QCPAxis& y) {
  if (end - first < 2) return;
  auto* curve = new QCPCurve(&x, &y);
  QVector<QCPCurveData> data;
  double t = 0;
  for (std::size_t i = first; i < end; ++i) data.push_back({t++, series.x[i], series.y_low[i]});
  for (std::size_t i = end; i-- > first;) data.push_back({t++, series.x[i], series.y_high[i]});
  curve->data()->set(data, true);
  curve->setPen(Qt::NoPen);
  curve->setBrush(color);
  curve->setSelectable(QCP::stNone);
}

void drawBand(const PlotSpec& spec, const PlotSeries& series, const PlotTheme& theme, QCPAxis& x,
              QCPAxis& y) {
  QColor color = colorOf(series.color, theme);
  color.setAlpha(kBandAlpha);
  std::size_t first = 0;
  for (std::size_t i = 0; i <= series.x.size(); ++i) {
    const bool good = i < series.x.size() && isDrawable(spec, series.x[i], series.y_low[i]) &&
                      drawable(series.y_high[i], spec.y.scale);
    if (good) continue;
    drawBandPiece(series, first, i, color, x, y);
    first = i + 1;
  }
}

/// Places of the drawable points by ascending x, which is how QCPGraph keeps them.
std::vector<std::size_t> drawOrder(const PlotSpec& spec, const PlotSeries& series) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < series.x.size(); ++i)
    if (isDrawable(spec, series.x[i], series.y[i])) order.push_back(i);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return series.x[a] < series.x[b]; });
  return order;
}

void drawErrorBars(QCPGraph& graph, QCPErrorBars::ErrorType type, const std::vector<double>& at,
                   const std::vector<double>& low, const std::vector<double>& high,
                   const std::vector<std::size_t>& order, const QPen& pen) {
  if (low.empty() || high.empty()) return;
  auto* bars = new QCPErrorBars(graph.keyAxis(), graph.valueAxis());
  QVector<double> minus;
  QVector<double> plus;
  for (const std::size_t i : order) {
    minus.push_back(at[i] - low[i]);
    plus.push_back(high[i] - at[i]);
  }
  bars->setErrorType(type);
  bars->setDataPlottable(&graph);
  bars->setData(minus, plus);
  bars->setPen(pen);
  bars->setWhiskerWidth(5);
  bars->setSymbolGap(0);
  bars->setSelectable(QCP::stNone);
}

void drawPoints(const PlotSpec& spec, const PlotSeries& series, const PlotTheme& theme, QCPAxis& x,
                QCPAxis& y) {
  const std::vector<std::size_t> order = drawOrder(spec, series);
  const QCPScatterStyle marker = markerOf(series.color, theme, markerSize(order.size()));
  QVector<QCPGraphData> data;
  for (const std::size_t i : order) data.push_back({series.x[i], series.y[i]});
  QCPGraph* graph = order.size() > kManyPoints ? new SampledScatter(&x, &y) : new QCPGraph(&x, &y);
  graph->data()->set(data, true);
  graph->setLineStyle(QCPGraph::lsNone);
  graph->setScatterStyle(marker);
  graph->setSelectable(QCP::stNone);
  const QPen pen(colorOf(series.color, theme), 1);
  drawErrorBars(*graph, QCPErrorBars::etKeyError, series.x, series.x_low, series.x_high, order,
                pen);
  drawErrorBars(*graph, QCPErrorBars::etValueError, series.y, series.y_low, series.y_high, order,
                pen);
}

}  // namespace

double markerSize(std::size_t points) {
  return points <= 300 ? 7 : (points <= kManyPoints ? 5 : 4);
}

QCPScatterStyle markerOf(const report::PlotColor& color, const PlotTheme& theme, double size) {
  constexpr QCPScatterStyle::ScatterShape kShapes[] = {
      QCPScatterStyle::ssCircle,  QCPScatterStyle::ssSquare,           QCPScatterStyle::ssTriangle,
      QCPScatterStyle::ssDiamond, QCPScatterStyle::ssTriangleInverted, QCPScatterStyle::ssCross,
      QCPScatterStyle::ssPlus};
  const int shape = shapeOf(color);
  const QColor filled = colorOf(color, theme);
  QColor edge = theme.background;
  const int index = shape < 0 ? 0 : shape % 7;
  const bool open = index >= 5;
  return {kShapes[index], QPen(open ? filled : edge, open ? 1.6 : 0.8), QBrush(filled), size};
}

QPen penOf(const PlotSeries& series, const PlotTheme& theme) {
  QPen pen(colorOf(series.color, theme), series.dashed ? 1.2 : kLineWidth);
  if (series.dashed) pen.setDashPattern({5, 3});
  pen.setJoinStyle(Qt::RoundJoin);
  pen.setCapStyle(Qt::FlatCap);
  return pen;
}

void drawSeries(const PlotSpec& spec, const PlotSeries& series, const PlotTheme& theme, QCPAxis& x,
                QCPAxis& y) {
  switch (series.kind) {
    case SeriesKind::kLine:
    case SeriesKind::kStep:
      return drawLine(spec, series, theme, x, y);
    case SeriesKind::kPoints:
      return drawPoints(spec, series, theme, x, y);
    case SeriesKind::kBand:
      return drawBand(spec, series, theme, x, y);
  }
}

}  // namespace moe::plot
