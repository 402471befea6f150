#include "app/workflows/run/step_stamp.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>

namespace moe {
namespace {

using StampJson = nlohmann::ordered_json;

constexpr const char* kStampSchema = "moeplan.stamp/1";
constexpr const char* kChecksum = "checksum";

StampJson filesJson(const std::vector<HashedFile>& files) {
  StampJson list = StampJson::array();
  for (const HashedFile& file : files)
    list.push_back({{"file", file.file}, {"sha256", file.sha256}});
  return list;
}

std::vector<HashedFile> filesFrom(const StampJson& list) {
  std::vector<HashedFile> files;
  for (const StampJson& item : list)
    files.push_back({item.at("file").get<std::string>(), item.at("sha256").get<std::string>()});
  return files;
}

StampJson headlineJson(const StepHeadline& headline) {
  StampJson json;
  json["yes"] = headline.yes;
  json["text"] = headline.text;
  json["value"] = headline.value ? StampJson(*headline.value) : StampJson(nullptr);
  json["unit"] = headline.unit;
  json["interval"] = headline.interval
                         ? StampJson::array({headline.interval->low, headline.interval->high})
                         : StampJson(nullptr);
  json["interval_level"] = headline.interval_level;
  return json;
}

StepHeadline headlineFrom(const StampJson& json) {
  StepHeadline headline;
  headline.yes = json.at("yes").get<bool>();
  headline.text = json.at("text").get<std::string>();
  if (!json.at("value").is_null()) headline.value = json.at("value").get<double>();
  headline.unit = json.at("unit").get<std::string>();
  if (const StampJson& interval = json.at("interval"); !interval.is_null())
    headline.interval = Range{interval.at(0).get<double>(), interval.at(1).get<double>()};
  headline.interval_level = json.at("interval_level").get<std::string>();
  return headline;
}

std::string dumped(const StampJson& json) {
  return json.dump(2, ' ', false, StampJson::error_handler_t::replace) + '\n';
}

/// What differs between two lists of inputs, in words.
std::string changedInput(const std::vector<HashedFile>& found,
                         const std::vector<HashedFile>& asked) {
  for (const HashedFile& file : asked) {
    const auto same = [&](const HashedFile& other) { return other.file == file.file; };
    const auto before = std::find_if(found.begin(), found.end(), same);
    if (before == found.end()) return file.file + " was not read then";
    if (before->sha256 != file.sha256) return file.file + " has changed";
  }
  return found.size() == asked.size() ? "" : "it read other files then";
}

}  // namespace

std::string stampText(const StepStamp& stamp) {
  StampJson json;
  json["schema"] = kStampSchema;
  json["step"] = stamp.step;
  json["program"] = stamp.program;
  json["tables_sha256"] = stamp.tables;
  json["asked"] = stamp.asked;
  json["inputs"] = filesJson(stamp.inputs);
  json["headline"] = headlineJson(stamp.headline);
  json["outputs"] = filesJson(stamp.outputs);
  json[kChecksum] = sha256OfText(dumped(json));
  return dumped(json);
}

std::string stampDigest(const StepStamp& stamp) { return sha256OfText(stampText(stamp)); }

Result<StepStamp> parseStamp(std::string_view text, const std::string& where) {
  const auto wrong = [&](const char* what) { return fail(ErrorKind::kInput, where, what); };
  try {
    StampJson json = StampJson::parse(text);
    if (json.at("schema") != kStampSchema) return wrong("is no stamp of moeplan run");
    const std::string checksum = json.at(kChecksum).get<std::string>();
    json.erase(kChecksum);
    if (checksum != sha256OfText(dumped(json))) return wrong("was changed");
    StepStamp stamp;
    stamp.step = json.at("step").get<std::string>();
    stamp.program = json.at("program").get<std::string>();
    stamp.tables = json.at("tables_sha256").get<std::string>();
    stamp.asked = json.at("asked").get<std::string>();
    stamp.inputs = filesFrom(json.at("inputs"));
    stamp.headline = headlineFrom(json.at("headline"));
    stamp.outputs = filesFrom(json.at("outputs"));
    return stamp;
  } catch (const StampJson::exception&) {
    return wrong("is no stamp of moeplan run");
  }
}

std::string stampedStep(std::string_view text) {
  try {
    const StampJson json = StampJson::parse(text);
    return json.at("schema") == kStampSchema ? json.at("step").get<std::string>() : "";
  } catch (const StampJson::exception&) {
    return "";
  }
}

std::string whyOutdated(const StepStamp& found, const StepStamp& asked) {
  if (found.program != asked.program)
    return fmt::format("moeplan {} answered it, this is {}", found.program, asked.program);
  if (found.tables != asked.tables) return "the shipped tables have changed";
  if (found.asked != asked.asked) return "it is asked otherwise now";
  return changedInput(found.inputs, asked.inputs);
}

}  // namespace moe
