#include "app/plot/report_pdf.h"

#include <QAbstractTextDocumentLayout>
#include <QBuffer>
#include <QPdfWriter>
#include <cmath>

#include "app/plot/pdf_outline.h"
#include "app/plot/pdf_text.h"
#include "app/plot/plot_theme.h"

namespace moe::plot {
namespace {

constexpr int kResolution = 1200;  // per inch
constexpr double kMarginMm = 16;
constexpr double kFooterMm = 10;  // below the text, within the margin of the page
constexpr double kClipMm = 0.3;
constexpr double kMmPerInch = 25.4;

double unitsOfMm(double mm) { return mm / kMmPerInch * kResolution; }

void setUp(QPdfWriter& writer, const report::Document& document) {
  writer.setTitle(textOf(document.title));
  writer.setCreator("moeplan");
  writer.setResolution(kResolution);
  writer.setPageSize(QPageSize(QPageSize::A4));
  writer.setPageMargins(QMarginsF(kMarginMm, kMarginMm, kMarginMm, kMarginMm),
                        QPageLayout::Millimeter);
}

/// Moves what must stay together to a new page where it would be parted. Each move shifts what
/// follows, so the layout is looked at anew, from the top down.
void keepTogether(QTextDocument& text, const KeptTogether& kept) {
  const double page = text.pageSize().height();
  const auto pageOf = [page](double y) { return static_cast<int>(std::floor(y / page)); };
  for (const auto& [first, last] : kept) {
    const QAbstractTextDocumentLayout& layout = *text.documentLayout();
    const QRectF begin = layout.blockBoundingRect(first);
    const QRectF end = layout.blockBoundingRect(last);
    // A unit less: a block may end where the page does.
    if (pageOf(begin.top()) == pageOf(end.bottom() - 1)) continue;
    if (end.bottom() - begin.top() > page) continue;
    QTextCursor cursor(first);
    if (QTextTable* table = cursor.currentTable()) {
      QTextTableFormat format = table->format();
      format.setPageBreakPolicy(QTextFormat::PageBreak_AlwaysBefore);
      table->setFormat(format);
    } else {
      QTextBlockFormat format = first.blockFormat();
      format.setPageBreakPolicy(QTextFormat::PageBreak_AlwaysBefore);
      cursor.setBlockFormat(format);
    }
  }
}

void paintFooter(QPainter& painter, const report::Document& document, int page, int pages,
                 QSizeF size) {
  painter.setFont(QFont(lightTheme().family, 7));
  painter.setPen(lightTheme().faint);
  const QRectF line(0, size.height(), size.width(), unitsOfMm(kFooterMm));
  painter.drawText(line, Qt::AlignLeft | Qt::AlignBottom, textOf(document.title));
  painter.drawText(line, Qt::AlignRight | Qt::AlignBottom, QString("%1 / %2").arg(page).arg(pages));
}

void paintPages(QTextDocument& text, PdfFigures& figures, const report::Document& document,
                QPdfWriter& writer) {
  QPainter painter(&writer);
  const QSizeF size = text.pageSize();
  const int pages = text.pageCount();
  for (int page = 0; page < pages && figures.complete(); ++page) {
    if (page > 0) writer.newPage();
    painter.save();
    painter.translate(0, -page * size.height());
    QAbstractTextDocumentLayout::PaintContext context;
    // A hair less, so that tall letters of the next page's first line stay there.
    context.clip =
        QRectF(0, page * size.height(), size.width(), size.height() - unitsOfMm(kClipMm));
    context.palette.setColor(QPalette::Text, lightTheme().text);
    painter.setClipRect(context.clip);
    text.documentLayout()->draw(&painter, context);
    painter.restore();
    paintFooter(painter, document, page + 1, pages, size);
  }
  painter.end();
}

/// Where the headings stand once all is laid out.
std::vector<OutlineEntry> outlineOf(const QTextDocument& text,
                                    const std::vector<PdfHeading>& headings,
                                    const QPdfWriter& writer) {
  constexpr double kPointsPerInch = 72;
  const double page = text.pageSize().height();
  const double top = writer.pageLayout().fullRect(QPageLayout::Point).height() -
                     kMarginMm / kMmPerInch * kPointsPerInch;
  std::vector<OutlineEntry> entries;
  for (const PdfHeading& heading : headings) {
    const double y = text.documentLayout()->blockBoundingRect(heading.block).top();
    const int number = static_cast<int>(std::floor(y / page));
    entries.push_back({textOf(heading.text), heading.inner, number,
                       top - (y - number * page) / kResolution * kPointsPerInch});
  }
  return entries;
}

/// Qt writes the time of day into the file. Blanks of the same length leave every offset as it is.
void dropCreationDate(QByteArray& pdf) {
  const qsizetype at = pdf.indexOf("/CreationDate");
  const qsizetype end = at < 0 ? -1 : pdf.indexOf(')', at);
  for (qsizetype i = at; end >= 0 && i <= end; ++i) pdf[i] = ' ';
}

}  // namespace

QByteArray reportPdf(const report::Document& document, const PlotRecorder& record) {
  QByteArray bytes;
  std::vector<OutlineEntry> outline;
  QBuffer buffer(&bytes);
  buffer.open(QIODevice::WriteOnly);
  {
    QPdfWriter writer(&buffer);
    setUp(writer, document);
    QTextDocument text;
    text.setDocumentMargin(0);
    text.setUseDesignMetrics(true);
    text.setDefaultFont(QFont(lightTheme().family, 9));
    text.documentLayout()->setPaintDevice(&writer);
    const QSizeF size(writer.width(), writer.height());
    text.setPageSize(size);
    PdfFigures figures(record);
    text.documentLayout()->registerHandler(PdfFigures::kObjectType, &figures);
    QTextCursor edit(&text);
    edit.beginEditBlock();  // laid out once, not after every cell
    PdfText filler(text, figures, size.width());
    filler.addHead(document);
    bool after_answer = false;  // the first page is the answer's own
    for (const report::Section& section : document.sections) {
      filler.addSection(section, after_answer);
      after_answer = section.key == "answer";
    }
    edit.endEditBlock();
    keepTogether(text, filler.kept());
    outline = outlineOf(text, filler.headings(), writer);
    paintPages(text, figures, document, writer);
    if (!figures.complete()) return {};
  }
  dropCreationDate(bytes);
  return withOutline(bytes, outline);
}

}  // namespace moe::plot
