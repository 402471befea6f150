#include "app/report/account_tables.h"

#include <fmt/format.h>

#include <cmath>

#include "app/report/account_report.h"
#include "app/report/number_text.h"

namespace moe::report {
namespace {

std::string wholeTokens(double tokens) { return fmt::format("{:.0f}", tokens); }

constexpr double kGibibyte = 1073741824.0;

std::string gigabyteFigure(Bytes size) { return plainText(size.value() / 1e9, 4); }
std::string gibibyteFigure(Bytes size) { return plainText(size.value() / kGibibyte, 4); }

/// As many decimals as were printed, and two more where there is a difference to be seen.
std::string derivedText(const MatchedFigure& match) {
  if (!match.derived) return kNothing;
  const auto point = match.figure.published.find('.');
  const auto decimals = point == std::string::npos ? 0 : match.figure.published.size() - point - 1;
  return decimalText(*match.derived, static_cast<int>(decimals) + 2);
}

std::string differenceText(const MatchedFigure& match) {
  if (!match.derived) return kNothing;
  return fmt::format("{:+.2f}", match.difference_percent);
}

void addFlop(TextTable& table, const char* part, double forward, double whole) {
  if (forward > 0)
    table.rows.push_back(
        {part, powerText(forward), powerText(3 * forward), percentText(forward / whole)});
}

TextTable emptyFlopTable(std::string title) {
  return {std::move(title),
          {{"Part", "", Align::kLeft}, {"Forward", "FLOP"}, {"Training", "FLOP"}, {"Share"}}};
}

TextTable tokenFlopTable(const ModelAccount& account) {
  const TrainingFlop& flop = *account.token_flop;
  const double whole = flop.forward();
  TextTable table = emptyFlopTable(
      fmt::format("FLOP per token, mean over a sequence of {} tokens (training: forward and "
                  "backward)",
                  wholeTokens(account.lengths.sequence)));
  addFlop(table, "attention, projections", flop.attention_projections, whole);
  addFlop(table, "attention, scores", flop.attention_scores, whole);
  addFlop(table, "dense FFN", flop.dense_ffn, whole);
  addFlop(table, "shared experts", flop.shared_experts, whole);
  addFlop(table, "routed experts", flop.routed_experts, whole);
  addFlop(table, "router", flop.router, whole);
  addFlop(table, "output head", flop.output_head, whole);
  addFlop(table, "all", whole, whole);
  const double six = sixPerActiveParameter(account.model);
  table.footnotes = {fmt::format("The rules 2 N and 6 N of active parameters: {} and {} FLOP.",
                                 powerText(six / 3), powerText(six))};
  return table;
}

TextTable sequenceFlopTable(const ModelAccount& account) {
  const SequenceFlop& flop = *account.sequence_flop;
  const SequenceTokens& sides = account.lengths.sides;
  const double whole = flop.forward();
  TextTable table = emptyFlopTable(
      fmt::format("FLOP per sequence of {} encoder and {} decoder tokens (training: forward and "
                  "backward)",
                  plainText(sides.encoder, 6), plainText(sides.decoder, 6)));
  addFlop(table, "encoder layers", flop.encoder_layers, whole);
  addFlop(table, "decoder layers", flop.decoder_layers, whole);
  addFlop(table, "keys and values of the encoder's tokens", flop.cross_keys, whole);
  addFlop(table, "attention, scores", flop.scores, whole);
  addFlop(table, "router", flop.routers, whole);
  addFlop(table, "output head", flop.head, whole);
  addFlop(table, "all", whole, whole);
  table.footnotes = {fmt::format(
      "Per token of both sides: {} forward, {} in training. As papers print it, 2 "
      "(T_enc N_enc + T_dec (N_dec + V d)): {}.",
      powerText(whole / (sides.encoder + sides.decoder)),
      powerText(3 * whole / (sides.encoder + sides.decoder)), powerText(flop.asPrinted(0)))};
  return table;
}

/// The footnotes below a table of figures: kinds of notes that are worth a line, each once.
std::vector<std::string> figureNotes(const std::vector<MatchedFigure>& figures) {
  std::vector<std::string> notes;
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const MatchedFigure& match = figures[i];
    std::string text;
    for (const std::string& part : {match.figure.convention, match.figure.note, match.reason})
      if (!part.empty()) text += (text.empty() ? "" : "; ") + part;
    if (!text.empty()) notes.push_back(wrappedText(fmt::format("{}: {}.", i + 1, text), 100, 4));
  }
  for (std::string& note : notes) note.pop_back();  // the table ends each line itself
  return notes;
}

/// Forward FLOP of the mean token of a sequence.
std::string sequenceForwardText(const ModelAccount& account) {
  return account.token_flop ? powerText(account.token_flop->forward()) : kNothing;
}

}  // namespace

TextTable groupTable(const ModelAccount& account) {
  TextTable table{"Parameters, counted from the architecture",
                  {{"Part", "", Align::kLeft}, {"Total"}, {"Active", "per token"}, {"Share"}}};
  const auto total = static_cast<double>(account.model.params.total());
  const auto add = [&](std::string_view part, std::int64_t all, std::int64_t active) {
    table.rows.push_back({std::string(part), groupedText(all), groupedText(active),
                          percentText(static_cast<double>(all) / total)});
  };
  for (const AccountGroup& group : account.groups) add(group.name, group.total, group.active);
  add("all", account.model.params.total(), account.model.params.active());
  return table;
}

