#include "app/plot/pdf_figure.h"

#include "app/plot/draw_plot.h"

namespace moe::plot {
namespace {

constexpr int kIndexProperty = QTextFormat::UserProperty + 1;
constexpr int kWidthProperty = QTextFormat::UserProperty + 2;

}  // namespace

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

void PdfFigures::drawObject(QPainter*, const QRectF& place, QTextDocument*, int,
                            const QTextFormat& format) {
  const auto& figure = figures_[static_cast<std::size_t>(format.intProperty(kIndexProperty))];
  const report::PictureSize size = report::pictureSize(figure);
  QCustomPlot plot;
  plot.resize(size.width, size.height);
  DrawOptions options;
  options.title = false;
  options.notes = false;
  draw(figure.plot, plot, options);
  painter_->save();
  painter_->translate(place.topLeft());
  painter_->scale(place.width() / size.width, place.height() / size.height);
  plot.toPainter(painter_, size.width, size.height);
  painter_->restore();
}

}  // namespace moe::plot
