#include "app/plot/pdf_text.h"

#include <QAbstractTextDocumentLayout>
#include <QFontMetricsF>
#include <QRegularExpression>
#include <algorithm>

#include "app/plot/plot_theme.h"

namespace moe::plot {
namespace {

const QColor kInk(0x1f, 0x23, 0x28);
const QColor kFaintInk(0x59, 0x60, 0x6a);
const QColor kLine(0xc8, 0xcd, 0xd3);
const QColor kSoft(0xf4, 0xf6, 0xf8);

constexpr double kPixelsPerPoint = 96.0 / 72;
constexpr int kWideTable = 7;  // columns from which letters are smaller
constexpr double kCellPadding = 3;
constexpr double kBesideNumbers = 10;
constexpr double kFactShare = 21;
constexpr double kHalfShare = 0.485;

struct FrameColors {
  QColor fill;
  QColor edge;
};

FrameColors colorsOf(report::CalloutKind kind) {
  switch (kind) {
    case report::CalloutKind::kAnswer:
      return {QColor(0xe9, 0xf3, 0xec), QColor(0x1d, 0x7a, 0x46)};
    case report::CalloutKind::kNote:
      return {kSoft, QColor(0x8a, 0x91, 0x9a)};
    case report::CalloutKind::kWarning:
      return {QColor(0xfd, 0xf3, 0xe1), QColor(0xb8, 0x6e, 0x00)};
    case report::CalloutKind::kFailure:
      return {QColor(0xfd, 0xec, 0xea), QColor(0xb3, 0x26, 0x1e)};
  }
  return {kSoft, kLine};
}

/// Text with Unicode's line separator instead of '\n', which would begin a block.
QString linesOf(const std::string& text) {
  return textOf(text).replace('\n', QChar::LineSeparator);
}

QTextTableFormat plainTable() {
  QTextTableFormat format;
  format.setWidth(QTextLength(QTextLength::PercentageLength, 100));
  format.setBorder(0);
  format.setBorderCollapse(true);
  format.setCellSpacing(0);
  format.setCellPadding(kCellPadding);
  format.setBottomMargin(8);
  return format;
}

/// The widest piece of a text between separators.
double widestPart(const std::string& text, const QString& separators,
                  const QFontMetricsF& metrics) {
  double widest = 0;
  const QRegularExpression cut("[" + separators + "]");
  for (const QString& part : textOf(text).split(cut))
    widest = std::max(widest, metrics.horizontalAdvance(part));
  return widest;
}

/// Room of a column in pixels: of its longest word, which must not be broken, and of its longest
/// line.
struct ColumnRoom {
  double least = 0;
  double wished = 0;
};

ColumnRoom roomOf(const report::TextTable& table, std::size_t at, const QFontMetricsF& metrics,
                  double zoom) {
  const report::TableColumn& column = table.columns[at];
  ColumnRoom room;
  const auto see = [&](const std::string& text, bool wrap) {
    room.least = std::max(room.least, widestPart(text, " \n", metrics));
    room.wished = std::max(room.wished, widestPart(text, wrap ? " \n" : "\n", metrics));
  };
  see(column.heading + "\n" + column.unit, true);
  for (const auto& row : table.rows) see(row[at].text, false);
  const bool beside = column.align == report::Align::kLeft && at > 0;
  const double padding = kCellPadding + (beside ? kBesideNumbers : kCellPadding) + 1;
  return {room.least / zoom + padding, room.wished / zoom + padding};
}

/// Widths of columns as shares of a table `pixels` wide: what their longest lines take, or where
/// that is too much, their longest words and a part of the rest.
QList<QTextLength> columnWidths(const report::TextTable& table, double points, double pixels) {
  QFont font(lightTheme().family);
  font.setPixelSize(100);  // whole pixels of small letters would be off by several per cent
  font.setBold(true);
  const QFontMetricsF metrics(font);
  std::vector<ColumnRoom> rooms;
  double least = 0;
  double wished = 0;
  const double zoom = 100 / (points * kPixelsPerPoint);
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    rooms.push_back(roomOf(table, i, metrics, zoom));
    least += rooms.back().least;
    wished += rooms.back().wished;
  }
  const double part =
      wished <= pixels ? 1 : std::max(0.0, (pixels - least) / std::max(1.0, wished - least));
  const double all = least + part * (wished - least);
  QList<QTextLength> lengths;
  for (const ColumnRoom& room : rooms)
    lengths.append(QTextLength(QTextLength::PercentageLength,
                               100 * (room.least + part * (room.wished - room.least)) / all));
  return lengths;
}

void underline(QTextTable& table, int row, double width) {
  for (int column = 0; column < table.columns(); ++column) {
    QTextTableCell cell = table.cellAt(row, column);
    QTextTableCellFormat format = cell.format().toTableCellFormat();
    format.setBottomBorder(width);
    format.setBottomBorderStyle(QTextFrameFormat::BorderStyle_Solid);
    format.setBottomBorderBrush(kLine);
    cell.setFormat(format);
  }
}

}  // namespace

