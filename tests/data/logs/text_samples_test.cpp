// The excerpts in tests/golden/logs. Numbers of values were counted with grep -c on the excerpts,
// last values read off with tail; final validation losses are also in the records of the speedrun.

#include <gtest/gtest.h>

#include <cmath>

#include "data/logs/text/text_readers.h"
#include "tests/data/logs/recording_sink.h"

namespace moe {
namespace {

using test::readSample;
using test::RecordingSink;
using Point = std::pair<double, double>;

TEST(SpeedrunLog, EndsInThePublishedLosses) {
  const RecordingSink muon =
      readSample(moddedNanogptReader(), "modded_nanogpt/2024-10-10_Muon_124M.log");
  EXPECT_EQ(muon.error, "");
  EXPECT_TRUE(muon.skips.empty());
  EXPECT_EQ(muon.series("train_loss").size(), 86U);
  EXPECT_EQ(muon.series("val_loss").size(), 51U);
  EXPECT_EQ(muon.series("val_loss").back(), Point(6200, 3.2785));
  EXPECT_EQ(muon.series("train_time").back(), Point(6200, 1339067));
  EXPECT_EQ(muon.settings.at("total_steps"), "6200");

  const RecordingSink untied =
      readSample(moddedNanogptReader(), "modded_nanogpt/2024-11-03_UntieEmbed_124M.log");
  EXPECT_EQ(untied.series("train_loss").size(), 70U);
  EXPECT_EQ(untied.series("val_loss").size(), 38U);
  EXPECT_EQ(untied.series("val_loss").back(), Point(4578, 3.2762));
}

TEST(SpeedrunLog, HandsOnThatTheFirstTimesAreNotANumber) {
  const RecordingSink muon =
      readSample(moddedNanogptReader(), "modded_nanogpt/2024-10-10_Muon_124M.log");
  const auto first = muon.series("step_avg").front();
  EXPECT_EQ(first.first, 0);
  EXPECT_TRUE(std::isnan(first.second));
  EXPECT_EQ(muon.series("step_avg").back(), Point(6200, 216.33));
}

// 19560 steps of 524288 tokens: 10.26 G tokens.
TEST(LlmcMainLog, EndsInThePublishedLosses) {
  const RecordingSink llmc = readSample(llmcReader(), "modded_nanogpt/2024-10-13_llmc_main.log");
  EXPECT_EQ(llmc.error, "");
  EXPECT_EQ(llmc.series("trl").size(), 121U);
  EXPECT_EQ(llmc.series("tel").size(), 80U);
  EXPECT_EQ(llmc.series("tel").back(), Point(19560, 3.2722));
  EXPECT_EQ(llmc.series("norm").front(), Point(0, 15.37));
  EXPECT_NEAR(llmc.series("tel").back().first * 524288, 10.26e9, 0.005e9);

  const RecordingSink adamw =
      readSample(llmcReader(), "modded_nanogpt/2024-06-06_AdamW_llmc-style.log");
  EXPECT_EQ(adamw.series("tel").size(), 76U);
  EXPECT_EQ(adamw.series("tel").back(), Point(9536, 3.275959));
}

TEST(MegatronDeepspeedLog, GivesArgumentsAndCounts) {
  const RecordingSink log = readSample(megatronReader(), "megatron_deepspeed/blowup-1-1793404.out");
  EXPECT_EQ(log.error, "");
  EXPECT_TRUE(log.skips.empty());
  EXPECT_EQ(log.settings.at("num_layers"), "24");
  EXPECT_EQ(log.settings.at("hidden_size"), "1024");
  EXPECT_EQ(log.settings.at("seq_length"), "2048");
  EXPECT_EQ(log.settings.at("lr"), "0.0002");
  EXPECT_EQ(log.settings.at("rampup_batch_size"), "['128', '128', '2_000_000']");
  EXPECT_EQ(log.settings.at("num_layers_per_virtual_pipeline_stage"), "None");
  EXPECT_EQ(log.settings.at("padded_vocab_size"), "50304");
  EXPECT_EQ(log.settings.at("total_steps"), "148693");
  EXPECT_EQ(log.settings.at("TOTAL_PARAMS"), "355919872");
  EXPECT_EQ(log.settings.at("estimated model parameters"), "0.355919872");
  EXPECT_EQ(log.series("lm loss").back(), Point(200, 8.863574));
  EXPECT_EQ(log.series("lm loss value").back(), Point(300, 7.62845));
  EXPECT_EQ(log.series("learning rate").back(), Point(200, 2.796e-05));
}

TEST(MegatronDeepspeedLog, GivesEveryIterationAndValidation) {
  const RecordingSink log =
      readSample(megatronReader(), "megatron_deepspeed/blowup-4-adam-alibi-1794235.out");
  EXPECT_EQ(log.series("lm loss").size(), 39U);
  EXPECT_EQ(log.series("lm loss value").size(), 79U);
  EXPECT_EQ(log.series("lm loss value").back(), Point(7900, 7.161526));
  EXPECT_EQ(log.series("consumed tokens").back(), Point(7800, 2723938304));
}

TEST(MegatronDeepspeedLog, KeepsIterationsWhoseLossIsMissing) {
  const RecordingSink log =
      readSample(megatronReader(), "megatron_deepspeed/blowup-4-alibi-gpu1-1813779.out");
  EXPECT_EQ(log.series("loss scale").size(), 7U);
  EXPECT_EQ(log.series("lm loss").size(), 3U);
  EXPECT_EQ(log.series("lm loss value").size(), 14U);
}

TEST(OlmoeFineTuningLog, IsReadThroughItsProgressBars) {
  const RecordingSink log = readSample(openInstructReader(), "olmoe_sft/olmoe-sft-logs.log");
  EXPECT_EQ(log.error, "");
  EXPECT_EQ(log.series("Loss").size(), 108U);
  EXPECT_EQ(log.series("Loss").front(), Point(1, 810.426513671875));
  EXPECT_EQ(log.series("Loss").back(), Point(9500, 407.36669921875));
  EXPECT_EQ(log.series("LR").front(), Point(1, 7.018313411558286e-08));
  EXPECT_EQ(log.settings.at("total_steps"), "9500");
}

// The first step of the whole log stands behind megabytes of messages; the last resort finds it.
TEST(AnyTextReader, ReadsAKnownKindThatBeginsFarBehindTheHead) {
  const std::string line = "2024-08-03T04:57:40.064865685Z host:100:687 [5] NCCL INFO Channel\n";
  std::string text;
  while (text.size() < 200'000) text += line;
  text +=
      "2024-08-03T04:58:48.4Z  0%| | 1/9500 [01:18<20:5, 78s/it]08/02/2024 21:58:48 - INFO - "
      "__main__ -   Step: 1, LR: 7e-08, Loss: 810.5\n";
  EXPECT_EQ(openInstructReader().recognises(text.substr(0, 65536)), 0);
  EXPECT_GT(anyTextReader().recognises(text.substr(0, 65536)), 0);
  const RecordingSink log = test::readText(anyTextReader(), text);
  EXPECT_EQ(log.series("Loss").back(), Point(1, 810.5));
}

}  // namespace
}  // namespace moe
