#include <cstddef>
#include <cstdint>
#include <string_view>

#include "data/logs/log_readers.h"

// One reader of logs on any bytes: it ends, and every view that it hands on is readable.

namespace {

/// Reads every byte that it is given, so that the sanitizer sees a view of nothing.
class TouchingSink : public moe::LogSink {
 public:
  void run(std::string_view id) override { touch(id); }
  void setting(const moe::LogSetting& setting) override {
    touch(setting.key);
    touch(setting.value);
  }
  void record(const moe::LogRecord& record) override {
    for (const moe::LogValue& value : record.values) touch(value.name);
  }
  void skip(moe::LogSkip skip) override { touch(skip.reason); }

 private:
  void touch(std::string_view text) {
    for (const char letter : text) sum_ = sum_ + static_cast<unsigned char>(letter);
  }
  volatile unsigned sum_ = 0;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const moe::LogReader& reader = **moe::logReaderNamed(FUZZED_READER);
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const double score = reader.recognises(bytes.substr(0, 65536));
  moe::require(score >= 0 && score <= 1, "a reader is surer than certain");
  moe::ByteSource source = moe::ByteSource::ofMemory(bytes, "fuzzed");
  TouchingSink sink;
  static_cast<void>(reader.read(source, sink, {}));
  return 0;
}
