#pragma once

#include <qcustomplot.h>

#include <QObject>
#include <QTextObjectInterface>
#include <memory>
#include <vector>

#include "app/report/document/report_drawing.h"

namespace moe::plot {

/// Draws the plots of a QTextDocument as vectors. A plot is one character of the text with the
/// format of `formatOf`.
class PdfFigures : public QObject, public QTextObjectInterface {
  Q_OBJECT
  Q_INTERFACES(QTextObjectInterface)

 public:
  static constexpr int kObjectType = QTextFormat::UserObject + 1;

  /// The format of the character that stands for a figure, `width` units of the page wide.
  QTextCharFormat formatOf(const report::Figure& figure, double width);

  /// What pages are painted with; QCustomPlot draws with nothing else.
  void setPainter(QCPPainter* painter) { painter_ = painter; }

  QSizeF intrinsicSize(QTextDocument* document, int position, const QTextFormat& format) override;
  void drawObject(QPainter* painter, const QRectF& place, QTextDocument* document, int position,
                  const QTextFormat& format) override;

 private:
  QCPPainter* painter_ = nullptr;
  std::vector<report::Figure> figures_;
};

}  // namespace moe::plot
