#pragma once

#include "data/logs/log_reader.h"

namespace moe {

/// Offline files of W&B ("run-ID.wandb"): 7 bytes ":W&B", 0xBEE1, version 0, then the log format of
/// LevelDB, blocks of 32 KiB with records that do not cross them:
///
///     record := checksum: uint32  length: uint16  type: uint8  data[length]
///
/// little-endian; type 1 is whole, 2, 3, 4 are the first, middle and last piece. Unlike LevelDB the
/// check sum is a plain CRC-32 of type and data (wandb/sdk/internal/datastore.py). Data are
/// `Record` messages (wandb/proto/wandb_internal.proto): items of `history` are values with their
/// step; `config` is settings, `summary` settings below "summary."; the run's id names the run.
/// After damage reading goes on with the next block. Places count whole records from 1.
const LogReader& wandbReader();

}  // namespace moe
