#include "app/report/document/inline_svg.h"

namespace moe::report {
namespace {

void replaceEvery(std::string& text, std::string_view from, std::string_view to) {
  std::string replaced;
  std::size_t done = 0;
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, done)) {
    replaced.append(text, done, at - done).append(to);
    done = at + from.size();
  }
  if (done > 0) text = replaced.append(text, done);
}

/// Takes an element without attributes out, with what it holds.
void dropElement(std::string& text, const std::string& name) {
  const std::size_t begin = text.find("<" + name + ">");
  const std::string close = "</" + name + ">";
  const std::size_t end = text.find(close);
  if (begin != std::string::npos && end != std::string::npos && begin < end)
    text.erase(begin, end + close.size() - begin);
}

/// Groups that Qt opens and closes again without drawing anything.
void dropEmptyGroups(std::string& text) {
  constexpr std::string_view kEmptyEnd = ">\n</g>";
  std::string kept;
  std::size_t done = 0;
  for (std::size_t at = text.find(kEmptyEnd); at != std::string::npos;
       at = text.find(kEmptyEnd, at + 1)) {
    const std::size_t open = text.rfind('<', at);
    if (open == std::string::npos || open < done || text.compare(open, 3, "<g ") != 0) continue;
    kept.append(text, done, open - done);
    done = at + kEmptyEnd.size();
  }
  text = kept.append(text, done);
}

/// Leaves out what Qt writes and says nothing: defaults, and what the outermost group states.
void makeSmall(std::string& body) {
  for (const char* name : {"title", "desc"}) dropElement(body, name);  // a tooltip over all of it
  dropEmptyGroups(body);
  for (const char* said :
       {" vector-effect=\"none\"", " fill-rule=\"evenodd\" d=", " stroke-opacity=\"1\"",
        " fill-opacity=\"1\"", " transform=\"matrix(1,0,0,1,0,0)\"", " font-style=\"normal\""})
    replaceEvery(body, said, std::string_view(said).ends_with(" d=") ? " d=" : "");
  for (const char* blank : {" \n", "\n\n"}) replaceEvery(body, blank, "\n");
}

/// Takes ` name="..."` out of a tag.
void dropAttribute(std::string& tag, std::string_view name) {
  const std::string start = " " + std::string(name) + "=\"";
  const std::size_t at = tag.find(start);
  if (at == std::string::npos) return;
  const std::size_t end = tag.find('"', at + start.size());
  if (end != std::string::npos) tag.erase(at, end + 1 - at);
}

void nameApart(std::string& body, std::string_view prefix) {
  const std::string begin(prefix);
  for (const char* place : {" id=\"", "url(#", "href=\"#"})
    replaceEvery(body, place, place + begin + "-");
}

}  // namespace

std::string escapedHtml(std::string_view text) {
  std::string escaped;
  for (const char letter : text) {
    switch (letter) {
      case '&':
        escaped += "&amp;";
        break;
      case '<':
        escaped += "&lt;";
        break;
      case '>':
        escaped += "&gt;";
        break;
      case '"':
        escaped += "&quot;";
        break;
      case '\'':
        escaped += "&#39;";
        break;
      default:
        escaped += letter;
    }
  }
  return escaped;
}

std::string inlineSvg(std::string_view svg, std::string_view css_class, std::string_view label,
                      std::string_view prefix) {
  const std::size_t begin = svg.find("<svg");
  const std::size_t last = svg.rfind("</svg>");
  if (begin == std::string_view::npos || last == std::string_view::npos) return "";
  const std::size_t tag_end = svg.find('>', begin);
  std::string tag(svg.substr(begin, tag_end - begin));
  replaceEvery(tag, "\n", " ");
  replaceEvery(tag, "  ", " ");
  for (const char* name : {"width", "height", "xmlns", "xmlns:xlink", "version", "baseProfile"})
    dropAttribute(tag, name);
  tag += " class=\"" + std::string(css_class) + "\" role=\"img\" aria-label=\"" +
         escapedHtml(label) + "\"";
  std::string body(svg.substr(tag_end, last + 6 - tag_end));
  makeSmall(body);
  nameApart(body, prefix);
  return tag + body;
}

}  // namespace moe::report