TextTable weightTable(const ModelAccount& account) {
  TextTable table{
      "Weights, all in one precision (GB = 1e9 bytes, GiB = 2^30 bytes; scales of "
      "blocks not counted)",
      {{"Precision", "", Align::kLeft}, {"Memory", "GB"}, {"Memory", "GiB"}}};
  for (const AccountMemory& memory : account.memory)
    table.rows.push_back({std::string(name(memory.precision)), gigabyteFigure(memory.weights),
                          gibibyteFigure(memory.weights)});
  return table;
}

TextTable flopTable(const ModelAccount& account) {
  return account.sequence_flop ? sequenceFlopTable(account) : tokenFlopTable(account);
}

std::string cacheText(const ModelAccount& account) {
  const auto bf16 = [](double elements) { return bytesText(Bytes(2 * elements)); };
  std::string text = fmt::format("KV cache: {} bytes per token in bf16",
                                 groupedText(2 * account.model.kv_elements_per_token));
  if (account.sequence_flop) {
    text += fmt::format(
        " of the decoder and as much per token of the encoder; {} for a sequence "
        "of {} and {} tokens",
        bf16(account.kv_elements_of_sequence), plainText(account.lengths.sides.encoder, 6),
        plainText(account.lengths.sides.decoder, 6));
  } else {
    text += fmt::format("; {} for a request of {} tokens", bf16(account.kv_elements_of_sequence),
                        wholeTokens(account.lengths.sequence));
  }
  if (account.state_elements_per_request > 0)
    text += fmt::format("; {} of state per request in layers without a cache",
                        bf16(account.state_elements_per_request));
  return wrappedText(text + ".", 100, 2);
}

TextTable allModelsTable(const AccountOutcome& outcome) {
  TextTable table{"Models, counted from their architectures (bf16; GB = 1e9 bytes)",
                  {{"Model", "", Align::kLeft},
                   {"Total", "parameters"},
                   {"Active", "parameters"},
                   {"Weights", "GB"},
                   {"Weights", "GiB"},
                   {"KV cache", "bytes/token"},
                   {"Forward", "FLOP/token"}}};
  const bool long_ones = outcome.request.sequence_length.has_value();
  for (const AccountedModel& model : outcome.models) {
    table.rows.push_back({model.entry.name});
    TableRow& row = table.rows.back();
    row.resize(table.columns.size(), kNothing);
    if (!model.account) continue;
    const ModelAccount& account = *model.account;
    const Bytes weights(2.0 * static_cast<double>(account.model.params.total()));
    row = {model.entry.name,
           countText(static_cast<double>(account.model.params.total())),
           countText(static_cast<double>(account.model.params.active())),
           gigabyteFigure(weights),
           gibibyteFigure(weights),
           groupedText(2 * account.model.kv_elements_per_token),
           long_ones ? sequenceForwardText(account)
                     : powerText(sixPerActiveParameter(account.model) / 3)};
  }
  table.footnotes = {
      long_ones ? fmt::format("FLOP: mean over a sequence of {} tokens, or as many as the model is "
                              "made for, with attention scores; none of encoder-decoders.",
                              wholeTokens(*outcome.request.sequence_length))
                : std::string("FLOP: 2 per active parameter, without attention scores.")};
  return table;
}

TextTable quotedTable(const std::vector<AccountedModel>& models) {
  TextTable table{"What the catalog quotes, in billions of parameters",
                  {{"Model", "", Align::kLeft},
                   {"Count", "", Align::kLeft},
                   {"Published"},
                   {"Ours"},
                   {"Match", "", Align::kLeft}}};
  for (const AccountedModel& model : models)
    for (const QuotedCount& quoted : model.quoted)
      table.rows.push_back({model.entry.name, quoted.what, quoted.printed,
                            decimalText(static_cast<double>(quoted.counted) / 1e9, 3),
                            quoted.rounds          ? "rounds to it"
                            : quoted.unexplained() ? "MISMATCH"
                                                   : "no: " + quoted.note});
  return table;
}

TextTable figureTable(const std::vector<MatchedFigure>& figures, bool with_system) {
  TextTable table{
      with_system ? "Published figures and ours" : "Published figures about it and ours",
      {{"No."},
       {"Figure", "", Align::kLeft},
       {"Unit", "", Align::kLeft},
       {"Published"},
       {"Ours"},
       {"Off", "%"},
       {"Kind", "", Align::kLeft},
       {"Status", "", Align::kLeft}}};
  for (std::size_t i = 0; i < figures.size(); ++i) {
    const MatchedFigure& match = figures[i];
    const PublishedFigure& figure = match.figure;
    const bool bad = match.status == MatchStatus::kMismatch;
    table.rows.push_back({std::to_string(i + 1), figure.system + ": " + figure.quantity,
                          figure.unit, figure.published, derivedText(match), differenceText(match),
                          std::string(name(figure.kind)),
                          bad ? "MISMATCH" : std::string(name(match.status))});
  }
  table.footnotes = figureNotes(figures);
  return table;
}

}  // namespace moe::report