PdfText::PdfText(QTextDocument& text, PdfFigures& figures, double width)
    : cursor_(&text),
      figures_(figures),
      width_(width),
      pixels_(width * 96 / text.documentLayout()->paintDevice()->logicalDpiX()) {}

void PdfText::startChain(const QTextBlock& block) {
  if (!chain_) chain_ = block;
}

void PdfText::endChain(const QTextBlock& block) {
  if (chain_) kept_.emplace_back(*chain_, block);
  chain_.reset();
}

QTextBlock PdfText::addText(const std::string& text, const Style& style) {
  QTextBlockFormat block;
  block.setTopMargin(style.above * kPixelsPerPoint);
  block.setBottomMargin(style.below * kPixelsPerPoint);
  if (!text.empty()) block.setLineHeight(118, QTextBlockFormat::ProportionalHeight);
  QTextCharFormat letters;
  letters.setFontPointSize(style.points);
  letters.setFontWeight(style.bold ? QFont::Bold : QFont::Normal);
  letters.setForeground(style.color.isValid() ? style.color : kInk);
  if (style.fixed_pitch) letters.setFontFamilies({lightTheme().family + " Mono"});
  if (fresh_) {
    cursor_.setBlockFormat(block);
    cursor_.setBlockCharFormat(letters);
  } else {
    cursor_.insertBlock(block, letters);
  }
  fresh_ = false;
  cursor_.insertText(linesOf(text), letters);
  return cursor_.block();
}

void PdfText::addHead(const report::Document& document) {
  addText(document.title, {18, true, kInk, 0, 4});
  if (!document.question.empty()) addText(document.question, {11, false, kInk, 0, 4});
  if (!document.byline.empty()) addText(document.byline, {8, false, kFaintInk, 0, 6});
}

void PdfText::addSection(const report::Section& section, bool on_new_page) {
  const QTextBlock heading = addText(section.title, {14, true, kInk, on_new_page ? 0.0 : 12, 6});
  if (on_new_page) {
    QTextBlockFormat format = cursor_.blockFormat();
    format.setPageBreakPolicy(QTextFormat::PageBreak_AlwaysBefore);
    cursor_.setBlockFormat(format);
  }
  headings_.push_back({section.title, false, heading});
  startChain(heading);
  for (const report::Block& block : section.blocks) {
    if (!std::holds_alternative<report::Figure>(block)) flushHalves();
    std::visit(*this, block);
  }
  flushHalves();
  chain_.reset();
}

void PdfText::operator()(const report::Paragraph& paragraph) {
  endChain(addText(paragraph.text, {9, false, kInk, 0, 5}));
}

void PdfText::operator()(const report::Subheading& heading) {
  const QTextBlock block = addText(heading.text, {11, true, kInk, 10, 4});
  headings_.push_back({heading.text, true, block});
  startChain(block);
}

void PdfText::operator()(const report::BulletList& list) {
  for (const std::string& item : list.items) {
    const QTextBlock block = addText("\xE2\x80\xA2  " + item, {8.5, false, kInk, 0, 3});
    QTextBlockFormat format = cursor_.blockFormat();
    format.setLeftMargin(12);
    format.setTextIndent(-10);
    cursor_.setBlockFormat(format);
    endChain(block);
  }
}

