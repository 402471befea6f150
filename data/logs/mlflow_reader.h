#pragma once

#include <filesystem>
#include <optional>

#include "data/logs/log_reader.h"

namespace moe {

/// A metric file of MLflow's file store ("RUN/metrics/train/loss"): a line of time, value and step
/// for each point ("1700000000000 2.5 100"; old files lack the step), time in milliseconds since
/// 1970 (mlflow/store/tracking/file_store.py). The value is called as the file is below "metrics".
const LogReader& mlflowReader();

/// The folder of the run that a file belongs to: the one with "metrics" and "params" or
/// "meta.yaml". Nothing when the path is not below such a folder.
std::optional<std::filesystem::path> mlflowRunFolder(const std::filesystem::path& file);

/// Hands the parameters and tags of a run's folder on as settings: files in "params" and "tags" by
/// their names, of "meta.yaml" `run_id`, `run_name`, `status`. What cannot be read is skipped.
void handMlflowSettingsOn(const std::filesystem::path& run_folder, LogSink& sink);

}  // namespace moe
