#pragma once

#include <string>
#include <string_view>

#include "data/error.h"

namespace moe {

/// Whether the bytes begin as gzip data does (1f 8b).
bool isGzip(std::string_view bytes);

/// The decompressed text; several gzip members in a row are one text. `where` starts the message
/// of the error (kInput) that damaged or unfinished data gives.
Result<std::string> gunzipped(std::string_view bytes, const std::string& where);

}  // namespace moe
