#include <array>

#include "data/logs/text/common_settings.h"
#include "data/logs/text/generic_line.h"
#include "data/logs/text/text_formats.h"
#include "data/logs/text/text_readers.h"

namespace moe {
namespace {

constexpr std::array<const TextFormat*, 11> kKnownFormats{
    &kMegatronFormat,    &kModdedNanogptFormat, &kOlmoFormat,         &kComposerFormat,
    &kNanogptFormat,     &kTorchtitanFormat,    &kOpenInstructFormat, &kFairseqFormat,
    &kTrainerTextFormat, &kLlmcFormat,          &kDeepspeedFormat};

bool ownsGeneric(std::string_view line) {
  if (!mayHoldLoss(line)) return false;
  LineValues values;
  return readGenericLine({line, 0, false}, values).has_value() && values.hasLoss() &&
         !values.refused();
}

class AnyTextFormat : public LineFormat {
 public:
  void read(const TextLine& line, TextOutput& output) override {
    if (known_) return known_->read(line, output);
    if (!handed_on_ && changesToKnown(line.text)) return known_->read(line, output);
    if (readTrainingSetup(line, output) || readParameterCount(line, output)) return;
    if (!mayHoldLoss(line.text)) return;
    const auto steps = readGenericLine(line, values_);
    if (!steps || !(values_.hasLoss() || values_.hasTrouble())) return;
    handed_on_ = true;
    if (steps->total && !values_.refused()) output.totalSteps(*steps->total, line.number);
    values_.handOn(steps->step, output);
  }

 private:
  bool changesToKnown(std::string_view line) {
    for (const TextFormat* format : kKnownFormats) {
      if (!format->owns(line)) continue;
      known_ = format->start();
      return true;
    }
    return false;
  }

  std::unique_ptr<LineFormat> known_;
  bool handed_on_ = false;
  LineValues values_;
};

const TextFormat kAnyTextFormat{
    "text", "any text log with steps and losses", 0.2, ownsGeneric,
    []() -> std::unique_ptr<LineFormat> { return std::make_unique<AnyTextFormat>(); }};

/// Text may hold its first metric far behind the head: it is at least worth a try.
double recognisesAnyText(std::string_view head) {
  constexpr double kWorthATry = 0.05;
  if (head.empty() || head.find('\0') != std::string_view::npos) return 0;
  const double found = recognisesText(kAnyTextFormat, head);
  return found > 0 ? found : kWorthATry;
}

Result<void> readAnyText(ByteSource& source, LogSink& sink, std::stop_token stop) {
  return readTextLog(kAnyTextFormat, source, sink, stop);
}

}  // namespace

const LogReader& anyTextReader() {
  static const LogReader kReader{kAnyTextFormat.name, kAnyTextFormat.description, recognisesAnyText,
                                 readAnyText};
  return kReader;
}

std::span<const LogReader* const> textReaders() {
  static const std::array<const LogReader*, 12> kReaders{
      &megatronReader(),    &moddedNanogptReader(), &olmoReader(),         &composerReader(),
      &nanogptReader(),     &torchtitanReader(),    &openInstructReader(), &fairseqReader(),
      &trainerTextReader(), &llmcReader(),          &deepspeedReader(),    &anyTextReader()};
  return kReaders;
}

}  // namespace moe
