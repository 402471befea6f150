#pragma once

#include "data/logs/log_reader.h"

namespace moe {

/// CSV, TSV and CSV with semicolons, with a header; decimal commas where the delimiter is another
/// and no number has a point. What is a step, a run and a part is said at `LogTable` (log_table.h).
/// A row with another number of fields is skipped, a text in a column of numbers is left out and
/// listed. A last row without a line end is used only when its last number is not shorter than the
/// one above: it may be cut off.
const LogReader& csvReader();

/// The same, for what W&B exports: the columns of a chart ("RUN - METRIC", `PanelColumns`), the
/// history of a run (`_step`, `_runtime`), the table of runs ("Name", "State", "Runtime").
const LogReader& wandbCsvReader();

}  // namespace moe
