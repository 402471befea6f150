#pragma once

#include <qcustomplot.h>

#include <memory>

#include "app/plot/plot_theme.h"
#include "app/report/plot_spec.h"

namespace moe::plot {

/// What a plot shows beside its series: bars, lines of equal value, reference lines and markers,
/// with all texts inside the axes. Texts are placed anew whenever the plot is drawn, so that none
/// covers another at any zoom.
class MarksLayer : public QCPLayerable {
 public:
  /// `spec` without the data of its series is enough, but for those that carry texts.
  MarksLayer(QCPAxisRect& rect, std::shared_ptr<const report::PlotSpec> spec,
             const PlotTheme& theme);

  /// Texts as they were last drawn, in pixels.
  struct DrawnText {
    QString text;
    QRectF place;
  };
  const std::vector<DrawnText>& drawnTexts() const { return texts_; }

 protected:
  void draw(QCPPainter* painter) override;
  void applyDefaultAntialiasingHint(QCPPainter* painter) const override;
  QRect clipRect() const override;

 private:
  struct Wishes;

  QPointF pixelOf(double x, double y) const;
  QRectF barRect(const report::PlotBar& bar) const;
  void drawBars(QCPPainter& painter) const;
  void drawIsoLines(QCPPainter& painter) const;
  void drawReferenceLines(QCPPainter& painter) const;
  void drawMarkers(QCPPainter& painter) const;

  void wishBars(Wishes& wishes) const;
  void wishIsoLines(Wishes& wishes) const;
  void wishReferenceLines(Wishes& wishes) const;
  void wishMarkers(Wishes& wishes) const;
  void wishPointTexts(Wishes& wishes) const;
  void wishLineEnds(Wishes& wishes) const;
  void drawTexts(QCPPainter& painter);

  QCPAxisRect* rect_;
  std::shared_ptr<const report::PlotSpec> spec_;
  PlotTheme theme_;
  std::vector<DrawnText> texts_;
};

/// Draws the sign of a marker role at a point.
void drawMarker(QCPPainter& painter, report::MarkerRole role, QPointF at, const QColor& color,
                const PlotTheme& theme);

/// Room that names at the ends of lines need to the right of the axes, in pixels.
int lineEndRoom(const report::PlotSpec& spec, const PlotTheme& theme);

}  // namespace moe::plot
