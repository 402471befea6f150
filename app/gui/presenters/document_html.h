#pragma once

#include <string>

#include "app/report/document/document.h"

namespace moe {

/// How a preview looks.
struct DocumentLook {
  bool dark = false;
  int picture_width = 720;  ///< of a plot, pixels
  int picture_height = 400;
};

/// A document as the simple HTML that text widgets show, for a preview; reports that are sent have
/// writers of their own. A plot is an image "plot:KEY".
std::string documentHtml(const report::Document& document, const DocumentLook& look);

}  // namespace moe
