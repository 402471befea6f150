#pragma once

#include <qcustomplot.h>

#include "app/plot/plot_theme.h"
#include "app/report/plot_spec.h"

namespace moe::plot {

/// A text as wide as the plot, broken between words.
class WrappedText : public QCPLayoutElement {
 public:
  WrappedText(QCustomPlot* plot, QString text, const QFont& font, const QColor& color);
  QSize minimumOuterSizeHint() const override;
  QSize maximumOuterSizeHint() const override;
  const QString& text() const { return text_; }

 protected:
  void draw(QCPPainter* painter) override;

 private:
  QString text_;
  QFont font_;
  QColor color_;
};

/// One line of a legend.
struct LegendEntry {
  QString name;
  report::PlotColor color;
  bool line = false;
  bool dashed = false;
  bool points = false;
  bool box = false;
  std::optional<report::MarkerRole> role;
};

/// What a plot's legend holds: named series (those of one name and colour together), bars and
/// marker roles. Names at the ends of lines are left out.
std::vector<LegendEntry> legendEntries(const report::PlotSpec& spec);

/// Entries side by side above the axes, in as many rows as the width asks for; what is wider than
/// the plot is cut off with an ellipsis.
class LegendRows : public QCPLayoutElement {
 public:
  LegendRows(QCustomPlot* plot, std::vector<LegendEntry> entries, const PlotTheme& theme);
  QSize minimumOuterSizeHint() const override;
  QSize maximumOuterSizeHint() const override;

  /// Where each entry stands, in pixels.
  std::vector<QRectF> places() const;
  const std::vector<LegendEntry>& entries() const { return entries_; }

 protected:
  void draw(QCPPainter* painter) override;

 private:
  double width() const;
  std::vector<QRectF> placesIn(QPointF corner, double width) const;
  void drawIcon(QCPPainter& painter, const LegendEntry& entry, QRectF box) const;

  std::vector<LegendEntry> entries_;
  PlotTheme theme_;
};

}  // namespace moe::plot
