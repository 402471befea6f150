#include "app/plot/draw_plot.h"

#include <gtest/gtest.h>

#include "app/plot/axis_setup.h"
#include "app/plot/frame_elements.h"
#include "app/plot/marks_layer.h"
#include "app/plot/plot_hit.h"
#include "tests/plot/plot_samples.h"

namespace moe::plot {
namespace {

/// A drawn plot of a size, painted once.
class Drawn {
 public:
  explicit Drawn(const report::PlotSpec& spec, QSize size = {860, 520}) {
    plot_.resize(size);
    draw(spec, plot_);
    plot_.toPixmap(size.width(), size.height());
  }
  QCustomPlot& plot() { return plot_; }

  std::vector<MarksLayer::DrawnText> texts() const {
    for (const QObject* child : plot_.children())
      if (const auto* layer = dynamic_cast<const MarksLayer*>(child)) return layer->drawnTexts();
    return {};
  }

 private:
  QCustomPlot plot_;
};

/// Where the tick labels of an axis stand, from its font and the places of its ticks.
std::vector<QRectF> tickLabels(const QCPAxis& axis) {
  QVector<double> ticks;
  QVector<QString> labels;
  axis.ticker()->generate(axis.range(), {}, 'g', 6, ticks, nullptr, &labels);
  const QFontMetricsF metrics(axis.tickLabelFont());
  std::vector<QRectF> places;
  for (int i = 0; i < ticks.size(); ++i) {
    const QSizeF size(metrics.horizontalAdvance(labels[i]), metrics.height());
    const double at = axis.coordToPixel(ticks[i]);
    const bool horizontal = axis.orientation() == Qt::Horizontal;
    places.emplace_back(
        horizontal ? QPointF(at - size.width() / 2, 0) : QPointF(0, at - size.height() / 2), size);
  }
  return places;
}

void expectApart(const std::vector<QRectF>& places) {
  for (std::size_t i = 0; i < places.size(); ++i)
    for (std::size_t j = 0; j < i; ++j) EXPECT_FALSE(places[i].intersects(places[j])) << i << j;
}

TEST(DrawPlot, KeepsTickLabelsApartAtEverySizeAndZoom) {
  for (const report::PlotSpec& spec : {test::fullPlot(), test::mapPlot()})
    for (const QSize size : {QSize(300, 220), QSize(860, 520), QSize(2400, 1400)})
      for (const double zoom : {1.0, 0.3, 0.02, 8.0}) {
        Drawn drawn(spec, size);
        drawn.plot().xAxis->scaleRange(zoom);
        drawn.plot().yAxis->scaleRange(zoom);
        drawn.plot().toPixmap(size.width(), size.height());
        for (const QCPAxis* axis : {drawn.plot().xAxis, drawn.plot().yAxis}) {
          const auto places = tickLabels(*axis);
          EXPECT_GE(places.size(), 2u);
          expectApart(places);
        }
      }
}

TEST(DrawPlot, KeepsTextsInsideAndApart) {
  for (const report::PlotSpec& spec : {test::fullPlot(), test::barPlot()}) {
    Drawn drawn(spec);
    std::vector<QRectF> places;
    for (const MarksLayer::DrawnText& text : drawn.texts()) {
      places.push_back(text.place);
      EXPECT_TRUE(QRectF(0, 0, 860, 520).contains(text.place)) << text.text.toStdString();
    }
    EXPECT_GE(places.size(), 5u);
    expectApart(places);
  }
}

TEST(DrawPlot, WrapsTheLegendInsideThePlot) {
  report::PlotSpec spec = test::fullPlot();
  for (int i = 0; i < 9; ++i) {
    report::PlotSeries series = spec.series.back();
    series.name = "a design with a long name, fp8, 8 x H100, number " + std::to_string(i);
    spec.series.push_back(series);
  }
  Drawn drawn(spec, {500, 420});
  for (const QCPLayoutElement* element : drawn.plot().plotLayout()->elements(false))
    if (const auto* legend = dynamic_cast<const LegendRows*>(element)) {
      const std::vector<QRectF> places = legend->places();
      EXPECT_EQ(places.size(), 10u);
      expectApart(places);
      for (const QRectF& place : places) EXPECT_LE(place.right(), 500);
      EXPECT_EQ(legendNameAt(drawn.plot(), places[3].center()),
                legend->entries()[3].name.toStdString());
    }
}

TEST(DrawPlot, ShowsAllPointsAndOnlyThose) {
  const PlotExtent extent = extentOf(test::fullPlot());
  EXPECT_LT(extent.x.lower, 0.01);
  EXPECT_GT(extent.x.upper, 0.3);
  EXPECT_LT(extent.y.lower, 2.38);
  EXPECT_GT(extent.y.upper, 2.79);
  report::PlotSpec spec = test::fullPlot();
  spec.series.back().x[0] = -1;  // has no place on a logarithmic axis
  spec.series.back().y[0] = 99;
  EXPECT_EQ(extentOf(spec).y.upper, extent.y.upper);
}

// The map rises with x and y, so its corners have the ends of the scale: 1e18 and 2^16 times 1e18,
// all times 1e-16.
TEST(DrawPlot, GivesAMapTheRangeOfItsValues) {
  Drawn drawn(test::mapPlot());
  const auto* map = qobject_cast<QCPColorMap*>(drawn.plot().plottable(0));
  ASSERT_NE(map, nullptr);
  EXPECT_NEAR(map->dataRange().lower, 100, 1e-9);
  EXPECT_NEAR(map->dataRange().upper, 100 * 65536.0, 1e-3);
  EXPECT_EQ(map->colorScale()->dataScaleType(), QCPAxis::stLogarithmic);
}

TEST(DrawPlot, SaysWhyThereIsNothing) {
  report::PlotSpec spec;
  spec.title = "Runs";
  spec.empty_reason = "Open a table of runs.";
  Drawn drawn(spec);
  EXPECT_EQ(axesOf(drawn.plot()), nullptr);
  bool said = false;
  for (const QCPLayoutElement* element : drawn.plot().plotLayout()->elements(false))
    if (const auto* text = dynamic_cast<const WrappedText*>(element))
      said = said || text->text() == "Open a table of runs.";
  EXPECT_TRUE(said);
}

TEST(DrawPlot, LeavesNothingOfWhatWasDrawnBefore) {
  QCustomPlot plot;
  plot.resize(600, 400);
  for (int i = 0; i < 3; ++i) draw(test::fullPlot(), plot);
  const int plottables = plot.plottableCount();
  const auto children = plot.children().size();
  draw(test::barPlot(), plot);
  draw(test::fullPlot(), plot);
  EXPECT_EQ(plot.plottableCount(), plottables);
  EXPECT_EQ(plot.children().size(), children);
  EXPECT_EQ(plot.axisRectCount(), 1);
}

TEST(HitAt, TracesAClickToItsRun) {
  const report::PlotSpec spec = test::fullPlot();
  Drawn drawn(spec);
  const auto pixel = [&](double x, double y) {
    return QPointF(drawn.plot().xAxis->coordToPixel(x), drawn.plot().yAxis->coordToPixel(y));
  };
  const auto hit = hitAt(spec, drawn.plot(), pixel(0.1, 2.6) + QPointF(3, -3));
  ASSERT_TRUE(hit);
  EXPECT_EQ(hit->id, "run-middle");
  EXPECT_EQ(hitAt(spec, drawn.plot(), pixel(0.05, 2.52))->id, "e8");
  EXPECT_FALSE(hitAt(spec, drawn.plot(), pixel(0.013, 2.9)));
  EXPECT_FALSE(hitAt(spec, drawn.plot(), {2, 2}));
}

TEST(HitAt, ReadsBarsAndMaps) {
  const report::PlotSpec bars = test::barPlot();
  Drawn drawn(bars);
  const QPointF inside(drawn.plot().xAxis->coordToPixel(6e5), drawn.plot().yAxis->coordToPixel(1));
  ASSERT_TRUE(hitAt(bars, drawn.plot(), inside));
  EXPECT_EQ(hitAt(bars, drawn.plot(), inside)->id, bars.y.categories[1]);
  const report::PlotSpec map = test::mapPlot();
  Drawn mapped(map);
  const QPointF node(mapped.plot().xAxis->coordToPixel(4e8),
                     mapped.plot().yAxis->coordToPixel(2e10));
  EXPECT_EQ(hitAt(map, mapped.plot(), node)->label, "Cost: 800 USD");
}

}  // namespace
}  // namespace moe::plot
