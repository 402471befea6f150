#include "data/readers/routing_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <numeric>
#include <optional>

#include "data/readers/file_text.h"
#include "data/readers/routing_table.h"
#include "data/readers/trace_rows.h"
#include "data/routing/gate_check.h"

namespace moe {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kBinaryEnding = ".ids.u8";
constexpr std::string_view kGateEnding = ".w1e4.u16le";
constexpr double kGateUnit = 1e4;
constexpr std::size_t kMostIds = 256;  // of one byte

bool isBinary(const std::filesystem::path& path) {
  return path.filename().string().ends_with(kBinaryEnding);
}

/// The whole number above 0 of a member; larger than 1e9 is taken for a mistake.
Result<std::size_t> sizeOf(const Json& object, const char* key, const std::string& where) {
  const auto found = object.find(key);
  if (found == object.end() || !found->is_number_unsigned() || found->get<std::uint64_t>() == 0 ||
      found->get<std::uint64_t>() > 1'000'000'000) {
    return fail(ErrorKind::kInput, where,
                fmt::format("{} is {}; a whole number from 1 to 1e9 is needed", key,
                            found == object.end() ? "missing" : found->dump()));
  }
  return found->get<std::size_t>();
}

Result<void> setSequences(RoutingTrace& trace, const Json& object, const std::string& where) {
  const auto lengths = object.find("seq_lens");
  if (lengths == object.end()) return {};
  if (!lengths->is_array()) return fail(ErrorKind::kInput, where, "seq_lens is not a list");
  std::size_t sum = 0;
  for (const Json& length : *lengths) {
    if (!length.is_number_unsigned())
      return fail(ErrorKind::kInput, where,
                  fmt::format("seq_lens holds {}; whole numbers are needed", length.dump()));
    trace.sequence_tokens.push_back(length.get<std::size_t>());
    sum += trace.sequence_tokens.back();
  }
  if (sum == trace.tokens) return {};
  return fail(ErrorKind::kInput, where,
              fmt::format("seq_lens add up to {}, but tokens is {}", sum, trace.tokens));
}

/// What a meta.json says of a trace: its sizes, with no ids yet.
Result<RoutingTrace> traceSizes(const std::filesystem::path& meta, const std::string& name) {
  const auto file = readFileText(meta);
  if (!file) return tl::unexpected(file.error());
  const Json document = Json::parse(file->text, nullptr, false);
  const std::string path = meta.string();
  if (!document.is_object()) return fail(ErrorKind::kInput, path, "is not a JSON object");
  const bool direct = document.contains("layers");
  if (!direct && !(document.contains(name) && document[name].is_object()))
    return fail(ErrorKind::kInput, path,
                fmt::format("says nothing of {}; a member {} with layers, tokens, k and experts is "
                            "needed",
                            name, name));
  const Json& object = direct ? document : document[name];
  const std::string where = direct ? path : fmt::format("{}: {}", path, name);
  RoutingTrace trace;
  const std::pair<const char*, std::size_t*> sizes[] = {{"layers", &trace.layers},
                                                        {"tokens", &trace.tokens},
                                                        {"k", &trace.top_k},
                                                        {"experts", &trace.experts}};
  for (const auto& [key, target] : sizes) {
    const auto size = sizeOf(object, key, where);
    if (!size) return tl::unexpected(size.error());
    *target = *size;
  }
  if (trace.top_k > trace.experts || trace.experts > kMostIds)
    return fail(ErrorKind::kInput, where,
                fmt::format("k is {} and experts is {}; k <= experts <= {} is needed", trace.top_k,
                            trace.experts, kMostIds));
  if (auto set = setSequences(trace, object, where); !set) return tl::unexpected(set.error());
  return trace;
}

/// Every id below experts, no expert twice in a token.
Result<void> checkIds(const RoutingTrace& trace) {
  for (std::size_t at = 0; at < trace.ids.size(); at += trace.top_k) {
    const std::size_t layer = at / trace.top_k / trace.tokens;
    const std::size_t token = at / trace.top_k % trace.tokens;
    const auto wrong = [&](const std::string& what) {
      return fail(ErrorKind::kInput, trace.source,
                  fmt::format("layer {}, token {}: {}", layer, token, what));
    };
    const auto ids = trace.chosen(layer, token);
    for (std::size_t i = 0; i < ids.size(); ++i) {
      if (ids[i] >= trace.experts)
        return wrong(fmt::format("expert {} does not exist; the experts are 0 to {}", ids[i],
                                 trace.experts - 1));
      if (std::find(ids.begin(), ids.begin() + static_cast<std::ptrdiff_t>(i), ids[i]) !=
          ids.begin() + static_cast<std::ptrdiff_t>(i))
        return wrong(fmt::format("names expert {} twice", ids[i]));
    }
  }
  return {};
}

/// The gates beside a trace, if there are any: each a whole number of ten-thousandths.
Result<void> addGates(RoutingTrace& trace, const std::filesystem::path& path) {
  std::error_code ignored;
  if (!std::filesystem::exists(path, ignored)) return {};
  const auto bytes = readFileBytes(path);
  if (!bytes) return tl::unexpected(bytes.error());
  const auto refuse = [&](const std::string& message) {
    return fail(ErrorKind::kInput, path.string(), message);
  };
  if (bytes->size() != 2 * trace.ids.size())
    return refuse(fmt::format("has {} bytes where {} choices need {}; is it cut off?",
                              bytes->size(), trace.ids.size(), 2 * trace.ids.size()));
  trace.gates.resize(trace.ids.size());
  const auto byte = [&](std::size_t at) {
    return static_cast<unsigned>(static_cast<unsigned char>((*bytes)[at]));
  };
  for (std::size_t i = 0; i < trace.gates.size(); ++i)
    trace.gates[i] = (byte(2 * i) + 256 * byte(2 * i + 1)) / kGateUnit;
  for (std::size_t at = 0; at < trace.gates.size(); at += trace.top_k) {
    const double sum = gateSum(trace.gates.data() + at, trace.top_k);
    if (sum <= mostGateSum(trace.top_k)) continue;
    const std::size_t token = at / trace.top_k;
    return refuse(gateSumProblem(
        fmt::format("layer {}, token {}", token / trace.tokens, token % trace.tokens), sum));
  }
  return {};
}

Result<RoutingTrace> readBinary(const std::filesystem::path& path, std::size_t experts) {
  std::string name = path.filename().string();
  name.resize(name.size() - kBinaryEnding.size());
  const auto bytes = readFileBytes(path);
  if (!bytes) return tl::unexpected(bytes.error());
  const std::filesystem::path meta = path.parent_path() / "meta.json";
  auto trace = traceSizes(meta, name);
  if (!trace) return tl::unexpected(trace.error());
  trace->source = path.string();
  if (experts > 0 && experts != trace->experts)
    return fail(ErrorKind::kInput, path.string(),
                fmt::format("is of {} experts where {} are needed", trace->experts, experts));
  // In double: the product of three sizes may pass 64 bits.
  const double wanted = static_cast<double>(trace->layers) * static_cast<double>(trace->tokens) *
                        static_cast<double>(trace->top_k);
  if (static_cast<double>(bytes->size()) != wanted)
    return fail(ErrorKind::kInput, path.string(),
                fmt::format("has {} bytes, but {} says {} layers of {} tokens with {} experts: {}",
                            bytes->size(), meta.string(), trace->layers, trace->tokens,
                            trace->top_k, wanted));
  trace->ids.resize(bytes->size());
  std::transform(bytes->begin(), bytes->end(), trace->ids.begin(),
                 [](char byte) { return static_cast<unsigned char>(byte); });
  if (auto valid = checkIds(*trace); !valid) return tl::unexpected(valid.error());
  const std::filesystem::path gates = path.parent_path() / (name + std::string(kGateEnding));
  if (auto added = addGates(*trace, gates); !added) return tl::unexpected(added.error());
  return trace;
}

/// A CSV as counts or as a trace, whichever it holds.
Result<ExpertCounts> countsOfFile(const std::filesystem::path& path, std::size_t experts) {
  const auto file = readFileText(path);
  if (!file) return tl::unexpected(file.error());
  if (const auto plain = plainTrace(file->text, path.string(), experts))
    return expertCounts(*plain);
  const auto table = readDelimited(file->text, ',', path.string());
  if (!table) return tl::unexpected(table.error());
  if (holdsCounts(*table)) return countsOf(*table, path.string(), experts);
  return traceOf(*table, path.string(), experts).map(expertCounts);
}

}  // namespace

