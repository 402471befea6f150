#pragma once

// Internal to the reader of event files.

#include <string_view>
#include <vector>

#include "data/logs/log_sink.h"

namespace moe {

/// Hands the values and texts of serialised Event messages on. Scalars become values of one record;
/// texts and hyper-parameters settings; graphs, images and histograms are passed over. Field
/// numbers are those of tensorflow/core/util/event.proto, summary.proto and, for hyper-parameters,
/// tensorboard/plugins/hparams/plugin_data.proto.
class EventDecoder {
 public:
  explicit EventDecoder(LogSink& sink) : sink_(sink) {}

  /// False when the bytes are no Event; then nothing was handed on.
  bool decode(std::string_view event, std::size_t place);

 private:
  bool addValue(std::string_view value, std::size_t place);

  LogSink& sink_;
  std::vector<LogValue> values_;
};

}  // namespace moe
