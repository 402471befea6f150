#include "app/gui/widgets/document_view.h"

#include <QScrollBar>
#include <algorithm>

#include "app/gui/presenters/document_html.h"
#include "app/plot/export_plot.h"

namespace moe::gui {
namespace {

constexpr DocumentLook kLook{};
constexpr int kWidest = 1100;  // pixels of a line that is still easy to read
constexpr double kSharp = 2;   // pixels of a plot for each of the screen's

}  // namespace

DocumentView::DocumentView(QWidget* parent) : QTextBrowser(parent) {
  setObjectName("preview");
  setAccessibleName(tr("Preview of the report"));
  setOpenLinks(false);
  setVerticalScrollBarPolicy(Qt::ScrollBarAlwaysOn);  // laid out once, not again beside the bar
  setLineWrapColumnOrWidth(kWidest);                  // heeded where the view is wider
}

void DocumentView::show(const report::Document& document) {
  document_ = document;
  plots_.clear();
  report::eachBlock<report::Figure>(document_, [this](const auto&, const report::Figure& figure) {
    plots_[figure.plot.key] = &figure.plot;
  });
  lay();
}

void DocumentView::setTheme(const plot::PlotTheme& theme) {
  theme_ = theme;
  if (!document_.sections.empty()) lay();
}

void DocumentView::lay() {
  const int place = verticalScrollBar()->value();
  DocumentLook look = kLook;
  look.dark = theme_.dark;
  setHtml(QString::fromStdString(documentHtml(document_, look)));
  verticalScrollBar()->setValue(place);
}

void DocumentView::resizeEvent(QResizeEvent* event) {
  const int free = width() - kWidest - verticalScrollBar()->sizeHint().width() - 2 * frameWidth();
  setLineWrapMode(free > 0 ? QTextEdit::FixedPixelWidth : QTextEdit::WidgetWidth);
  const int beside = std::max(0, free / 2);
  setViewportMargins(beside, 0, beside, 0);
  QTextBrowser::resizeEvent(event);
}

QVariant DocumentView::loadResource(int type, const QUrl& name) {
  const auto plot = plots_.find(name.path().toStdString());
  if (type != QTextDocument::ImageResource || name.scheme() != "plot" || plot == plots_.end())
    return {};
  plot::ExportOptions options;
  options.size = {kLook.picture_width, kLook.picture_height};
  options.scale = kSharp;
  options.draw.theme = theme_;
  options.draw.title = false;
  options.draw.notes = false;
  return plot::renderImage(*plot->second, options);
}

}  // namespace moe::gui
