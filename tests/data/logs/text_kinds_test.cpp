// Logs made up after what the programs print, one per kind and version; expected values are the
// digits in the text.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "data/logs/text/text_readers.h"
#include "tests/data/logs/recording_sink.h"

namespace moe {
namespace {

using test::readText;
using test::RecordingSink;
using testing::ElementsAre;
using testing::IsEmpty;
using Point = std::pair<double, double>;

/// Read by the reader that recognises it best, as the import does; its name must be `name`.
RecordingSink readAs(std::string_view name, std::string_view text) {
  const LogReader* best = nullptr;
  double confidence = 0;
  for (const LogReader* reader : textReaders()) {
    const double own = reader->recognises(text);
    if (own > confidence) best = reader;
    confidence = std::max(own, confidence);
  }
  if (best == nullptr) return {};
  EXPECT_EQ(best->name, name);
  return readText(*best, text);
}

TEST(MegatronLog, OfCoreWithExpertsIsRead) {
  const RecordingSink log =
      readAs("megatron", R"([default7]:------------------------ arguments ------------------------
[default7]:  moe_router_topk ................................. 2
[default7]:  num_experts ..................................... 8
[default7]:  moe_router_num_groups_and_a_very_long_argument_name  4
[default7]:-------------------- end of arguments ---------------------
 > number of parameters on (tensor, pipeline) model parallel rank (1, 0): 1234567
Total number of parameters in billions: 6.98
[default7]: [2024-05-01 12:00:00.123456] iteration      100/  500000 | consumed samples:        25600 | elapsed time per iteration (ms): 3456.7 | throughput per GPU (TFLOP/s/GPU): 180.1 | learning rate: 1.000000E-05 | global batch size:   256 | lm loss: 8.863574E+00 | load_balancing_loss: 1.020000E+00 | z_loss: 3.5E-01 | loss scale: 1.0 | grad norm: 4.036 | number of skipped iterations:   0 | number of nan iterations:   0 |
 validation loss at iteration 100 on validation set | lm loss value: 8.798237E+00 | lm loss PPL: 6.622557E+03 |
 validation loss at iteration 100 on test set | lm loss value: 9.1E+00 | lm loss PPL: 8.955E+03 |
)");
  EXPECT_THAT(log.skips, IsEmpty());
  EXPECT_EQ(log.settings.at("num_experts"), "8");
  EXPECT_EQ(log.settings.at("moe_router_topk"), "2");
  EXPECT_EQ(log.settings.at("moe_router_num_groups_and_a_very_long_argument_name"), "4");
  EXPECT_EQ(log.settings.at("Total number of parameters in billions"), "6.98");
  EXPECT_EQ(
      log.settings.at("number of parameters on (tensor, pipeline) model parallel rank (1, 0)"),
      "1234567");
  EXPECT_EQ(log.settings.at("total_steps"), "500000");
  EXPECT_THAT(log.series("lm loss"), ElementsAre(Point(100, 8.863574)));
  EXPECT_THAT(log.series("load_balancing_loss"), ElementsAre(Point(100, 1.02)));
  EXPECT_THAT(log.series("lm loss value"), ElementsAre(Point(100, 8.798237)));
  EXPECT_THAT(log.series("test lm loss value"), ElementsAre(Point(100, 9.1)));
}

TEST(MegatronLog, OfGptNeoxIsRead) {
  const RecordingSink log =
      readAs("megatron", R"(-------------------- arguments --------------------
  attention_config ................ ['flash', 'flash']..........updated
  num_layers ...................... 12..........................updated
  seq_length ...................... 2048........................default
---------------- end of arguments ----------------
[2023-01-01 00:00:00,000] [INFO] [logging.py:60:log_dist] [Rank 0]  samples/sec: 12.3 | iteration       10/  320000 | elapsed time per iteration (ms): 1234.5 | learning rate: 1.2E-05 | approx flops per GPU: 30.1TFLOPS | lm_loss: 1.08E+01 | loss scale: 65536.0 | number of nan iterations:   0 |
 validation results at iteration 1000 | lm_loss value: 2.345000E+00 | lm_loss_ppl value: 1.04E+01 |
)");
  EXPECT_EQ(log.settings.at("num_layers"), "12");
  EXPECT_EQ(log.settings.at("seq_length"), "2048");
  EXPECT_EQ(log.settings.at("attention_config"), "['flash', 'flash']");
  EXPECT_THAT(log.series("lm_loss"), ElementsAre(Point(10, 10.8)));
  EXPECT_THAT(log.series("approx flops per GPU"), ElementsAre(Point(10, 30.1)));
  EXPECT_THAT(log.series("lm_loss value"), ElementsAre(Point(1000, 2.345)));
}

TEST(MegatronLog, GivesTheLossAtTheEndTheLastStep) {
  const RecordingSink log = readAs("megatron", R"( iteration 5/ 5 | lm loss: 2.0E+00 |
 validation loss at the end of training for val data | lm loss value: 2.1E+00 |
 validation loss at the end of training for test data | lm loss value: 2.2E+00 |
)");
  EXPECT_THAT(log.series("lm loss value"), ElementsAre(Point(5, 2.1)));
  EXPECT_THAT(log.series("test lm loss value"), ElementsAre(Point(5, 2.2)));
}

TEST(LlmcLog, OfItsOutputIsRead) {
  const RecordingSink log = readAs("llmc", R"(+-----------------------+------------------+
| Parameter             | Value            |
+-----------------------+------------------+
| sequence length T     | 1024             |
| total batch size      | 524288           |
| num_parameters        | 124475904        |
+-----------------------+------------------+
num_parameters: 124475904 => bytes: 248951808
val loss 11.010000
step    1/19560 | loss 11.009100 (+nanz)| norm 15.3689 (+nanz)| lr 8.57e-07 | 1234.56 ms | 45.2% bf16 MFU | 424675 tok/s
step    2/19560 | train loss 10.9591 | norm 15.2 | lr 1.71e-06 | 1134.56 ms | 424675 tok/s
val loss 10.900000
HellaSwag: 2440/10042 = 0.242979
)");
  EXPECT_THAT(log.skips, IsEmpty());
  EXPECT_EQ(log.settings.at("total batch size"), "524288");
  EXPECT_EQ(log.settings.at("num_parameters"), "124475904");
  EXPECT_EQ(log.settings.at("total_steps"), "19560");
  EXPECT_THAT(log.series("loss"), ElementsAre(Point(1, 11.0091)));
  EXPECT_THAT(log.series("train loss"), ElementsAre(Point(2, 10.9591)));
  EXPECT_THAT(log.series("val loss"), ElementsAre(Point(0, 11.01), Point(2, 10.9)));
  EXPECT_THAT(log.series("lr"), ElementsAre(Point(1, 8.57e-07), Point(2, 1.71e-06)));
  EXPECT_THAT(log.series("HellaSwag"), ElementsAre(Point(2, 0.242979)));
}

TEST(LlmcLog, OfItsFirstVersionIsRead) {
  const RecordingSink log =
      readAs("llmc", "val loss 4.5\nstep 1/74: train loss 4.367631 (80.639 ms, 50000 tok/s)\n");
  EXPECT_THAT(log.series("train loss"), ElementsAre(Point(1, 4.367631)));
}

TEST(LlmcLog, OfBuildNanogptAndNanochatIsRead) {
  const RecordingSink file = readAs("llmc", "0 val 10.9511\n0 hella 0.2463\n0 train 10.955029\n");
  EXPECT_THAT(file.series("val"), ElementsAre(Point(0, 10.9511)));
  EXPECT_THAT(file.series("train"), ElementsAre(Point(0, 10.955029)));
  const RecordingSink chat = readAs("llmc", R"(Step 00000 | Validation bpb: 3.2045
step 00001/21400 (0.00%) | loss: 10.999 | grad norm: 1.5 | lrm: 1.00 | dt: 12.5ms | tok/sec: 41,234 | mfu: 0.50 | total time: 0.00m
)");
  EXPECT_THAT(chat.series("Validation bpb"), ElementsAre(Point(0, 3.2045)));
  EXPECT_THAT(chat.series("loss"), ElementsAre(Point(1, 10.999)));
  EXPECT_THAT(chat.series("tok/sec"), ElementsAre(Point(1, 41234)));
}

TEST(NanogptLog, GivesOverridesCountsAndLosses) {
  const RecordingSink log = readAs("nanogpt", R"(Overriding config with config/train_gpt2.py:
# GPT-2
batch_size = 12 # per device
gradient_accumulation_steps = 5 * 8

Overriding: max_iters = 600000
tokens per iteration will be: 491,520
found vocab_size = 65 (inside data/meta.pkl)
number of parameters: 29.94M
step 0: train loss 10.9898, val loss 10.9877
iter 0: loss 10.9886, time 48122.31ms, mfu -100.00%
iter 10: loss nan, time 481.31ms, mfu 30.25%
)");
  EXPECT_EQ(log.settings.at("batch_size"), "12");
  EXPECT_EQ(log.settings.at("gradient_accumulation_steps"), "5 * 8");
  EXPECT_EQ(log.settings.at("max_iters"), "600000");
  EXPECT_EQ(log.settings.at("tokens per iteration will be"), "491,520");
  EXPECT_EQ(log.settings.at("vocab_size"), "65");
  EXPECT_EQ(log.settings.at("number of parameters"), "29.94M");
  EXPECT_THAT(log.series("train loss"), ElementsAre(Point(0, 10.9898)));
  EXPECT_THAT(log.series("val loss"), ElementsAre(Point(0, 10.9877)));
  EXPECT_THAT(log.series("mfu"), ElementsAre(Point(0, -100), Point(10, 30.25)));
  ASSERT_EQ(log.series("loss").size(), 2U);
  EXPECT_TRUE(std::isnan(log.series("loss")[1].second));
}

TEST(ModdedNanogptLog, GivesTheHyperparametersOfItsScript) {
  const RecordingSink log = readAs("modded_nanogpt", R"(class Hyperparameters:
    # data
    input_bin : str = 'train.bin' # input
    batch_size : int = 8*64 # batch size, in sequences
    num_iterations = 1770
args = Hyperparameters()
        print0(f"step:{step}/{args.num_iterations} val_loss:{val_loss:.4f}")
step:0/1770 val_loss:10.8258 train_time:0ms step_avg:0.03ms
step:1/1770 train_time:94ms step_avg:94.40ms
)");
  EXPECT_THAT(log.skips, IsEmpty());
  EXPECT_EQ(log.settings.at("batch_size"), "8*64");
  EXPECT_EQ(log.settings.at("num_iterations"), "1770");
  EXPECT_THAT(log.series("val_loss"), ElementsAre(Point(0, 10.8258)));
  EXPECT_THAT(log.series("step_avg"), ElementsAre(Point(0, 0.03), Point(1, 94.4)));
}

TEST(OlmoLog, IsReadBehindATimestampOnEachLine) {
  const RecordingSink log = readAs(
      "olmo",
      R"(2024-08-03T04:57:40.06Z [2024-08-03 04:57:40] INFO     [olmo.train:66] Total number of parameters: 6,919,161,856
2024-08-03T04:57:40.07Z [2024-08-03 04:57:40] INFO     [olmo.train:885, rank=0] [step=10/739328,epoch=0]
2024-08-03T04:57:40.07Z     train/CrossEntropyLoss=10.99
2024-08-03T04:57:40.07Z     train/Perplexity=59,278
2024-08-03T04:57:40.07Z     throughput/total_tokens=41,943,040
2024-08-03T04:57:40.08Z     System/Peak GPU Memory (MB)=34,567
2024-08-03T04:57:41.07Z [2024-08-03 04:57:41] INFO     [olmo.train:998] c4_en-validation
2024-08-03T04:57:41.07Z     eval/c4_en-validation/CrossEntropyLoss=10.95
)");
  EXPECT_THAT(log.skips, IsEmpty());
  EXPECT_EQ(log.settings.at("Total number of parameters"), "6,919,161,856");
  EXPECT_EQ(log.settings.at("total_steps"), "739328");
  EXPECT_THAT(log.series("train/CrossEntropyLoss"), ElementsAre(Point(10, 10.99)));
  EXPECT_THAT(log.series("train/Perplexity"), ElementsAre(Point(10, 59278)));
  EXPECT_THAT(log.series("throughput/total_tokens"), ElementsAre(Point(10, 41943040)));
  EXPECT_THAT(log.series("eval/c4_en-validation/CrossEntropyLoss"), ElementsAre(Point(10, 10.95)));
}

TEST(ComposerLog, DoesNotTakeBatchesOfTheEvaluationForSteps) {
  const RecordingSink log = readAs("composer", R"(n_params: 124439808
[batch=10/100]:
	 Train time/epoch: 0
	 Train loss/train/total: 11.5121
	 Train metrics/train/LanguageCrossEntropy: 11.5
[Eval batch=1/8] Eval on eval data
[Eval batch=8/8] Eval on eval data:
	 Eval metrics/eval/LanguageCrossEntropy: 9.25
)");
  EXPECT_EQ(log.settings.at("n_params"), "124439808");
  EXPECT_EQ(log.settings.at("total_steps"), "100");
  EXPECT_THAT(log.series("loss/train/total"), ElementsAre(Point(10, 11.5121)));
  EXPECT_THAT(log.series("metrics/eval/LanguageCrossEntropy"), ElementsAre(Point(10, 9.25)));
}

TEST(TorchtitanLog, IsReadThroughItsColours) {
  const RecordingSink log = readAs(
      "torchtitan",
      "[rank0]:2025-01-01 12:00:00,123 - root - INFO - "
      "Model llama3 8B \x1b[31msize: 8,030,261,248 total parameters\x1b[39m\n"
      "[rank0]:2025-01-01 12:00:00,124 - root - INFO - Training starts at step 1, with local batch "
      "size 8, global batch size 64, sequence length 8192, total steps 1000 (warmup 200)\n"
      "[rank0]:2025-01-01 12:00:01,123 - root - INFO - \x1b[31mstep: 10  \x1b[32mloss:  7.9123  "
      "\x1b[33mgrad_norm:  1.2  memory: 30.12GiB(38.5%)  tps: 5,432  mfu: 10.11%\x1b[39m\n"
      "[rank0]:2025-01-01 12:00:02,123 - root - INFO - validate step: 10  loss: 7.8000  tps: 1\n");
  EXPECT_THAT(log.skips, IsEmpty());
  EXPECT_EQ(log.settings.at("total parameters"), "8,030,261,248");
  EXPECT_EQ(log.settings.at("global batch size"), "64");
  EXPECT_EQ(log.settings.at("sequence length"), "8192");
  EXPECT_EQ(log.settings.at("total_steps"), "1000");
  EXPECT_THAT(log.series("loss"), ElementsAre(Point(10, 7.9123)));
  EXPECT_THAT(log.series("validate loss"), ElementsAre(Point(10, 7.8)));
  EXPECT_THAT(log.series("memory"), ElementsAre(Point(10, 30.12)));
  EXPECT_THAT(log.series("tps"), ElementsAre(Point(10, 5432)));
}

// A step of -1 here: the reader gave none.
TEST(TrainerTextLog, HasNoStepsUnlessTheDictionaryDoes) {
  const RecordingSink log = readAs("trainer_text", R"(***** Running training *****
  Num examples = 1,000
  Total optimization steps = 250
{'loss': 2.3456, 'grad_norm': tensor(1.25, device='cuda:0'), 'learning_rate': 5e-05, 'epoch': 0.1}
 10%|#         | 25/250 [00:10<01:30,  2.5it/s]{'eval_loss': '2.2', 'eval_runtime': 3.5, 'epoch': 0.1}
{'loss': nan, 'nested': {'a': [1, 2]}, 'epoch': 0.2, 'step': 50}
)");
  EXPECT_THAT(log.skips, IsEmpty());
  EXPECT_EQ(log.settings.at("Num examples"), "1,000");
  EXPECT_EQ(log.settings.at("Total optimization steps"), "250");
  EXPECT_EQ(log.series("loss").front(), Point(-1, 2.3456));
  EXPECT_EQ(log.series("loss").back().first, 50);
  EXPECT_TRUE(std::isnan(log.series("loss").back().second));
  EXPECT_THAT(log.series("grad_norm"), ElementsAre(Point(-1, 1.25)));
  EXPECT_THAT(log.series("eval_loss"), ElementsAre(Point(-1, 2.2)));
  EXPECT_EQ(log.series("epoch").size(), 3U);
}

TEST(DeepspeedLog, GivesLossesOfThePipelineEngine) {
  const RecordingSink log = readAs(
      "deepspeed",
      "[2023-01-01 00:00:00,000] [INFO] [logging.py:96:log_dist] [Rank 0] step=10, skipped=1, "
      "lr=[0.0001, 0.0002], mom=[[0.9, 0.95]]\n"
      "steps: 10 loss: 2.3456 iter time (s): 0.123 samples/sec: 12.300\n");
  EXPECT_THAT(log.series("lr"), ElementsAre(Point(10, 1e-4)));
  EXPECT_THAT(log.series("skipped"), ElementsAre(Point(10, 1)));
  EXPECT_THAT(log.series("loss"), ElementsAre(Point(10, 2.3456)));
  EXPECT_THAT(log.series("iter time (s)"), ElementsAre(Point(10, 0.123)));
}

TEST(FairseqLog, SaysThatItsLossesAreInBits) {
  const RecordingSink log = readAs(
      "fairseq",
      R"(2021-01-01 00:00:00 | INFO | train_inner | {"epoch": 1, "loss": "9.9", "ppl": "955.4", "num_updates": "100", "lr": "5e-05"}
2021-01-01 00:00:00 | INFO | valid | {"epoch": 1, "valid_loss": "9.5", "valid_num_updates": "200"}
)");
  EXPECT_THAT(log.series("loss (bits)"), ElementsAre(Point(100, 9.9)));
  EXPECT_THAT(log.series("valid_loss (bits)"), ElementsAre(Point(200, 9.5)));
  EXPECT_THAT(log.series("ppl"), ElementsAre(Point(100, 955.4)));
  EXPECT_THAT(log.series("loss"), IsEmpty());
}

TEST(AnyTextLog, ReadsLinesThatHoldAStepAndALoss) {
  const RecordingSink log = readAs("text", R"(Loading checkpoint, best loss so far unknown
2024-01-01 12:00:00 INFO:trainer: epoch=1 step=10 train_loss=2.5000 lr=3.00e-04 tok/s: 1,234
Epoch [1/5], Step [20/600], Loss: 2.4000
| iter 30 | val loss 2.3 | lr 1e-4 |
Train Epoch: 3 iteration: 40, train loss = 2.2 (2.25)
lr 0.1 at step 50
)");
  EXPECT_THAT(log.skips, IsEmpty());
  EXPECT_THAT(log.series("train_loss"), ElementsAre(Point(10, 2.5)));
  EXPECT_THAT(log.series("lr"), ElementsAre(Point(10, 3e-4)));
  EXPECT_THAT(log.series("tok/s"), ElementsAre(Point(10, 1234)));
  EXPECT_THAT(log.series("Loss"), ElementsAre(Point(20, 2.4)));
  EXPECT_THAT(log.series("val loss"), ElementsAre(Point(30, 2.3)));
  EXPECT_THAT(log.series("train loss"), ElementsAre(Point(40, 2.2)));
  EXPECT_EQ(log.settings.at("total_steps"), "600");
}

TEST(AnyTextLog, DoesNotGuessWhatACommaInALossMeans) {
  const RecordingSink log = readAs("text", "step=1 loss=2.5\nstep=2 loss=2,345\n");
  EXPECT_THAT(log.series("loss"), ElementsAre(Point(1, 2.5)));
  EXPECT_THAT(log.skips, ElementsAre("2: a loss with a comma; whether it is a decimal one is not "
                                     "clear"));
}

TEST(TextReaders, LeaveOtherFilesAlone) {
  for (const std::string_view text :
       {std::string_view("step,loss\n1,2.5\n2,2.4\n"), std::string_view("{\"step\": 1}\n"),
        std::string_view("# Notes\n\n10 val batches, step by step\n")}) {
    for (const LogReader* reader : textReaders()) {
      EXPECT_LE(reader->recognises(text), 0.05) << reader->name << ": " << text;
    }
  }
}

}  // namespace
}  // namespace moe
