#pragma once

#include "data/logs/log_reader.h"

namespace moe {

/// TensorBoard event files ("events.out.tfevents..."), of TensorFlow, Keras, PyTorch, tensorboardX:
///
///     record := length: uint64  masked CRC-32C of length  data[length]  masked CRC-32C of data
///
/// little-endian (tensorflow/core/lib/io/record_writer.h), data an Event message. A record whose
/// data fail their check sum is skipped; where the length fails its own, reading ends with a skip
/// that names the byte. Records above 64 MiB are passed over. Places count records from 1, the
/// first being the file's version. Text summaries and hyper-parameters are settings; a text that is
/// a JSON object gives one for each member ("args.learning_rate").
const LogReader& tensorboardReader();

}  // namespace moe
