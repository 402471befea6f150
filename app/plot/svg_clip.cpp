#include "app/plot/svg_clip.h"

#include <QPaintEngine>
#include <QPainter>

namespace moe::plot {
namespace {

constexpr const char* kBeginMark = "@moeplan-clip ";
constexpr const char* kEndMark = "@moeplan-clip-end";

/// In a group of its own, as the pen differs from what is painted before and after it.
void paintMark(QPainter& painter, const QString& mark) {
  if (painter.paintEngine() == nullptr || painter.paintEngine()->type() != QPaintEngine::SVG)
    return;
  painter.save();
  painter.setPen(QPen(QColor(1, 2, 3), 7));
  painter.drawText(QPointF(0, 0), mark);
  painter.restore();
}

/// The group of Qt around a mark, and what the mark says.
struct MarkedGroup {
  qsizetype begin = -1;
  qsizetype end = -1;
  bool opens = false;
  QList<QByteArray> numbers;  ///< x, y, width, height of one that opens
};

MarkedGroup nextMark(const QByteArray& svg, qsizetype from) {
  MarkedGroup mark;
  const qsizetype at = svg.indexOf("@moeplan-clip", from);
  if (at < 0) return mark;
  mark.opens = svg.mid(at).startsWith(kBeginMark);
  if (mark.opens) {
    const qsizetype first = at + static_cast<qsizetype>(qstrlen(kBeginMark));
    mark.numbers = svg.mid(first, svg.indexOf('<', at) - first).trimmed().split(' ');
  }
  mark.begin = svg.lastIndexOf("<g ", at);
  mark.end = svg.indexOf("</g>", at) + 4;
  return mark;
}

QByteArray clipPath(const QByteArray& id, const QList<QByteArray>& numbers) {
  return "<clipPath id=\"" + id + "\"><rect x=\"" + numbers.value(0) + "\" y=\"" +
         numbers.value(1) + "\" width=\"" + numbers.value(2) + "\" height=\"" + numbers.value(3) +
         "\"/></clipPath>\n";
}

}  // namespace

void beginSvgClip(QPainter& painter, const QRect& rect) {
  paintMark(painter, QString("%1%2 %3 %4 %5")
                         .arg(kBeginMark)
                         .arg(rect.x())
                         .arg(rect.y())
                         .arg(rect.width())
                         .arg(rect.height()));
}

void endSvgClip(QPainter& painter) { paintMark(painter, kEndMark); }

QByteArray withSvgClips(QByteArray svg) {
  QByteArray clipped;
  QByteArray paths;
  int clips = 0;
  bool open = false;
  qsizetype done = 0;
  for (MarkedGroup mark = nextMark(svg, 0); mark.begin >= done; mark = nextMark(svg, done)) {
    clipped += svg.mid(done, mark.begin - done);
    done = mark.end;
    if (mark.opens == open) continue;  // without a partner
    open = mark.opens;
    if (!open) {
      clipped += "</g>";
      continue;
    }
    const QByteArray id = "clip" + QByteArray::number(++clips);
    paths += clipPath(id, mark.numbers);
    clipped += "<g clip-path=\"url(#" + id + ")\">";
  }
  clipped += svg.mid(done);
  if (open) clipped.insert(clipped.lastIndexOf("</g>"), "</g>");
  // Clip paths are of SVG 1.1 and not of the tiny profile that Qt names.
  clipped.replace("version=\"1.2\" baseProfile=\"tiny\"", "version=\"1.1\"");
  return clipped.replace("<defs>\n", "<defs>\n" + paths);
}

}  // namespace moe::plot
