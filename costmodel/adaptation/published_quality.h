#pragma once

#include <span>
#include <string_view>

#include "costmodel/adaptation/adaptation_method.h"

namespace moe {

/// A quality that was published for a way of adapting a model. Never computed here.
struct PublishedQuality {
  std::string_view model;    ///< name in the catalog; empty: of another model, for any that routes
  AdaptationMethod method;   ///< whose row it belongs to
  std::string_view variant;  ///< what was trained, in words
  std::string_view measure;
  std::string_view value;    ///< as printed
  std::string_view trained;  ///< parameters, as printed; empty: not stated
  std::string_view source;
};
std::span<const PublishedQuality> publishedQualities();

}  // namespace moe
