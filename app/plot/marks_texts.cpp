#include <algorithm>
#include <cmath>

#include "app/plot/axis_setup.h"
#include "app/plot/label_placement.h"
#include "app/plot/marks_layer.h"

namespace moe::plot {

/// Texts with their looks, in the order in which they are placed.
struct MarksLayer::Wishes {
  struct Look {
    QColor color;
    bool boxed = false;  // on a piece of background
  };
  std::vector<LabelWish> wishes;
  std::vector<Look> looks;
  QFontMetricsF metrics;

  explicit Wishes(const QFont& font) : metrics(font) {}
  QSizeF sizeOf(const QString& text) const {
    return {metrics.horizontalAdvance(text) + 6, metrics.height() + 1};
  }
  void add(QString text, std::vector<QRectF> places, bool needed, Look look) {
    wishes.push_back({std::move(text), std::move(places), needed});
    looks.push_back(look);
  }
};

namespace {

using report::PlotBar;
using report::PlotSeries;
using report::ReferenceLine;

constexpr double kMarkerReach = 12;  // pixels around a marker that texts leave free
constexpr double kPointReach = 7;
constexpr double kLineEndGap = 5;
constexpr double kAvoidStep = 6;  // pixels between squares along a line

bool isStacked(const std::vector<PlotBar>& bars, const PlotBar& bar) {
  const bool ends = std::any_of(bars.begin(), bars.end(), [&](const PlotBar& other) {
    return other.row == bar.row && &other != &bar && other.from == bar.to;
  });
  return ends || bar.from != bars.front().from;
}

bool isLine(const PlotSeries& series) {
  return series.kind == report::SeriesKind::kLine || series.kind == report::SeriesKind::kStep;
}

QRectF squareAround(QPointF at, double reach) {
  return {at - QPointF(reach, reach), QSizeF(2 * reach, 2 * reach)};
}

void addSquares(QPointF from, QPointF to, const QRectF& inside, std::vector<QRectF>& squares) {
  const double length = std::hypot(to.x() - from.x(), to.y() - from.y());
  if (!std::isfinite(length) || length > 4 * inside.width()) return;
  const int steps = static_cast<int>(length / kAvoidStep) + 1;
  for (int step = 0; step <= steps; ++step) {
    const QPointF at = from + (to - from) * step / steps;
    if (inside.contains(at)) squares.push_back(squareAround(at, 1.5));
  }
}

QRectF centred(QPointF at, QSizeF size) {
  return {at - QPointF(size.width() / 2, size.height() / 2), size};
}

}  // namespace

void MarksLayer::wishBars(Wishes& wishes) const {
  for (const PlotBar& bar : spec_->bars) {
    if (bar.text.empty()) continue;
    const QString text = textOf(bar.text);
    const QSizeF size = wishes.sizeOf(text);
    const QRectF rect = barPlace(*rect_, spec_->bars, bar);
    const QColor inside = readableOn(colorOf(bar.color, theme_));
    if (isStacked(spec_->bars, bar)) {
      if (size.width() <= rect.width())
        wishes.add(text, {centred(rect.center(), size)}, false, {inside});
      continue;
    }
    // Letters alone: with the room between lines, texts of low rows would push each other away.
    const QSizeF low(size.width(), wishes.metrics.ascent());
    const double middle = rect.center().y() - low.height() / 2;
    const QRectF right({rect.right() + 3, middle}, low);
    const QRectF left({rect.left() - 3 - low.width(), middle}, low);
    const bool to_right = bar.to >= bar.from;
    wishes.add(text, {to_right ? right : left}, true, {theme_.text});
  }
}

void MarksLayer::wishIsoLines(Wishes& wishes) const {
  for (const report::IsoLine& line : spec_->iso_lines) {
    if (line.text.empty() || line.pieces.empty()) continue;
    const auto& longest =
        *std::max_element(line.pieces.begin(), line.pieces.end(),
                          [](const auto& a, const auto& b) { return a.size() < b.size(); });
    std::vector<QRectF> places;
    for (const double share : {0.5, 0.35, 0.65, 0.2, 0.8}) {
      const auto at = static_cast<std::size_t>(share * static_cast<double>(longest.size() - 1));
      places.push_back(
          centred(pixelOf(longest[at].x, longest[at].y), wishes.sizeOf(textOf(line.text))));
    }
    wishes.add(textOf(line.text), std::move(places), false, {theme_.text, true});
  }
}

void MarksLayer::wishReferenceLines(Wishes& wishes) const {
  const QRectF rect(rect_->rect());
  for (const ReferenceLine& line : spec_->reference_lines) {
    if (line.text.empty()) continue;
    const QString text = textOf(line.text);
    const QSizeF size = wishes.sizeOf(text);
    std::vector<QRectF> places;
    if (line.kind == ReferenceLine::Kind::kHorizontal) {
      const double y = pixelOf(0, line.value).y();
      for (const double share : {1.0, 0.0, 0.5, 0.875, 0.125, 0.75, 0.25, 0.625, 0.375}) {
        const double x = rect.left() + 2 + share * (rect.width() - size.width() - 4);
        for (const double top : {y - size.height() - 3, y + 3}) places.push_back({{x, top}, size});
      }
    } else if (line.kind == ReferenceLine::Kind::kVertical) {
      const double x = pixelOf(line.value, 0).x();
      for (const double y : {rect.top() + 3, rect.bottom() - size.height() - 3})
        for (const double left : {x + 4, x - 4 - size.width()}) places.push_back({{left, y}, size});
    } else {
      for (const double share : {0.93, 0.85, 0.75, 0.6}) {
        const double px = rect.left() + share * rect.width();
        const double x = rect_->axis(QCPAxis::atBottom)->pixelToCoord(px);
        const double py = pixelOf(x, line.value * x).y();
        places.push_back({{px + 5, py + 3}, size});
        places.push_back({{px - 5 - size.width(), py - 3 - size.height()}, size});
      }
    }
    wishes.add(text, std::move(places), false, {line.limit ? theme_.emphasis : theme_.faint, true});
  }
}

void MarksLayer::wishMarkers(Wishes& wishes) const {
  for (const report::PlotMarker& marker : spec_->markers) {
    if (marker.text.empty() || !drawable(marker.x, spec_->x.scale)) continue;
    const QString text = textOf(marker.text);
    wishes.add(text,
               placesAround(pixelOf(marker.x, marker.y), wishes.sizeOf(text), kMarkerReach + 1),
               true, {theme_.text, true});
  }
}

void MarksLayer::wishPointTexts(Wishes& wishes) const {
  for (const PlotSeries& series : spec_->series)
    for (std::size_t i = 0; i < series.texts.size(); ++i) {
      if (series.texts[i].empty() || !drawable(series.x[i], spec_->x.scale)) continue;
      const QString text = textOf(series.texts[i]);
      const bool bar = i < series.x_high.size();  // then it stands beside the bar's end
      const QPointF at = pixelOf(bar ? series.x_high[i] : series.x[i], series.y[i]);
      auto places = placesAround(at, wishes.sizeOf(text), kPointReach);
      wishes.add(text, std::move(places), false, {theme_.faint});
    }
}

void MarksLayer::wishLineEnds(Wishes& wishes) const {
  const QRectF rect = QRectF(rect_->rect()).adjusted(-1, -1, 1, 1);
  for (const PlotSeries& series : spec_->series) {
    if (!series.name_at_end || !isLine(series)) continue;
    for (std::size_t i = series.x.size(); i-- > 0;) {
      if (!drawable(series.x[i], spec_->x.scale) || !drawable(series.y[i], spec_->y.scale))
        continue;
      const QPointF at = pixelOf(series.x[i], series.y[i]);
      if (!rect.contains(at)) continue;
      const QString text = textOf(series.name);
      wishes.add(text, placesAround(at, wishes.sizeOf(text), kLineEndGap), true,
                 {legibleOn(theme_.background, colorOf(series.color, theme_))});
      break;
    }
  }
}

/// Small squares along lines, that texts keep clear of.
std::vector<QRectF> MarksLayer::alongLines() const {
  std::vector<QRectF> squares;
  const QRectF rect(rect_->rect());
  for (const PlotSeries& series : spec_->series) {
    if (!isLine(series)) continue;
    for (std::size_t i = 1; i < series.x.size(); ++i)
      addSquares(pixelOf(series.x[i - 1], series.y[i - 1]), pixelOf(series.x[i], series.y[i]), rect,
                 squares);
  }
  for (const ReferenceLine& line : spec_->reference_lines) {
    if (line.kind == ReferenceLine::Kind::kHorizontal) {
      const double y = pixelOf(0, line.value).y();
      addSquares({rect.left(), y}, {rect.right(), y}, rect, squares);
    } else if (line.kind == ReferenceLine::Kind::kVertical) {
      const double x = pixelOf(line.value, 0).x();
      addSquares({x, rect.top()}, {x, rect.bottom()}, rect, squares);
    }
  }
  return squares;
}

void MarksLayer::drawTexts(QCPPainter& painter) {
  texts_.clear();
  std::vector<QRectF> taken;
  for (const report::PlotMarker& marker : spec_->markers)
    taken.push_back(squareAround(pixelOf(marker.x, marker.y), kMarkerReach));
  for (const PlotSeries& series : spec_->series)
    for (std::size_t i = 0; series.kind == report::SeriesKind::kPoints && i < series.texts.size();
         ++i)
      taken.push_back(squareAround(pixelOf(series.x[i], series.y[i]), kPointReach - 2));
  const QFont font = theme_.noteFont();
  Wishes ends(font);
  wishLineEnds(ends);
  Wishes inner(font);
  for (const auto wish :
       {&MarksLayer::wishBars, &MarksLayer::wishMarkers, &MarksLayer::wishReferenceLines,
        &MarksLayer::wishPointTexts, &MarksLayer::wishIsoLines})
    (this->*wish)(inner);
  painter.setFont(font);
  const std::vector<QRectF> lines = alongLines();
  const QRectF inside(rect_->rect());
  const QRectF wider(inside.topLeft(), QPointF(rect_->outerRect().right(), inside.bottom()));
  for (const auto& [wishes, bounds] : {std::pair{&ends, wider}, std::pair{&inner, inside}}) {
    const std::vector<QRectF> places = placeLabels(wishes->wishes, bounds, taken, lines);
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (places[i].isEmpty()) continue;
      const QString& text = wishes->wishes[i].text;
      if (wishes->looks[i].boxed) {
        QColor box = theme_.background;
        box.setAlpha(200);
        painter.fillRect(places[i], box);
      }
      painter.setPen(wishes->looks[i].color);
      painter.drawText(places[i], Qt::AlignCenter | Qt::TextDontClip, text);
      taken.push_back(places[i]);
      texts_.push_back({text, places[i]});
    }
  }
}

int lineEndRoom(const report::PlotSpec& spec, const PlotTheme& theme) {
  const QFontMetricsF metrics(theme.noteFont());
  double room = 0;
  for (const PlotSeries& series : spec.series)
    if (series.name_at_end && isLine(series))
      room = std::max(room, metrics.horizontalAdvance(textOf(series.name)) + 8 + kLineEndGap);
  return static_cast<int>(std::ceil(room));
}

}  // namespace moe::plot
