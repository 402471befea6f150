#pragma once

#include <QByteArray>
#include <QRect>

class QPainter;

namespace moe::plot {

// QSvgGenerator of Qt 6.4 takes no notice of clipping, so that lines run on over headings and
// legend. While a plot is painted, marks are left where clipping begins and ends; in the finished
// file they become groups with a clip path.

/// Marks in a picture that becomes SVG; on any other device nothing is painted.
void beginSvgClip(QPainter& painter, const QRect& rect);
void endSvgClip(QPainter& painter);

/// The file with its marks as groups. A mark that ends nothing is taken out; a clip that nothing
/// ends lasts to the end.
QByteArray withSvgClips(QByteArray svg);

}  // namespace moe::plot
