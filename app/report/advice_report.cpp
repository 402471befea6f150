#include "app/report/advice_report.h"

#include <fmt/format.h>

#include "app/report/advice_json.h"
#include "app/report/number_text.h"
#include "app/report/plan_layout.h"
#include "app/report/text_table.h"

namespace moe::report {

std::string adviceText(const std::vector<Advice>& advice, int width) {
  if (advice.empty()) return "";
  std::string text = "Advice (of published designs, not checked here unless computed)\n";
  for (const Advice& piece : advice) {
    const bool computed = piece.basis == AdviceBasis::kComputed;
    text += wrappedText(
        fmt::format("- {} [{}{}].", piece.message, computed ? "computed: " : "", piece.source),
        width, 2);
  }
  return text;
}

std::string instructionTuningText(const std::optional<InstructionTuning>& line, int width) {
  if (!line) return "";
  return wrappedText(
      fmt::format("Instruction tuning on {} tokens before fine-tuning: {} FLOP{}, {} of the "
                  "training; on top of it.",
                  countText(line->tokens), powerText(line->flop.value()),
                  line->price ? " for " + usdText(*line->price) : "",
                  percentText(line->share_of_training)),
      width, 2);
}

std::string planRemarks(const std::optional<InstructionTuning>& line,
                        const std::vector<Advice>& advice) {
  std::string text;
  if (line) text += "\n" + instructionTuningText(line, kPlanWidth);
  if (!advice.empty()) text += "\n" + adviceText(advice, kPlanWidth);
  return text;
}

Json adviceJson(const std::vector<Advice>& advice) {
  Json list = Json::array();
  for (const Advice& piece : advice)
    list.push_back({{"code", piece.code},
                    {"message", piece.message},
                    {"basis", std::string(name(piece.basis))},
                    {"source", piece.source}});
  return list;
}

Json instructionTuningJson(const std::optional<InstructionTuning>& line) {
  if (!line) return nullptr;
  return {{"tokens", jsonNumber(line->tokens)},
          {"flop", jsonNumber(line->flop.value())},
          {"usd", jsonNumber(line->price)},
          {"share_of_training", jsonNumber(line->share_of_training)}};
}

}  // namespace moe::report
