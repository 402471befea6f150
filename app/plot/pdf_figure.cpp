#include "app/plot/pdf_figure.h"

#include "app/plot/draw_plot.h"

namespace moe::plot {
namespace {

constexpr int kIndexProperty = QTextFormat::UserProperty + 1;
constexpr int kWidthProperty = QTextFormat::UserProperty + 2;

}  // namespace

std::optional<QPicture> recordedPlot(const report::Figure& figure) {
  const report::PictureSize size = report::pictureSize(figure);
  QCustomPlot plot;
  plot.resize(size.width, size.height);
  DrawOptions options;
  options.title = false;
  options.notes = false;
  draw(figure.plot, plot, options);
  QPicture picture;
  QCPPainter painter;
  painter.begin(&picture);
  painter.setMode(QCPPainter::pmVectorized);
  painter.setMode(QCPPainter::pmNoCaching);
  plot.toPainter(&painter, size.width, size.height);
  painter.end();
  return picture;
}

QTextCharFormat PdfFigures::formatOf(const report::Figure& figure, double width) {
  QTextCharFormat format;
  format.setObjectType(kObjectType);
  format.setProperty(kIndexProperty, static_cast<int>(figures_.size()));
  format.setProperty(kWidthProperty, width);
  figures_.push_back(figure);
  return format;
}

QSizeF PdfFigures::intrinsicSize(QTextDocument*, int, const QTextFormat& format) {
  const auto& figure = figures_[static_cast<std::size_t>(format.intProperty(kIndexProperty))];
  const report::PictureSize size = report::pictureSize(figure);
  const double width = format.doubleProperty(kWidthProperty);
  return {width, width * size.height / size.width};
}

void PdfFigures::drawObject(QPainter* painter, const QRectF& place, QTextDocument*, int,
                            const QTextFormat& format) {
  const auto& figure = figures_[static_cast<std::size_t>(format.intProperty(kIndexProperty))];
  const std::optional<QPicture> picture = complete_ ? record_(figure) : std::nullopt;
  complete_ = picture.has_value();
  if (!complete_) return;
  const report::PictureSize size = report::pictureSize(figure);
  painter->save();
  painter->translate(place.topLeft());
  // A picture is played in its own dots per inch, which Qt turns into the device's.
  const double dots =
      static_cast<double>(picture->logicalDpiX()) / painter->device()->logicalDpiX();
  painter->scale(dots * place.width() / size.width, dots * place.height() / size.height);
  painter->drawPicture(QPointF(), *picture);
  painter->restore();
}

}  // namespace moe::plot
