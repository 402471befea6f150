#pragma once

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "app/report/plot_spec.h"
#include "app/report/text_table.h"

namespace moe::report {

// A report as plain data, without a format: what HTML, PDF, Markdown, JSON and CSV are written
// from. Texts are plain UTF-8; each writer escapes what its format gives a meaning.

struct Paragraph {
  std::string text;
};

/// A heading inside a section: one step of the project.
struct Subheading {
  std::string text;
};

struct BulletList {
  std::vector<std::string> items;
};

enum class CalloutKind {
  kAnswer,   ///< what the reader came for
  kNote,     ///< to be known
  kWarning,  ///< makes an answer weaker
  kFailure,  ///< there is no answer
};

/// A paragraph that must not be overlooked.
struct Callout {
  CalloutKind kind = CalloutKind::kNote;
  std::string title;
  std::string text;
  std::vector<std::string> items = {};  ///< as a list below the text
};

/// A figure in words: what it is, the number with unit and interval, what it rests on.
struct Fact {
  std::string name;
  std::string value;
  std::string detail = {};
  std::vector<TableNumber> numbers = {};  ///< the figures of `value`, each with its unit
};

/// What is known of one thing, line by line.
struct FactSheet {
  std::string key;  ///< of files
  std::vector<Fact> facts;
};

/// A table; lines within a cell are separated by '\n'.
struct TableBlock {
  std::string key;  ///< of files, unique in the document
  TextTable table;
};

/// A plot; its key is unique in the document. Half figures stand two in a row.
struct Figure {
  PlotSpec plot;
  bool half = false;
};

/// Text as it is typed or stored: a command, a hash.
struct Verbatim {
  std::string text;
};

using Block = std::variant<Paragraph, Subheading, BulletList, Callout, FactSheet, TableBlock,
                           Figure, Verbatim>;

struct Section {
  std::string key;  ///< of links, and the name of the part: "fit"
  std::string title;
  std::vector<Block> blocks;
};

/// A file that goes with the report where it is written into a folder.
struct Attachment {
  std::string name;  ///< "answers/fit.routed.json"
  std::string content;
};

struct Document {
  std::string title;
  std::string question;  ///< what is to be decided; may be empty
  std::string byline;    ///< "moeplan 0.1.0; project clark.moeplan, sha256 1b2c..."
  std::vector<Section> sections;
  std::vector<Attachment> attachments;
};

/// Calls visit(section, block) for every block of one kind, in order.
template <class Kind, class Visit>
void eachBlock(const Document& document, const Visit& visit) {
  for (const Section& section : document.sections)
    for (const Block& block : section.blocks)
      if (const auto* found = std::get_if<Kind>(&block)) visit(section, *found);
}

/// "heading (unit)".
std::string headingOf(const TableColumn& column);

/// "Warning", "Note", "No answer", "Answer".
std::string_view calloutWord(CalloutKind kind);

/// Sentence, notes and, where there is nothing to draw, the reason: what stands under a figure.
std::string captionOf(const PlotSpec& plot);

}  // namespace moe::report
