#pragma once

#include <string>
#include <string_view>

namespace moe::report {

/// An SVG file as an element of a page: without prolog and size, so that it is as wide as its
/// place; with a class, a label for who cannot see it, and ids that begin with `prefix`, so that
/// those of several pictures do not meet. Empty for a text without an <svg> element.
std::string inlineSvg(std::string_view svg, std::string_view css_class, std::string_view label,
                      std::string_view prefix);

/// Text with &, <, >, " and ' as entities.
std::string escapedHtml(std::string_view text);

}  // namespace moe::report
