#pragma once

#include "data/logs/log_reader.h"

namespace moe {

/// CSV, TSV and CSV with semicolons, with a header; decimal commas where the delimiter is another
/// and no number has a point. What is a step, a run and a part is said at `LogTable` (log_table.h).
/// A row with another number of fields is skipped, a text in a column of numbers is left out and
/// listed. In a last row without a line end the last field may be cut off; it is used only when it
/// has as many decimals as all those above.
const LogReader& csvReader();

/// The same, for what W&B exports: the columns of a chart ("RUN - METRIC", `PanelColumns`), the
/// history of a run (`_step`, `_runtime`), the table of runs ("Name", "State", "Runtime").
const LogReader& wandbCsvReader();

}  // namespace moe
