#include "app/report/document/inline_svg.h"

namespace moe::report {
namespace {

void replaceEvery(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos;
       at = text.find(from, at + to.size()))
    text.replace(at, from.size(), to);
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
  for (const char* name : {"width", "height", "xmlns", "xmlns:xlink", "version", "baseProfile"})
    dropAttribute(tag, name);
  tag += " class=\"" + std::string(css_class) + "\" role=\"img\" aria-label=\"" +
         escapedHtml(label) + "\"";
  std::string body(svg.substr(tag_end, last + 6 - tag_end));
  nameApart(body, prefix);
  return tag + body;
}

}  // namespace moe::report
