#include "data/routing/esft_trace.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <map>
#include <numeric>
#include <optional>

#include "data/parallel.h"
#include "data/readers/file_text.h"
#include "data/routing/gate_check.h"
#include "data/routing/plain_number.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

/// The number in PREFIX number SUFFIX; none for other names.
std::optional<int> numberIn(const std::string& name, std::string_view prefix,
                            std::string_view suffix) {
  if (!name.starts_with(prefix) || !name.ends_with(suffix)) return std::nullopt;
  int number = 0;
  const char* begin = name.data() + prefix.size();
  const char* end = name.data() + name.size() - suffix.size();
  if (begin >= end) return std::nullopt;
  const auto [rest, problem] = std::from_chars(begin, end, number);
  if (problem != std::errc() || rest != end || number < 0) return std::nullopt;
  return number;
}

using LayerFiles = std::map<int, std::vector<fs::path>>;

void addLayerFiles(LayerFiles& layers, const fs::path& folder) {
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (const auto layer = numberIn(entry.path().filename().string(), "expert_weights_", ".txt"))
      layers[*layer].push_back(entry.path());
}

/// The files of each layer, those of later ranks behind.
LayerFiles layerFiles(const fs::path& folder) {
  std::map<int, fs::path> ranks;
  std::error_code ignored;
  for (const auto& entry : fs::directory_iterator(folder, ignored))
    if (const auto rank = numberIn(entry.path().filename().string(), "rank_", ""))
      if (entry.is_directory(ignored)) ranks[*rank] = entry.path();
  LayerFiles layers;
  addLayerFiles(layers, folder);
  for (const auto& [rank, path] : ranks) addLayerFiles(layers, path);
  return layers;
}

/// One layer as it is read.
struct LayerText {
  std::vector<std::uint16_t> ids;
  std::vector<double> gates;
  std::vector<std::size_t> sequence_tokens;
  std::optional<Error> problem;
};

/// Reads the lines of one file behind what the layer has.
class LayerLines {
 public:
  LayerLines(LayerText& layer, const std::string& path, std::size_t top_k, std::size_t experts)
      : layer_(layer), path_(path), top_k_(top_k), experts_(experts) {}

  /// False when the layer has a problem now.
  bool read(std::string_view text) {
    while (!text.empty()) {
      ++line_;
      const std::size_t end = std::min(text.find('\n'), text.size());
      std::string_view line = text.substr(0, end);
      text.remove_prefix(std::min(end + 1, text.size()));
      while (!line.empty() && (line.back() == '\r' || line.back() == ' ')) line.remove_suffix(1);
      if (!line.empty() && !readLine(line)) return false;
    }
    return true;
  }

 private:
  bool refuse(const std::string& message) {
    layer_.problem = Error{ErrorKind::kInput, fmt::format("{}:{}", path_, line_), message};
    return false;
  }
  bool readLine(std::string_view line);
  bool readIds(const char*& at, const char* end);
  bool readGates(const char* at, const char* end, std::size_t count);
  bool checkTokens(std::size_t from, std::size_t count);

  LayerText& layer_;
  const std::string& path_;
  const std::size_t top_k_;
  const std::size_t experts_;
  std::size_t line_ = 0;
};

/// A field for a message, cut to what a line of text can hold.
std::string fieldAt(const char* at, const char* end) {
  const char* stop = std::find(at, std::min(end, at + 24), '\t');
  return std::string(at, stop);
}

/// Experts up to the empty field; `at` is then behind it.
bool LayerLines::readIds(const char*& at, const char* end) {
  while (true) {
    const char* field = at;
    std::size_t id = 0;
    while (at < end && *at >= '0' && *at <= '9' && id <= experts_)
      id = id * 10 + static_cast<std::size_t>(*at++ - '0');
    const bool whole = at > field && (at == end || *at == '\t');
    if (!whole && !(at < end && *at >= '0' && *at <= '9'))
      return refuse(fmt::format("\"{}\" is no expert; whole numbers between tabs are needed",
                                fieldAt(field, end)));
    if (!whole || id >= experts_)
      return refuse(fmt::format("expert {} does not exist; the experts are 0 to {}",
                                fieldAt(field, end), experts_ - 1));
    layer_.ids.push_back(static_cast<std::uint16_t>(id));
    if (at == end) return refuse("has experts but no gates; the line is cut off");
    ++at;
    if (at < end && *at == '\t') return ++at, true;
    if (at == end) return refuse("has experts but no gates; the line is cut off");
  }
}

bool LayerLines::readGates(const char* at, const char* end, std::size_t count) {
  const std::size_t before = layer_.gates.size();
  while (at < end) {
    const char* field = at;
    double gate = 0;
    at = readPlainNumber(at, end, gate);
    if (at == nullptr || (at < end && *at != '\t') || !(gate >= 0 && gate <= 1))
      return refuse(fmt::format("gate {} is \"{}\"; a number from 0 to 1 is needed",
                                layer_.gates.size() - before + 1, fieldAt(field, end)));
    layer_.gates.push_back(gate);
    if (at < end) ++at;
  }
  const std::size_t gates = layer_.gates.size() - before;
  if (gates == count) return true;
  return refuse(fmt::format("has {} experts and {} gates; is the line cut off?", count, gates));
}

