#include "data/readers/trace_rows.h"

#include <algorithm>
#include <utility>

#include "data/routing/gate_check.h"
#include "data/routing/plain_number.h"

namespace moe {
namespace {

enum class TraceColumn { kOther, kLayer, kToken, kExpert, kGate };

std::string_view nextLine(std::string_view& text) {
  const std::size_t end = std::min(text.find('\n'), text.size());
  std::string_view line = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  if (line.ends_with('\r')) line.remove_suffix(1);
  return line;
}

/// None when a name needs the careful reader: quotes, a column twice, none of what is needed.
std::optional<std::vector<TraceColumn>> traceColumns(std::string_view header) {
  std::vector<TraceColumn> columns;
  std::vector<std::string_view> names;
  while (true) {
    const std::string_view name = header.substr(0, header.find(','));
    if (name.find_first_of("\" \t") != std::string_view::npos) return std::nullopt;
    if (name == "tokens") return std::nullopt;  // counts
    if (std::find(names.begin(), names.end(), name) != names.end()) return std::nullopt;
    names.push_back(name);
    columns.push_back(name == "layer"              ? TraceColumn::kLayer
                      : name == "token"            ? TraceColumn::kToken
                      : name.starts_with("expert") ? TraceColumn::kExpert
                      : name.starts_with("gate")   ? TraceColumn::kGate
                                                   : TraceColumn::kOther);
    if (name.size() == header.size()) break;
    header.remove_prefix(name.size() + 1);
  }
  const auto count = [&](TraceColumn kind) {
    return std::count(columns.begin(), columns.end(), kind);
  };
  const auto gates = count(TraceColumn::kGate);
  const auto choices = count(TraceColumn::kExpert);
  if (count(TraceColumn::kLayer) != 1 || count(TraceColumn::kToken) != 1 || choices == 0 ||
      (gates != 0 && gates != choices) || count(TraceColumn::kOther) != 0)
    return std::nullopt;
  return columns;
}

const char* readWhole(const char* at, const char* end, std::size_t& value) {
  constexpr int kMostDigits = 9;
  const char* start = at;
  value = 0;
  while (at < end && *at >= '0' && *at <= '9' && at - start < kMostDigits)
    value = value * 10 + static_cast<std::size_t>(*at++ - '0');
  return at > start ? at : nullptr;
}

/// Rows one after another into a trace.
class TraceRows {
 public:
  TraceRows(RoutingTrace& trace, std::vector<TraceColumn> columns, std::size_t bound)
      : trace_(trace), columns_(std::move(columns)), bound_(bound) {
    trace_.top_k = static_cast<std::size_t>(
        std::count(columns_.begin(), columns_.end(), TraceColumn::kExpert));
  }

  bool add(std::string_view line) { return readCells(line) && place() && checkToken(); }
  std::size_t largest() const { return largest_; }

  /// Every layer must have the tokens of the first.
  bool finish() {
    if (trace_.layers == 0 || !layerEnds()) return false;
    trace_.tokens = first_tokens_.size();
    return true;
  }

 private:
  bool readCells(std::string_view line) {
    const char* at = line.data();
    const char* end = at + line.size();
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0 && (at == end || *at++ != ',')) return false;
      double gate = 0;
      std::size_t whole = 0;
      const bool is_gate = columns_[i] == TraceColumn::kGate;
      at = is_gate ? readPlainNumber(at, end, gate) : readWhole(at, end, whole);
      if (at == nullptr) return false;
      if (is_gate && !(gate >= 0 && gate <= 1)) return false;
      if (is_gate) trace_.gates.push_back(gate);
      if (columns_[i] == TraceColumn::kLayer) layer_ = whole;
      if (columns_[i] == TraceColumn::kToken) token_ = whole;
      if (columns_[i] != TraceColumn::kExpert) continue;
      if (whole >= bound_) return false;
      largest_ = std::max(largest_, whole);
      trace_.ids.push_back(static_cast<std::uint16_t>(whole));
    }
    return at == end;
  }

  /// Rows must come in the order of layers and, in each, of tokens.
  bool place() {
    if (trace_.layers > 0 && static_cast<std::size_t>(trace_.layer_numbers.back()) == layer_) {
      if (token_ <= last_token_) return false;
    } else {
      if (trace_.layers > 0 &&
          (static_cast<std::size_t>(trace_.layer_numbers.back()) > layer_ || !layerEnds()))
        return false;
      trace_.layer_numbers.push_back(static_cast<int>(layer_));
      ++trace_.layers;
      tokens_ = 0;
    }
    last_token_ = token_;
    if (trace_.layers == 1)
      first_tokens_.push_back(token_);
    else if (tokens_ >= first_tokens_.size() || first_tokens_[tokens_] != token_)
      return false;
    ++tokens_;
    return true;
  }
  bool layerEnds() const { return tokens_ == first_tokens_.size(); }

  bool checkToken() const {
    const std::uint16_t* ids = trace_.ids.data() + trace_.ids.size() - trace_.top_k;
    for (std::size_t i = 1; i < trace_.top_k; ++i)
      if (std::find(ids, ids + i, ids[i]) != ids + i) return false;
    if (trace_.gates.empty()) return true;
    return gateSum(trace_.gates.data() + trace_.gates.size() - trace_.top_k, trace_.top_k) <=
           mostGateSum(trace_.top_k);
  }

  RoutingTrace& trace_;
  const std::vector<TraceColumn> columns_;
  const std::size_t bound_;
  std::size_t largest_ = 0;
  std::size_t layer_ = 0, token_ = 0, last_token_ = 0, tokens_ = 0;
  std::vector<std::size_t> first_tokens_;
};

}  // namespace

std::optional<RoutingTrace> plainTrace(std::string_view text, const std::string& where,
                                       std::size_t experts) {
  constexpr std::size_t kMostIds = 65536;
  auto columns = traceColumns(nextLine(text));
  if (!columns) return std::nullopt;
  const std::size_t fields = columns->size();
  const bool has_gates =
      std::find(columns->begin(), columns->end(), TraceColumn::kGate) != columns->end();
  RoutingTrace trace;
  trace.source = where;
  TraceRows rows(trace, *std::move(columns), experts > 0 ? experts : kMostIds);
  // Rows of a trace are about as long as its first.
  std::string_view rest = text;
  const std::size_t row_bytes = nextLine(rest).size() + 1;
  trace.ids.reserve(text.size() / std::max(row_bytes, 2 * fields) * trace.top_k);
  if (has_gates) trace.gates.reserve(trace.ids.capacity());
  while (!text.empty())
    if (!rows.add(nextLine(text))) return std::nullopt;
  if (!rows.finish()) return std::nullopt;
  trace.experts = experts > 0 ? experts : rows.largest() + 1;
  return trace;
}

}  // namespace moe