void PdfText::operator()(const report::Verbatim& verbatim) {
  Style style{7, false, kInk, 0, 6};
  style.fixed_pitch = true;
  endChain(addText(verbatim.text, style));
  QTextBlockFormat format = cursor_.blockFormat();
  format.setBackground(kSoft);
  format.setLeftMargin(6);
  cursor_.setBlockFormat(format);
}

void PdfText::operator()(const report::Callout& callout) {
  report::Callout named = callout;
  if (callout.kind == report::CalloutKind::kFailure)
    named.title = std::string(report::calloutWord(callout.kind)) + ": " + callout.title;
  addFrame(named);
}

QTextTable* PdfText::addTable(int rows, int columns, const QTextTableFormat& format) {
  if (fresh_) {  // the empty paragraph stays above the table: it must not be seen
    QTextBlockFormat thin;
    thin.setLineHeight(1, QTextBlockFormat::FixedHeight);
    cursor_.setBlockFormat(thin);
  }
  return cursor_.insertTable(rows, columns, format);
}

void PdfText::fillCell(const QTextTableCell& cell, const std::string& text, const Style& style,
                       Qt::Alignment alignment) {
  QTextCursor at = cell.firstCursorPosition();
  QTextBlockFormat block;
  block.setAlignment(alignment);
  QTextCharFormat letters;
  letters.setFontPointSize(style.points);
  letters.setFontWeight(style.bold ? QFont::Bold : QFont::Normal);
  letters.setForeground(style.color.isValid() ? style.color : kInk);
  at.setBlockFormat(block);
  const std::size_t end = text.find('\n');
  at.insertText(textOf(text.substr(0, end)), letters);
  if (end == std::string::npos) return;
  letters.setForeground(kFaintInk);
  letters.setFontWeight(QFont::Normal);
  at.insertText(QString(QChar::LineSeparator) + linesOf(text.substr(end + 1)), letters);
}

void PdfText::addFrame(const report::Callout& callout) {
  const FrameColors colors = colorsOf(callout.kind);
  QTextTableFormat format = plainTable();
  format.setCellPadding(7);
  QTextTable* table = addTable(1, 1, format);
  QTextTableCell cell = table->cellAt(0, 0);
  const bool answer = callout.kind == report::CalloutKind::kAnswer;
  QTextCursor outside = cursor_;
  cursor_ = cell.firstCursorPosition();
  endChain(cursor_.block());
  fresh_ = true;
  if (!callout.title.empty()) addText(callout.title, {answer ? 12.0 : 9.5, true, kInk, 0, 2});
  if (!callout.text.empty()) addText(callout.text, {8.5, false, kInk, 0, 1});
  for (const std::string& item : callout.items)
    addText("\xE2\x80\xA2  " + item, {8.5, false, kInk, 0, 2});
  // After the text: the first block of a cell shares its format with the cell.
  QTextTableCellFormat cell_format = cell.format().toTableCellFormat();
  cell_format.setBackground(colors.fill);
  cell_format.setLeftBorder(3);
  cell_format.setLeftBorderStyle(QTextFrameFormat::BorderStyle_Solid);
  cell_format.setLeftBorderBrush(colors.edge);
  cell.setFormat(cell_format);
  cursor_ = outside;
  cursor_.movePosition(QTextCursor::End);
  fresh_ = true;
}

void PdfText::operator()(const report::FactSheet& sheet) {
  QTextTableFormat format = plainTable();
  format.setColumnWidthConstraints({QTextLength(QTextLength::PercentageLength, kFactShare),
                                    QTextLength(QTextLength::PercentageLength, 100 - kFactShare)});
  QTextTable* table = addTable(static_cast<int>(sheet.facts.size()), 2, format);
  endChain(table->cellAt(0, 0).firstCursorPosition().block());
  for (int row = 0; row < table->rows(); ++row) {
    const report::Fact& fact = sheet.facts[static_cast<std::size_t>(row)];
    fillCell(table->cellAt(row, 0), fact.name, {8.5, false, kFaintInk, 0, 0}, Qt::AlignLeft);
    fillCell(table->cellAt(row, 1),
             fact.detail.empty() ? fact.value : fact.value + "\n" + fact.detail,
             {8.5, true, kInk, 0, 0}, Qt::AlignLeft);
    underline(*table, row, 0.5);
  }
  cursor_.movePosition(QTextCursor::End);
  fresh_ = true;
}