bool LayerLines::checkTokens(std::size_t from, std::size_t count) {
  for (std::size_t token = 0; token < count; ++token) {
    const std::uint16_t* ids = layer_.ids.data() + from + token * top_k_;
    for (std::size_t i = 1; i < top_k_; ++i)
      if (std::find(ids, ids + i, ids[i]) != ids + i)
        return refuse(fmt::format("token {} names expert {} twice (tokens of {} experts are read)",
                                  token + 1, ids[i], top_k_));
    const double sum = gateSum(layer_.gates.data() + from + token * top_k_, top_k_);
    if (sum > mostGateSum(top_k_))
      return refuse(gateSumProblem(fmt::format("token {}", token + 1), sum));
  }
  return true;
}

bool LayerLines::readLine(std::string_view line) {
  const std::size_t from = layer_.ids.size();
  const char* at = line.data();
  const char* end = at + line.size();
  if (!readIds(at, end)) return false;
  const std::size_t count = layer_.ids.size() - from;
  if (count % top_k_ != 0)
    return refuse(
        fmt::format("has {} experts, no whole number of tokens with {} each", count, top_k_));
  if (!readGates(at, end, count) || !checkTokens(from, count / top_k_)) return false;
  layer_.sequence_tokens.push_back(count / top_k_);
  return true;
}

void readLayer(LayerText& layer, const std::vector<fs::path>& files, std::size_t top_k,
               std::size_t experts) {
  for (const fs::path& file : files) {
    const auto text = readFileText(file);
    if (!text) {
      layer.problem = text.error();
      return;
    }
    constexpr std::size_t kBytesOfChoice = 9;  // "12\t" and "0.0411\t"
    layer.ids.reserve(layer.ids.size() + text->text.size() / kBytesOfChoice);
    layer.gates.reserve(layer.ids.capacity());
    const std::string path = file.string();
    if (!LayerLines(layer, path, top_k, experts).read(text->text)) return;
  }
}

std::string sizeText(const LayerText& layer) {
  const std::vector<std::size_t>& lengths = layer.sequence_tokens;
  return fmt::format("{} tokens in {} sequences",
                     std::accumulate(lengths.begin(), lengths.end(), std::size_t{0}),
                     lengths.size());
}

Result<void> checkSequences(const std::vector<LayerText>& layers, const LayerFiles& files) {
  auto file = files.begin();
  for (const LayerText& layer : layers) {
    if (layer.ids.empty())
      return fail(ErrorKind::kInput, file->second.front().string(), "holds no token");
    if (layer.sequence_tokens != layers.front().sequence_tokens)
      return fail(ErrorKind::kInput, file->second.front().string(),
                  fmt::format("layer {} has {}, layer {} has {}, or other lengths; is the file cut "
                              "off?",
                              file->first, sizeText(layer), files.begin()->first,
                              sizeText(layers.front())));
    ++file;
  }
  return {};
}

RoutingTrace joined(std::vector<LayerText>& layers, const LayerFiles& files,
                    const std::string& source, std::size_t top_k, std::size_t experts) {
  RoutingTrace trace;
  trace.source = source;
  trace.layers = layers.size();
  trace.top_k = top_k;
  trace.experts = experts;
  trace.tokens = layers.front().ids.size() / top_k;
  trace.sequence_tokens = layers.front().sequence_tokens;
  for (const auto& [layer, paths] : files) trace.layer_numbers.push_back(layer);
  trace.ids.reserve(trace.layers * trace.tokens * top_k);
  trace.gates.reserve(trace.layers * trace.tokens * top_k);
  for (LayerText& layer : layers) {
    trace.ids.insert(trace.ids.end(), layer.ids.begin(), layer.ids.end());
    trace.gates.insert(trace.gates.end(), layer.gates.begin(), layer.gates.end());
    layer = {};
  }
  return trace;
}

}  // namespace

bool holdsEsftTrace(const fs::path& folder) { return !layerFiles(folder).empty(); }

Result<RoutingTrace> readEsftTrace(const fs::path& folder, std::size_t top_k, std::size_t experts,
                                   int threads) {
  const LayerFiles files = layerFiles(folder);
  if (files.empty())
    return fail(ErrorKind::kInput, folder.string(), "has no files expert_weights_LAYER.txt");
  require(top_k > 0 && top_k <= experts && experts <= 65536, "k and experts are a model's");
  std::vector<const std::vector<fs::path>*> paths;
  for (const auto& [layer, list] : files) paths.push_back(&list);
  std::vector<LayerText> layers(files.size());
  parallelFor(files.size(), threads, {},
              [&](std::size_t i, std::size_t) { readLayer(layers[i], *paths[i], top_k, experts); });
  for (const LayerText& layer : layers)
    if (layer.problem) return tl::unexpected(*layer.problem);
  if (auto same = checkSequences(layers, files); !same) return tl::unexpected(same.error());
  return joined(layers, files, folder.string(), top_k, experts);
}

}  // namespace moe
