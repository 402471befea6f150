#pragma once

#include <QColor>
#include <QFont>
#include <QString>

#include "app/report/plot_spec.h"

namespace moe::plot {

/// Colours and fonts of a plot. Sizes are in device-independent pixels.
struct PlotTheme {
  bool dark = false;
  QColor background;
  QColor text;   ///< titles, headings, labels
  QColor faint;  ///< notes, tick labels, axes
  QColor grid;
  QColor neutral;   ///< what others are compared with
  QColor emphasis;  ///< what the eye must find first
  QString family = "DejaVu Sans";
  int text_px = 12;  ///< of labels; titles are larger, notes smaller

  QFont labelFont() const;
  QFont titleFont() const;
  QFont noteFont() const;
  QFont tickFont() const;
};

PlotTheme lightTheme();
PlotTheme darkTheme();

/// The palette of Okabe and Ito for categories, which colour-blind people tell apart, and one hue
/// from pale to deep for things in order.
QColor colorOf(const report::PlotColor& color, const PlotTheme& theme);

/// Black or white, whichever reads better on a colour.
QColor readableOn(const QColor& background);
/// A colour as it is where a text in it can be read on a background, else moved as far towards
/// black or white as that takes.
QColor legibleOn(const QColor& background, const QColor& color);

/// Which of several marker shapes and dashes a role has, so that colour is never alone. -1: the
/// plain one.
int shapeOf(const report::PlotColor& color);

/// QString from UTF-8.
QString textOf(const std::string& text);

}  // namespace moe::plot