void PdfText::fillRow(QTextTable& table, int row, const report::TextTable& data,
                      const report::TableRow& cells, const Style& style) {
  for (int column = 0; column < table.columns(); ++column) {
    const auto at = static_cast<std::size_t>(column);
    const bool left = data.columns[at].align == report::Align::kLeft;
    QTextTableCell cell = table.cellAt(row, column);
    fillCell(cell, cells[at].text, style, left ? Qt::AlignLeft : Qt::AlignRight);
    if (!left || column == 0) continue;
    QTextTableCellFormat format = cell.format().toTableCellFormat();
    format.setLeftPadding(kBesideNumbers);  // the column before it may end at its right edge
    cell.setFormat(format);
  }
}

void PdfText::operator()(const report::TableBlock& block) {
  const report::TextTable& data = block.table;
  if (!data.title.empty()) startChain(addText(data.title, {9, true, kInk, 6, 2}));
  const int columns = static_cast<int>(data.columns.size());
  const double points = columns > kWideTable ? 6.5 : 7.5;
  QTextTableFormat format = plainTable();
  format.setHeaderRowCount(1);
  format.setColumnWidthConstraints(columnWidths(data, points, pixels_));
  QTextTable* table = addTable(static_cast<int>(data.rows.size()) + 1, columns, format);
  report::TableRow headings;
  for (const report::TableColumn& column : data.columns)
    headings.emplace_back(column.unit.empty() ? column.heading
                                              : column.heading + "\n" + column.unit);
  fillRow(*table, 0, data, headings, {points, true, kInk, 0, 0});
  underline(*table, 0, 1.2);
  for (int row = 1; row < table->rows(); ++row) {
    fillRow(*table, row, data, data.rows[static_cast<std::size_t>(row) - 1],
            {points, false, kInk, 0, 0});
    underline(*table, row, 0.5);
  }
  endChain(table->cellAt(1, 0).firstCursorPosition().block());
  cursor_.movePosition(QTextCursor::End);
  fresh_ = true;
  for (const std::string& note : data.footnotes) addText(note, {7, false, kFaintInk, 0, 2});
}

void PdfText::addPicture(QTextCursor& cursor, const report::Figure& figure, double width) {
  if (report::hasContent(figure.plot))
    cursor.insertText(QString(QChar::ObjectReplacementCharacter), figures_.formatOf(figure, width));
}

void PdfText::operator()(const report::Figure& figure) {
  if (figure.half) {
    halves_.push_back(figure);
    if (halves_.size() == 2) flushHalves();
    return;
  }
  flushHalves();
  startChain(addText(figure.plot.title, {9, true, kInk, 8, 2}));
  if (report::hasContent(figure.plot)) {
    addText("", {9, false, kInk, 0, 2});
    addPicture(cursor_, figure, width_);
  }
  endChain(addText(report::captionOf(figure.plot), {7, false, kFaintInk, 0, 8}));
}

void PdfText::flushHalves() {
  if (halves_.empty()) return;
  QTextTableFormat format = plainTable();
  format.setCellPadding(2);
  format.setColumnWidthConstraints({QTextLength(QTextLength::PercentageLength, 50),
                                    QTextLength(QTextLength::PercentageLength, 50)});
  QTextTable* table = addTable(3, 2, format);
  startChain(table->cellAt(0, 0).firstCursorPosition().block());
  for (std::size_t i = 0; i < halves_.size(); ++i) {
    const auto column = static_cast<int>(i);
    const report::Figure& figure = halves_[i];
    fillCell(table->cellAt(0, column), figure.plot.title, {8, true, kInk, 0, 0}, Qt::AlignLeft);
    QTextCursor inside = table->cellAt(1, column).firstCursorPosition();
    addPicture(inside, figure, kHalfShare * width_);
    fillCell(table->cellAt(2, column), report::captionOf(figure.plot),
             {6.5, false, kFaintInk, 0, 0}, Qt::AlignLeft);
  }
  endChain(table->cellAt(2, 0).firstCursorPosition().block());
  halves_.clear();
  cursor_.movePosition(QTextCursor::End);
  fresh_ = true;
}

}  // namespace moe::plot
