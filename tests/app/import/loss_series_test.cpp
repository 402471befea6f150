#include <gtest/gtest.h>

#include "app/workflows/import/import_request.h"
#include "app/workflows/import/log_roles.h"
#include "app/workflows/import/loss_series.h"
#include "app/workflows/import/run_facts.h"

namespace moe {
namespace {

// Names as the programs write them: Megatron, llm.c, Hugging Face, OLMo, Composer, W&B examples.
TEST(LossKind, KnowsLossesByTheNamesThatProgramsGiveThem) {
  for (const char* name : {"val_loss", "eval/c4_en-validation/CrossEntropyLoss", "tel",
                           "lm loss value", "eval_loss", "eval/loss", "Validation loss"}) {
    EXPECT_TRUE(lossKind(name).is_loss) << name;
    EXPECT_EQ(lossKind(name).split, LossSplit::kValidation) << name;
    EXPECT_EQ(lossKind(name).unit, LossUnit::kNats) << name;
  }
  for (const char* name :
       {"lm loss", "loss", "train/loss", "trl", "train/CrossEntropyLoss", "Loss"}) {
    EXPECT_TRUE(lossKind(name).is_loss) << name;
    EXPECT_EQ(lossKind(name).split, LossSplit::kTraining) << name;
  }
  EXPECT_EQ(lossKind("test lm loss value").split, LossSplit::kTest);
}

// Characters are not tokens: without their number a loss in bits per character says nothing.
TEST(LossKind, TellsBitsApart) {
  EXPECT_EQ(lossKind("val_bpb").unit, LossUnit::kBitsPerByte);
  EXPECT_EQ(lossKind("val_bpc").unit, LossUnit::kBitsPerByte);
  EXPECT_EQ(lossKind("val_loss_bits").unit, LossUnit::kBitsPerToken);
  EXPECT_EQ(lossKind("val_loss_log2").unit, LossUnit::kBitsPerToken);
}

TEST(LossKind, KnowsWhatIsNoLossOfTheModel) {
  for (const char* name :
       {"loss scale", "moe loss", "load_balancing_loss", "z_loss", "aux_loss", "mtp_1 loss",
        "eval/downstream_bpb/arc_easy", "grad norm", "accuracy", "eval_loss_std", "lr"})
    EXPECT_FALSE(lossKind(name).is_loss) << name;
}

TEST(LossKind, ReadsTheUnitOffTheName) {
  EXPECT_EQ(lossKind("lm loss PPL").unit, LossUnit::kPerplexity);
  EXPECT_EQ(lossKind("eval/perplexity").unit, LossUnit::kPerplexity);
  EXPECT_EQ(lossKind("val_bpb").unit, LossUnit::kBitsPerByte);
  EXPECT_EQ(lossKind("loss (bits)").unit, LossUnit::kBitsPerToken);
}

TEST(LossKind, PrefersValidationThenNatsThenThePlainName) {
  const auto rank = [](const char* name) { return lossKind(name).rank; };
  EXPECT_LT(rank("val_loss"), rank("eval_math_loss"));
  EXPECT_LT(rank("eval_math_loss"), rank("val_ppl"));
  EXPECT_LT(rank("val_ppl"), rank("val_bpb"));
  EXPECT_LT(rank("val_bpb"), rank("train_loss"));
  EXPECT_LT(rank("train_loss"), rank("test_loss"));
  EXPECT_LT(rank("val_loss"), rank("best_val_loss"));
  EXPECT_EQ(rank("eval_a_loss"), rank("eval_b_loss"));
}

TEST(LogRole, IsFoundByTheWholeNameOrItsEnd) {
  EXPECT_EQ(roleOfKey("num_layers")->role, LogRole::kLayers);
  EXPECT_EQ(roleOfKey("model.n_layers")->role, LogRole::kLayers);
  EXPECT_EQ(roleOfKey("optim/learning_rate_group0")->role, LogRole::kLearningRate);
  EXPECT_EQ(roleOfKey("| total batch size")->role, LogRole::kTokensPerStep);
  EXPECT_LT(roleOfKey("n_layers")->rank, roleOfKey("model.n_layers")->rank);
  EXPECT_FALSE(roleOfKey("num_workers"));
}

TEST(LogRoles, AreListedInTheirOrder) {
  ASSERT_EQ(logRoles().size(), kLogRoles);
  for (std::size_t i = 0; i < kLogRoles; ++i)
    EXPECT_EQ(static_cast<std::size_t>(logRoles()[i].role), i) << logRoles()[i].name;
}

TEST(SettingNumber, ReadsNumbersAsPeopleWriteThem) {
  EXPECT_EQ(settingNumber("768"), 768);
  EXPECT_EQ(settingNumber(" 491,520 "), 491520);
  EXPECT_EQ(settingNumber("1,279,787,008"), 1279787008);
  EXPECT_EQ(settingNumber("[64]"), 64);
  EXPECT_EQ(settingNumber("1e9"), 1e9);
  EXPECT_EQ(settingNumber("8*64"), 512);
  EXPECT_DOUBLE_EQ(settingNumber("123.59M").value(), 123.59e6);
  EXPECT_EQ(settingNumber("1.5B"), 1.5e9);
}

// A decimal comma, words and what is no number must not become one.
TEST(SettingNumber, RefusesWhatIsNone) {
  for (const char* text :
       {"", "None", "12,5", "1,23", "nan", "inf", "[1, 2]", "8*", "2x4", "M", "1,2345"})
    EXPECT_FALSE(settingNumber(text)) << text;
}

TEST(Pattern, FitsAsFileNamesDo) {
  EXPECT_TRUE(fitsPattern("large-2.log", "large*"));
  EXPECT_TRUE(fitsPattern("a/b/c.csv", "*b*"));
  EXPECT_TRUE(fitsPattern("run1", "run?"));
  EXPECT_TRUE(fitsPattern("abcbc", "a*bc"));
  EXPECT_TRUE(fitsPattern("", "*"));
  EXPECT_FALSE(fitsPattern("run12", "run?"));
  EXPECT_FALSE(fitsPattern("xlarge", "large*"));
  EXPECT_FALSE(fitsPattern("a", ""));
}

TEST(LossRule, IsReadAndWrittenAlike) {
  for (const char* text : {"last", "mean:7", "min-smoothed:9", "best"}) {
    const auto rule = parseLossRule(text);
    ASSERT_TRUE(rule) << text;
    EXPECT_EQ(describe(*rule), text);
  }
  EXPECT_EQ(describe(parseLossRule("min-smoothed").value()), "min-smoothed:5");
  for (const char* text : {"", "mean", "mean:0", "mean:2.5", "min-smoothed:x", "median"})
    EXPECT_FALSE(parseLossRule(text)) << text;
}

}  // namespace
}  // namespace moe
