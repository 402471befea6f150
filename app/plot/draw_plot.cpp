#include "app/plot/draw_plot.h"

#include <memory>

#include "app/plot/axis_setup.h"
#include "app/plot/frame_elements.h"
#include "app/plot/map_drawing.h"
#include "app/plot/marks_layer.h"
#include "app/plot/series_drawing.h"
#include "app/plot/svg_clip.h"

namespace moe::plot {
namespace {

constexpr double kBesideBar = 18;          // pixels around a text beside a bar
constexpr std::size_t kMostAvoided = 500;  // points of a line that texts keep clear of

/// Without the data that the layer of marks does not read.
std::shared_ptr<report::PlotSpec> marksOf(const report::PlotSpec& spec) {
  auto marks = std::make_shared<report::PlotSpec>();
  marks->x = spec.x;
  marks->y = spec.y;
  marks->bars = spec.bars;
  marks->iso_lines = spec.iso_lines;
  marks->markers = spec.markers;
  marks->reference_lines = spec.reference_lines;
  if (spec.map) marks->map.emplace();
  for (const report::PlotSeries& series : spec.series) {
    const bool line =
        series.kind == report::SeriesKind::kLine || series.kind == report::SeriesKind::kStep;
    if (series.name_at_end || !series.texts.empty() || (line && series.x.size() <= kMostAvoided))
      marks->series.push_back(series);
  }
  return marks;
}

/// Where clipping of the series begins or ends in a picture as SVG. Painted where it is added among
/// them.
class ClipMark : public QCPLayerable {
 public:
  ClipMark(QCPAxisRect& rect, bool begins)
      : QCPLayerable(rect.parentPlot()), rect_(&rect), begins_(begins) {}

 protected:
  void applyDefaultAntialiasingHint(QCPPainter*) const override {}
  void draw(QCPPainter* painter) override {
    if (begins_)
      beginSvgClip(*painter, rect_->rect());
    else
      endSvgClip(*painter);
  }