ExpertCounts expertCounts(const RoutingTrace& trace) {
  ExpertCounts counts{trace.source, trace.experts, {}};
  for (std::size_t layer = 0; layer < trace.layers; ++layer) {
    std::vector<double>& tokens = counts.tokens.emplace_back(trace.experts, 0.0);
    for (const std::uint16_t id : trace.chosen(layer, 0, trace.tokens)) ++tokens[id];
  }
  return counts;
}

Result<RoutingTrace> readRoutingTrace(const std::filesystem::path& path, std::size_t experts) {
  if (isBinary(path)) return readBinary(path, experts);
  const auto file = readFileText(path);
  if (!file) return tl::unexpected(file.error());
  if (auto plain = plainTrace(file->text, path.string(), experts)) return *std::move(plain);
  const auto table = readDelimited(file->text, ',', path.string());
  if (!table) return tl::unexpected(table.error());
  if (holdsCounts(*table))
    return fail(ErrorKind::kInput, path.string(),
                "holds counts of tokens; a trace with columns layer, token, expert_1, ... is "
                "needed");
  return traceOf(*table, path.string(), experts);
}

Result<ExpertCounts> readExpertCounts(const std::filesystem::path& path, std::size_t experts) {
  if (isBinary(path)) return readBinary(path, experts).map(expertCounts);
  return countsOfFile(path, experts);
}

}  // namespace moe
