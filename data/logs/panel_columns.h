#pragma once

// Internal to the readers of tables.

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace moe {

/// One run of a chart that W&B exported: its columns in the table.
struct PanelRun {
  struct Series {
    std::string metric;
    std::size_t column = 0;
  };
  std::string id;
  std::vector<Series> series;
  std::optional<std::size_t> step_column;  ///< "RUN - _step"
};

/// The CSV that W&B exports from a chart: one x column and, for every run, "RUN - METRIC" with
/// "RUN - METRIC__MIN" and "RUN - METRIC__MAX", which repeat it for single runs and are left out.
struct PanelColumns {
  std::string axis;  ///< name of the x column, "Step" for one
  std::size_t axis_column = 0;
  bool axis_is_step = false;
  std::vector<PanelRun> runs;
};

/// Nothing when the header is another one. A second run of the same name gets "#2" behind it.
std::optional<PanelColumns> panelColumns(std::span<const std::string> header);

}  // namespace moe
