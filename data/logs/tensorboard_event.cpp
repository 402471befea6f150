#include "data/logs/tensorboard_event.h"

#include <string>

#include "data/logs/json_settings.h"
#include "data/logs/tensor_value.h"
#include "data/logs/wire_format.h"
#include "data/numbers.h"

namespace moe {
namespace {

constexpr std::string_view kHyperParameters = "_hparams_/";

/// The first field of this number that holds bytes, or nothing.
std::string_view memberBytes(std::string_view message, std::uint64_t number) {
  for (WireReader field(message); field.next();) {
    if (field.is(number, WireReader::kBytes)) return field.bytes();
  }
  return {};
}

/// A google.protobuf.Value that is a number, a text or a truth value.
std::string hyperParameterText(std::string_view value) {
  for (WireReader field(value); field.next();) {
    if (field.is(2, WireReader::kFixed64)) return exactNumber(field.fixedDouble());
    if (field.is(3, WireReader::kBytes)) return std::string(field.bytes());
    if (field.is(4, WireReader::kVarint)) return field.varint() != 0 ? "true" : "false";
  }
  return {};
}

/// The entries of a SummaryMetadata's HParamsPluginData.session_start_info.hparams.
void handHyperParametersOn(std::string_view metadata, std::size_t place, LogSink& sink) {
  const std::string_view content = memberBytes(memberBytes(metadata, 1), 2);
  for (WireReader field(memberBytes(content, 3)); field.next();) {
    if (!field.is(1, WireReader::kBytes)) continue;
    const std::string_view key = memberBytes(field.bytes(), 1);
    const std::string value = hyperParameterText(memberBytes(field.bytes(), 2));
    if (!key.empty() && !value.empty()) sink.setting({key, value, place});
  }
}

/// PyTorch's add_text appends "/text_summary" to the tag.
void handTextOn(std::string_view tag, std::string_view content, std::size_t place, LogSink& sink) {
  constexpr std::string_view kEnding = "/text_summary";
  if (tag.ends_with(kEnding)) tag.remove_suffix(kEnding.size());
  if (!handJsonSettingsOn(tag, content, place, sink)) sink.setting({tag, content, place});
}

}  // namespace

bool EventDecoder::addValue(std::string_view value, std::size_t place) {
  std::string_view tag;
  std::string_view tensor;
  std::string_view metadata;
  std::optional<double> scalar;
  WireReader field(value);
  while (field.next()) {
    if (field.is(1, WireReader::kBytes)) tag = field.bytes();
    if (field.is(2, WireReader::kFixed32)) scalar = field.fixedFloat();
    if (field.is(8, WireReader::kBytes)) tensor = field.bytes();
    if (field.is(9, WireReader::kBytes)) metadata = field.bytes();
  }
  if (field.broken()) return false;
  if (tag.starts_with(kHyperParameters)) {
    handHyperParametersOn(metadata, place, sink_);
    return true;
  }
  if (!scalar && !tensor.empty()) scalar = tensorScalar(tensor);
  if (scalar) values_.push_back({tag, *scalar});
  if (scalar || tensor.empty()) return true;
  if (const auto content = tensorText(tensor)) handTextOn(tag, *content, place, sink_);
  return true;
}

bool EventDecoder::decode(std::string_view event, std::size_t place) {
  LogRecord record{{}, 0.0, place, std::nullopt};  // proto3 does not write a step of 0
  std::string_view summary;
  WireReader field(event);
  while (field.next()) {
    if (field.is(1, WireReader::kFixed64)) record.wall_time_s = field.fixedDouble();
    if (field.is(2, WireReader::kVarint)) record.step = static_cast<double>(field.signedVarint());
    if (field.is(5, WireReader::kBytes)) summary = field.bytes();
  }
  if (field.broken()) return false;
  values_.clear();
  WireReader value(summary);
  while (value.next()) {
    if (value.is(1, WireReader::kBytes) && !addValue(value.bytes(), place)) return false;
  }
  if (value.broken()) return false;
  record.values = values_;
  if (!values_.empty()) sink_.record(record);
  return true;
}

}  // namespace moe
