#include "data/logs/wandb_reader.h"

#include "data/logs/leveldb_log.h"
#include "data/logs/reading.h"
#include "data/logs/wandb_records.h"

namespace moe {
namespace {

/// ident, magic number 0xBEE1 and version.
constexpr std::string_view kWandbHeader{":W&B\xe1\xbe\x00", 7};

double recognisesWandb(std::string_view head) {
  if (head.starts_with(kWandbHeader)) return 1;
  return head.starts_with(":W&B") ? 0.9 : 0;
}

Result<void> readWandb(ByteSource& source, LogSink& sink, std::stop_token stop) {
  Reading reading(source, sink, std::move(stop));
  reading.window.want(kWandbHeader.size());
  if (!reading.window.view().starts_with(kWandbHeader)) {
    return fail(ErrorKind::kInput, source.path(),
                "does not begin as a file of W&B of version 0 does (\":W&B\", 0xBEE1, 0)");
  }
  LeveldbLog log(reading.window, kWandbHeader.size());
  WandbDecoder decoder(reading);
  std::size_t place = 0;
  while (!reading.stopped()) {
    const LeveldbLog::Found found = log.next();
    if (found == LeveldbLog::Found::kEnd) break;
    ++place;
    if (found == LeveldbLog::Found::kDamage) {
      reading.skip({place, log.cause()});
    } else if (!decoder.decode(log.record(), place)) {
      reading.skip({place, "no record of W&B"});
    }
  }
  return reading.finish(place, "holds no record of a run of W&B");
}

}  // namespace

const LogReader& wandbReader() {
  static constexpr LogReader kReader{"wandb", "offline files of W&B (.wandb)", recognisesWandb,
                                     readWandb};
  return kReader;
}

}  // namespace moe
