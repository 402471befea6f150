#pragma once

#include <QTextBlock>
#include <QTextCursor>
#include <QTextDocument>
#include <QTextTable>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "app/plot/pdf_figure.h"
#include "app/report/document/document.h"

namespace moe::plot {

/// Blocks of text that must stand on one page, from the first to the last.
using KeptTogether = std::vector<std::pair<QTextBlock, QTextBlock>>;

/// A heading of a part or of a step within it.
struct PdfHeading {
  std::string text;
  bool inner = false;
  QTextBlock block;
};

/// Fills a QTextDocument from a report. `width` is that of the page's text in its units.
class PdfText {
 public:
  PdfText(QTextDocument& text, PdfFigures& figures, double width);

  void addHead(const report::Document& document);
  void addSection(const report::Section& section, bool on_new_page);

  void operator()(const report::Paragraph& paragraph);
  void operator()(const report::Subheading& heading);
  void operator()(const report::BulletList& list);
  void operator()(const report::Callout& callout);
  void operator()(const report::FactSheet& sheet);
  void operator()(const report::TableBlock& block);
  void operator()(const report::Figure& figure);
  void operator()(const report::Verbatim& verbatim);

  const KeptTogether& kept() const { return kept_; }
  const std::vector<PdfHeading>& headings() const { return headings_; }

 private:
  struct Style {
    double points = 9;
    bool bold = false;
    QColor color;
    double above = 0;  // points
    double below = 4;
    bool fixed_pitch = false;
  };

  QTextBlock addText(const std::string& text, const Style& style);
  QTextTable* addTable(int rows, int columns, const QTextTableFormat& format);
  void fillCell(const QTextTableCell& cell, const std::string& text, const Style& style,
                Qt::Alignment alignment);
  void fillRow(QTextTable& table, int row, const report::TextTable& data,
               const report::TableRow& cells, const Style& style);
  void addFrame(const report::Callout& callout);
  void addPicture(QTextCursor& cursor, const report::Figure& figure, double width);
  void flushHalves();

  /// What begins here stays with what is added next.
  void startChain(const QTextBlock& block);
  void endChain(const QTextBlock& block);

  QTextCursor cursor_;
  PdfFigures& figures_;
  double width_;       // of the page's text, in units of the paint device
  double pixels_;      // the same at 96 per inch, in which formats state lengths
  bool fresh_ = true;  // the cursor stands in a block without text
  std::vector<report::Figure> halves_;
  std::optional<QTextBlock> chain_;
  KeptTogether kept_;
  std::vector<PdfHeading> headings_;
};

}  // namespace moe::plot
