#include "app/plot/frame_elements.h"

#include <algorithm>
#include <cmath>

#include "app/plot/marks_layer.h"
#include "app/plot/series_drawing.h"

namespace moe::plot {
namespace {

using report::MarkerRole;
using report::SeriesKind;

constexpr int kSide = 10;     // free pixels at the left and right of a plot
constexpr double kIcon = 24;  // width of an icon
constexpr double kGap = 16;   // between entries
constexpr int kUnlimited = 1 << 20;
constexpr int kWordWrap = Qt::AlignLeft | Qt::AlignTop | Qt::TextWordWrap;

double innerWidth(const QCustomPlot& plot) { return plot.viewport().width() - 2.0 * kSide; }

QString roleName(MarkerRole role) {
  switch (role) {
    case MarkerRole::kLossOptimal:
      return "loss-optimal";
    case MarkerRole::kOverTrained:
      return "chosen";
    case MarkerRole::kRecommended:
      return "recommended";
    case MarkerRole::kBase:
      return "fitted";
  }
  return {};
}

/// The entry of this name and colour, made if it is missing.
LegendEntry& entryOf(std::vector<LegendEntry>& entries, const std::string& name,
                     const report::PlotColor& color) {
  const QString text = textOf(name);
  for (LegendEntry& entry : entries)
    if (entry.name == text && entry.color.scheme == color.scheme &&
        entry.color.index == color.index)
      return entry;
  LegendEntry entry;
  entry.name = text;
  entry.color = color;
  entries.push_back(std::move(entry));
  return entries.back();
}

void addRoles(const report::PlotSpec& spec, std::vector<LegendEntry>& entries) {
  for (const report::PlotMarker& marker : spec.markers) {
    if (!marker.text.empty()) continue;  // named where it stands
    const bool known = std::any_of(entries.begin(), entries.end(), [&](const LegendEntry& entry) {
      return entry.role == marker.role;
    });
    if (known) continue;
    LegendEntry entry;
    entry.name = roleName(marker.role);
    entry.color = {report::PlotColor::Scheme::kNeutral, 0, 1};
    entry.role = marker.role;
    entries.push_back(std::move(entry));
  }
}

}  // namespace

WrappedText::WrappedText(QCustomPlot* plot, QString text, const QFont& font, const QColor& color)
    : QCPLayoutElement(plot), text_(std::move(text)), font_(font), color_(color) {
  setLayer("overlay");
}

QSize WrappedText::minimumOuterSizeHint() const {
  const QFontMetricsF metrics(font_);
  const QRectF needed =
      metrics.boundingRect(QRectF(0, 0, innerWidth(*mParentPlot), 1e6), kWordWrap, text_);
  return {0, static_cast<int>(std::ceil(needed.height())) + 4};
}

QSize WrappedText::maximumOuterSizeHint() const {
  return {kUnlimited, minimumOuterSizeHint().height()};
}

void WrappedText::draw(QCPPainter* painter) {
  painter->setFont(font_);
  painter->setPen(color_);
  const QRectF place(mParentPlot->viewport().left() + kSide, mOuterRect.top() + 2,
                     innerWidth(*mParentPlot), mOuterRect.height());
  painter->drawText(place, kWordWrap | Qt::TextDontClip, text_);
}

std::vector<LegendEntry> legendEntries(const report::PlotSpec& spec) {
  std::vector<LegendEntry> entries;
  for (const report::PlotBar& bar : spec.bars)
    if (!bar.name.empty()) entryOf(entries, bar.name, bar.color).box = true;
  for (const report::PlotSeries& series : spec.series) {
    if (series.name.empty() || series.name_at_end) continue;
    LegendEntry& entry = entryOf(entries, series.name, series.color);
    const bool line = series.kind == SeriesKind::kLine || series.kind == SeriesKind::kStep;
    if (line) entry.dashed = series.dashed && (entry.dashed || !entry.line);
    entry.line = entry.line || line;
    entry.points = entry.points || series.kind == SeriesKind::kPoints;
    entry.box = entry.box || series.kind == SeriesKind::kBand;
  }
  addRoles(spec, entries);
  // One thing needs no legend: title and axes say what it is.
  if (entries.size() == 1 && !entries.front().role && !entries.front().line) entries.clear();
  return entries;
}

LegendRows::LegendRows(QCustomPlot* plot, std::vector<LegendEntry> entries, const PlotTheme& theme)
    : QCPLayoutElement(plot), entries_(std::move(entries)), theme_(theme) {
  setLayer("overlay");
}

double LegendRows::width() const { return innerWidth(*mParentPlot); }

std::vector<QRectF> LegendRows::placesIn(QPointF corner, double width) const {
  const QFontMetricsF metrics(theme_.noteFont());
  const double height = metrics.height() + 4;
  std::vector<QRectF> places;
  double x = 0;
  double y = 0;
  for (const LegendEntry& entry : entries_) {
    const double wide =
        std::min(width, kIcon + 5 + std::ceil(metrics.horizontalAdvance(entry.name)) + 2);
    if (x > 0 && x + wide > width) {
      x = 0;
      y += height;
    }
    places.emplace_back(corner + QPointF(x, y), QSizeF(wide, height));
    x += wide + kGap;
  }
  return places;
}

std::vector<QRectF> LegendRows::places() const {
  return placesIn(QPointF(mParentPlot->viewport().left() + kSide, mOuterRect.top()), width());
}

QSize LegendRows::minimumOuterSizeHint() const {
  const std::vector<QRectF> places = placesIn({0, 0}, width());
  return {0, places.empty() ? 0 : static_cast<int>(std::ceil(places.back().bottom())) + 4};
}

QSize LegendRows::maximumOuterSizeHint() const {
  return {kUnlimited, minimumOuterSizeHint().height()};
}

void LegendRows::drawIcon(QCPPainter& painter, const LegendEntry& entry, QRectF box) const {
  const QColor color = colorOf(entry.color, theme_);
  const QPointF middle = box.center();
  if (entry.role) {
    const QColor role = *entry.role == MarkerRole::kRecommended ? theme_.emphasis : color;
    const QTransform scaled = QTransform::fromTranslate(middle.x(), middle.y()).scale(0.75, 0.75);
    painter.save();
    painter.setTransform(scaled, true);
    drawMarker(painter, *entry.role, {0, 0}, role, theme_);
    painter.restore();
    return;
  }
  if (entry.box) painter.fillRect(QRectF(middle - QPointF(7, 5), QSizeF(14, 10)), color);
  if (entry.line) {
    report::PlotSeries series;
    series.color = entry.color;
    series.dashed = entry.dashed;
    painter.setPen(penOf(series, theme_));
    painter.drawLine(QLineF(box.left(), middle.y(), box.right(), middle.y()));
  }
  if (entry.points) {
    const QCPScatterStyle marker = markerOf(entry.color, theme_, 7);
    marker.applyTo(&painter, marker.pen());
    marker.drawShape(&painter, middle);
  }
}

void LegendRows::draw(QCPPainter* painter) {
  painter->setAntialiasing(true);
  painter->setFont(theme_.noteFont());
  const QFontMetricsF metrics(theme_.noteFont());
  const std::vector<QRectF> all = places();
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    drawIcon(*painter, entries_[i], QRectF(all[i].topLeft(), QSizeF(kIcon, all[i].height())));
    const QRectF place = all[i].adjusted(kIcon + 5, 0, 0, 0);
    painter->setPen(theme_.text);
    painter->drawText(place, Qt::AlignLeft | Qt::AlignVCenter | Qt::TextDontClip,
                      metrics.elidedText(entries_[i].name, Qt::ElideRight, place.width() + 1));
  }
}

}  // namespace moe::plot
