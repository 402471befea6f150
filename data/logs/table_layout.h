#pragma once

// Internal to the readers of tables.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "data/logs/table_number.h"

namespace moe {

/// What the first bytes of a delimited table say about the rest.
struct TableLayout {
  char delimiter = ',';
  DecimalSign decimal_sign = DecimalSign::kPoint;
  std::vector<std::string> header;
};

/// Looks at the beginning of a text: the delimiter that splits its header and gives as many fields
/// in the lines below, of tab, semicolon and comma; a decimal comma where the delimiter is another
/// and numbers have one and none a point. Lines that start with '#' before the header are passed
/// over. Nothing when it is no table with a header of at least two names.
std::optional<TableLayout> tableLayout(std::string_view head);

/// Where the header begins: behind a byte order mark, blank lines and lines that start with '#'.
std::string_view fromHeader(std::string_view head);

}  // namespace moe
