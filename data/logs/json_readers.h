#pragma once

#include "data/logs/log_reader.h"

namespace moe {

/// `trainer_state.json` of the Hugging Face Trainer: the entries of `log_history` are records, all
/// else is settings: `max_steps`, `num_train_epochs`, `global_step`, `train_batch_size`,
/// `trial_params`.
const LogReader& huggingFaceReader();

/// JSON of other programs: a list of rows, or an object whose members are settings and whose lists
/// of objects hold the rows, such as `results`; columns of numbers or of numbered members
/// (pandas) up to 64 MiB. What is a step, a run and a part is said at `LogTable` (log_table.h).
const LogReader& jsonReader();

/// A JSON object a line, such as W&B's `run.history()`. A broken line is skipped.
const LogReader& jsonLinesReader();

}  // namespace moe
