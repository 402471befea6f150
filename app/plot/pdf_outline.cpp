#include "app/plot/pdf_outline.h"

#include <algorithm>
#include <map>
#include <optional>

namespace moe::plot {
namespace {

/// What an update needs to know of a PDF.
struct PdfEnd {
  qsizetype xref = 0;  ///< offset of the cross-reference table
  int objects = 0;
  int root = 0;
  int info = 0;
  QByteArray catalog;  ///< entries of the root's dictionary
  std::vector<int> pages;
};

/// The whole number behind a key, "/Size 27"; none without it.
std::optional<int> numberBehind(const QByteArray& text, const QByteArray& key) {
  const qsizetype at = text.lastIndexOf(key);
  if (at < 0) return std::nullopt;
  const QByteArray rest = text.mid(at + key.size(), 20).simplified();
  bool good = false;
  const int number =
      rest.left(rest.indexOf(' ') < 0 ? rest.size() : rest.indexOf(' ')).toInt(&good);
  return good ? std::optional(number) : std::nullopt;
}

/// What stands between the brackets of an object's dictionary.
QByteArray dictionaryOf(const QByteArray& pdf, int object) {
  const qsizetype begin = pdf.indexOf("\n" + QByteArray::number(object) + " 0 obj\n<<");
  const qsizetype end = begin < 0 ? -1 : pdf.indexOf("endobj", begin);
  if (end < 0) return {};
  const qsizetype first = pdf.indexOf("<<", begin) + 2;
  return pdf.mid(first, pdf.lastIndexOf(">>", end) - first);
}

/// "6 0 R 9 0 R" behind /Kids.
std::vector<int> kidsOf(const QByteArray& dictionary) {
  std::vector<int> kids;
  const qsizetype open = dictionary.indexOf('[', dictionary.indexOf("/Kids"));
  const QByteArray list = dictionary.mid(open + 1, dictionary.indexOf(']', open) - open - 1);
  const QList<QByteArray> words = list.simplified().split(' ');
  for (qsizetype i = 0; i + 2 < words.size(); i += 3) kids.push_back(words[i].toInt());
  return kids;
}

std::optional<PdfEnd> endOf(const QByteArray& pdf) {
  const qsizetype trailer_at = pdf.lastIndexOf("\ntrailer\n");
  if (trailer_at < 0) return std::nullopt;
  const QByteArray trailer = pdf.mid(trailer_at);
  const auto size = numberBehind(trailer, "/Size");
  const auto root = numberBehind(trailer, "/Root");
  const auto info = numberBehind(trailer, "/Info");
  const auto xref = numberBehind(trailer, "startxref");
  if (!size || !root || !info || !xref) return std::nullopt;
  PdfEnd end{*xref, *size, *root, *info, dictionaryOf(pdf, *root), {}};
  const auto pages = numberBehind(end.catalog, "/Pages");
  if (!pages) return std::nullopt;
  end.pages = kidsOf(dictionaryOf(pdf, *pages));
  if (end.pages.empty()) return std::nullopt;
  return end;
}

/// A text string as PDF stores any letter: UTF-16 with its mark, in hexadecimal digits.
QByteArray hexText(const QString& text) {
  QByteArray digits = "<FEFF";
  for (const QChar letter : text)
    digits += QByteArray::number(letter.unicode(), 16).rightJustified(4, '0').toUpper();
  return digits + ">";
}

QByteArray reference(int object) { return QByteArray::number(object) + " 0 R"; }

/// The catalog anew and the bookmarks as objects, numbered after those that there are.
class OutlineObjects {
 public:
  OutlineObjects(const PdfEnd& end, const std::vector<OutlineEntry>& entries)
      : end_(end), entries_(entries) {
    int outer = -1;
    for (int i = 0; i < static_cast<int>(entries.size()); ++i) {
      const bool inner = entries[static_cast<std::size_t>(i)].inner && outer >= 0;
      children_[inner ? outer : -1].push_back(i);
      if (!inner) outer = i;
    }
  }

  std::map<int, QByteArray> objects() const {
    std::map<int, QByteArray> objects;
    objects[end_.root] =
        end_.catalog + "/Outlines " + reference(numberOf(-1)) + "\n/PageMode /UseOutlines\n";
    objects[numberOf(-1)] = "\n/Type /Outlines\n" + family(-1) + "/Count " +
                            QByteArray::number(static_cast<int>(children_.at(-1).size())) + "\n";
    for (const auto& [parent, list] : children_)
      for (std::size_t at = 0; at < list.size(); ++at)
        objects[numberOf(list[at])] = item(parent, list, at);
    return objects;
  }

 private:
  /// The object of an entry; -1 is the root of all.
  int numberOf(int entry) const { return end_.objects + 1 + entry; }

  /// First and last of the entries below one.
  QByteArray family(int parent) const {
    const auto found = children_.find(parent);
    if (found == children_.end()) return {};
    return "/First " + reference(numberOf(found->second.front())) + "\n/Last " +
           reference(numberOf(found->second.back())) + "\n";
  }

  QByteArray item(int parent, const std::vector<int>& list, std::size_t at) const {
    const int index = list[at];
    const OutlineEntry& entry = entries_[static_cast<std::size_t>(index)];
    const int last = static_cast<int>(end_.pages.size()) - 1;
    const int page = end_.pages[static_cast<std::size_t>(std::clamp(entry.page, 0, last))];
    QByteArray text = "\n/Title " + hexText(entry.title) + "\n/Parent " +
                      reference(numberOf(parent)) + "\n/Dest [" + reference(page) + " /XYZ 0 " +
                      QByteArray::number(entry.y_points, 'f', 1) + " null]\n" + family(index);
    if (at > 0) text += "/Prev " + reference(numberOf(list[at - 1])) + "\n";
    if (at + 1 < list.size()) text += "/Next " + reference(numberOf(list[at + 1])) + "\n";
    if (const auto inner = children_.find(index); inner != children_.end())  // closed at first
      text += "/Count " + QByteArray::number(-static_cast<int>(inner->second.size())) + "\n";
    return text;
  }

  const PdfEnd& end_;
  const std::vector<OutlineEntry>& entries_;
  std::map<int, std::vector<int>> children_;  // of each entry, -1 the root
};

}  // namespace

QByteArray withOutline(QByteArray pdf, const std::vector<OutlineEntry>& entries) {
  const auto end = endOf(pdf);
  if (!end || entries.empty()) return pdf;
  if (!pdf.endsWith('\n')) pdf += '\n';
  QByteArray table = "xref\n";
  int size = end->objects;
  for (const auto& [number, content] : OutlineObjects(*end, entries).objects()) {
    table += QByteArray::number(number) + " 1\n" +
             QByteArray::number(pdf.size()).rightJustified(10, '0') + " 00000 n \n";
    pdf += QByteArray::number(number) + " 0 obj\n<<" + content + ">>\nendobj\n";
    size = std::max(size, number + 1);
  }
  const QByteArray at = QByteArray::number(pdf.size());
  return pdf + table + "trailer\n<<\n/Size " + QByteArray::number(size) + "\n/Info " +
         reference(end->info) + "\n/Root " + reference(end->root) + "\n/Prev " +
         QByteArray::number(end->xref) + "\n>>\nstartxref\n" + at + "\n%%EOF\n";
}

}  // namespace moe::plot