 private:
  QCPAxisRect* rect_;
  bool begins_;
};

template <class Layer>
bool isLayer(const QObject* child) {
  return dynamic_cast<const Layer*>(child) != nullptr;
}

void clearPlot(QCustomPlot& plot) {
  const auto children = plot.children();
  for (QObject* child : children)
    if (isLayer<MarksLayer>(child) || isLayer<BarsLayer>(child) || isLayer<ClipMark>(child))
      delete child;
  plot.clearItems();
  plot.clearPlottables();
  plot.plotLayout()->clear();
}

void addText(QCustomPlot& plot, const QString& text, const QFont& font, const QColor& color) {
  if (text.isEmpty()) return;
  plot.plotLayout()->addElement(plot.plotLayout()->rowCount(), 0,
                                new WrappedText(&plot, text, font, color));
}

void addLegend(const report::PlotSpec& spec, QCustomPlot& plot, const PlotTheme& theme) {
  std::vector<LegendEntry> entries = legendEntries(spec);
  if (entries.empty()) return;
  plot.plotLayout()->addElement(plot.plotLayout()->rowCount(), 0,
                                new LegendRows(&plot, std::move(entries), theme));
}

/// Sizes of all parts at the widget's size: how many ticks fit depends on them.
void layOut(QCustomPlot& plot) {
  QCPLayoutGrid& layout = *plot.plotLayout();
  layout.setOuterRect(plot.viewport());
  for (const auto phase :
       {QCPLayoutElement::upPreparation, QCPLayoutElement::upMargins, QCPLayoutElement::upLayout})
    layout.update(phase);
}

/// Broken between words where a line would be longer; a word that is longer ends in dots.
QString wrappedHeading(const QString& text, const QFontMetricsF& metrics, double length) {
  QStringList lines;
  for (const QString& word : text.split(' ')) {
    const QString longer = lines.isEmpty() ? word : lines.last() + ' ' + word;
    if (lines.isEmpty() || metrics.horizontalAdvance(longer) > length)
      lines << word;
    else
      lines.last() = longer;
  }
  for (QString& line : lines) line = metrics.elidedText(line, Qt::ElideRight, length);
  return lines.join('\n');
}

/// A heading that is longer than its axis is broken, its unit on a line of its own.
void fitHeadings(const report::PlotSpec& spec, QCustomPlot& plot, const PlotTheme& theme) {
  const QFontMetricsF metrics(theme.labelFont());
  const QRect rect = plot.xAxis->axisRect()->rect();
  const auto fit = [&](const report::PlotAxis& axis, QCPAxis& drawn, double length) {
    if (metrics.horizontalAdvance(drawn.label()) <= length) return;
    QString heading = wrappedHeading(textOf(axis.label), metrics, length);
    if (!axis.unit.empty()) heading += "\n(" + textOf(axis.unit) + ")";
    drawn.setLabel(heading);
  };
  fit(spec.x, *plot.xAxis, rect.width());
  fit(spec.y, *plot.yAxis, rect.height());
}

/// Texts beside the ends of bars take a share of the axis that depends on its length.
void fitBarTexts(const report::PlotSpec& spec, QCustomPlot& plot, const PlotTheme& theme) {
  const QFontMetricsF metrics(theme.noteFont());
  double widest = 0;
  for (const report::PlotBar& bar : spec.bars)
    widest = std::max(widest, metrics.horizontalAdvance(textOf(bar.text)));
  for (const report::PlotSeries& series : spec.series)
    for (const std::string& text : series.texts)
      widest = std::max(widest, metrics.horizontalAdvance(textOf(text)));
  const double length = std::max(1, plot.xAxis->axisRect()->width());
  plot.xAxis->setRange(extentOf(spec, (widest + kBesideBar) / length).x);
}

QString notesOf(const report::PlotSpec& spec) {
  QString notes;
  for (const std::string& note : spec.notes) notes += (notes.isEmpty() ? "" : " ") + textOf(note);
  return notes;
}

void addAxes(const report::PlotSpec& spec, QCustomPlot& plot, const PlotTheme& theme) {
  auto* row = new QCPLayoutGrid;
  plot.plotLayout()->addElement(plot.plotLayout()->rowCount(), 0, row);
  auto* rect = new QCPAxisRect(&plot, true);
  row->addElement(0, 0, rect);
  row->setColumnSpacing(8);
  for (QCPAxis* axis : rect->axes()) {
    axis->setLayer("axes");
    axis->grid()->setLayer("grid");
  }
  plot.xAxis = rect->axis(QCPAxis::atBottom);
  plot.yAxis = rect->axis(QCPAxis::atLeft);
  setUpAxes(spec, theme, *rect);
  if (spec.map) drawMap(*spec.map, theme, *rect, *row);
  new ClipMark(*rect, true);  // the plot owns it
  for (const report::PlotSeries& series : spec.series)
    drawSeries(spec, series, theme, *plot.xAxis, *plot.yAxis);
  new ClipMark(*rect, false);
  rect->setMinimumMargins({20, 8, std::max(14, lineEndRoom(spec, theme)), 20});
  const std::shared_ptr<const report::PlotSpec> marks = marksOf(spec);
  if (!spec.bars.empty()) new BarsLayer(*rect, marks, theme);  // the plot owns both
  new MarksLayer(*rect, marks, theme);
}

}  // namespace

void draw(const report::PlotSpec& spec, QCustomPlot& plot, const DrawOptions& options) {
  const PlotTheme& theme = options.theme;
  clearPlot(plot);
  plot.setViewport(plot.rect());  // of a widget that was never shown it is not up to date
  plot.setBackground(QBrush(theme.background));
  plot.setAntialiasedElements(QCP::aeAll);
  plot.plotLayout()->setRowSpacing(2);
  plot.plotLayout()->setAutoMargins(QCP::msNone);
  plot.plotLayout()->setMargins({0, 8, 0, 6});
  if (options.title) addText(plot, textOf(spec.title), theme.titleFont(), theme.text);
  if (options.sentence) addText(plot, textOf(spec.sentence), theme.labelFont(), theme.faint);
  if (!spec.empty_reason.empty() || !hasContent(spec)) {
    addText(plot, textOf(spec.empty_reason), theme.labelFont(), theme.faint);
    return;
  }
  if (options.legend) addLegend(spec, plot, theme);
  addAxes(spec, plot, theme);
  if (options.notes) addText(plot, notesOf(spec), theme.noteFont(), theme.faint);
  layOut(plot);
  fitHeadings(spec, plot, theme);
  if (!spec.bars.empty()) fitBarTexts(spec, plot, theme);
  layOut(plot);
}

QCPAxisRect* axesOf(const QCustomPlot& plot) {
  const QList<QCPAxisRect*> rects = plot.axisRects();
  return rects.isEmpty() ? nullptr : rects.first();
}

}  // namespace moe::plot
