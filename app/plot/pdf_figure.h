#pragma once

#include <qcustomplot.h>

#include <QObject>
#include <QPicture>
#include <QTextObjectInterface>
#include <functional>
#include <optional>
#include <vector>

#include "app/report/document/report_drawing.h"

namespace moe::plot {

/// A plot as strokes and texts that any thread may repeat, unlike the widget that draws it. Needs
/// the application's thread.
std::optional<QPicture> recordedPlot(const report::Figure& figure);

/// Gives a plot so; nothing when it was stopped.
using PlotRecorder = std::function<std::optional<QPicture>(const report::Figure&)>;

/// Draws the plots of a QTextDocument as vectors. A plot is one character of the text with the
/// format of `formatOf`.
class PdfFigures : public QObject, public QTextObjectInterface {
  Q_OBJECT
  Q_INTERFACES(QTextObjectInterface)

 public:
  explicit PdfFigures(PlotRecorder record) : record_(std::move(record)) {}

  static constexpr int kObjectType = QTextFormat::UserObject + 1;

  /// The format of the character that stands for a figure, `width` units of the page wide.
  QTextCharFormat formatOf(const report::Figure& figure, double width);

  /// Whether every plot was recorded that had to be drawn.
  bool complete() const { return complete_; }

  QSizeF intrinsicSize(QTextDocument* document, int position, const QTextFormat& format) override;
  void drawObject(QPainter* painter, const QRectF& place, QTextDocument* document, int position,
                  const QTextFormat& format) override;

 private:
  PlotRecorder record_;
  bool complete_ = true;
  std::vector<report::Figure> figures_;
};

}  // namespace moe::plot
