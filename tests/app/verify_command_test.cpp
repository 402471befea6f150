#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <set>

#include "app/report/calibrate_report.h"
#include "app/report/verify_report.h"
#include "app/workflows/cost_workflow.h"
#include "costmodel/planner/model_toml.h"
#include "costmodel/verify/point_predictor.h"
#include "data/catalog/catalog.h"
#include "data/catalog/hardware_toml.h"
#include "tests/support/fake_kernels.h"
#include "tests/support/run_command.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using nlohmann::json;
using test::FakeKernels;
using test::FakeMachine;
using test::runCommand;

/// A calibrated fake machine in a file.
class CalibratedFile : public testing::Test {
 protected:
  CalibratedFile() {
    const auto done = runCalibrate({.quick = true, .out = file_},
                                   test::fakeBench(kernels_, machine_), test::smallPlan());
    EXPECT_TRUE(done) << describe(done.error());
    if (done) outcome_ = *done;
  }

  FakeMachine machine_;
  FakeKernels kernels_{machine_};
  test::TemporaryFolder folder_;
  std::string file_ = (folder_.path() / "host.toml").string();
  CalibrateOutcome outcome_;
};

TEST_F(CalibratedFile, HoldsTheEntry) {
  EXPECT_EQ(test::fileText(file_), outcome_.toml);
  EXPECT_NE(report::calibrateText(outcome_).find("Written to " + file_), std::string::npos);
}

TEST_F(CalibratedFile, WithoutOneTheTextIsTheEntryWithRemarks) {
  outcome_.request.out.clear();
  const auto again = folder_.write("again.toml", report::calibrateText(outcome_));
  const auto read = readHardwareFile(again);
  ASSERT_TRUE(read) << describe(read.error());
  EXPECT_EQ(read->name, outcome_.calibration.entry.name);
}

TEST_F(CalibratedFile, IsADocumentToo) {
  const json document = json::parse(report::calibrateJson(outcome_, Seconds(1)));
  EXPECT_EQ(document["schema"], "moeplan.calibrate/1");
  EXPECT_EQ(document["machine"]["cpu"], "Fake CPU");
  EXPECT_EQ(document["tables"].size(), 4u);
  EXPECT_GT(document["noise"]["timings"], 50);
}

TEST_F(CalibratedFile, IsAcceptedWhereAnAcceleratorIsNamed) {
  const auto ended = runCommand("catalog hardware " + file_);
  EXPECT_EQ(ended.code, 0) << ended.err;
  EXPECT_NE(ended.out.find("Fake CPU"), std::string::npos);
}

/// `cost` of one layer as a model, its tokens as concurrent requests.
CostOutcome costOf(const ModelEntry& layer, const std::string& hardware,
                   const test::TemporaryFolder& folder, Precision precision, double sequences,
                   double context, double skew) {
  ModelEntry model = layer;
  model.verification = model.source = "test";
  CostRequest request;
  request.model = folder.write("layer.toml", modelToml(model)).string();
  request.hardware = hardware;
  request.devices = 1;
  request.weights = request.kv_cache = precision;
  request.concurrency = sequences;
  request.engine_limit = 0;
  request.prompt_tokens = context - 0.5;  // the mean context of a decode step is p + n/2
  request.output_tokens = 1;
  request.router_skew = skew > 0 ? "power-law:1.2" : "even";
  request.usd_per_device_hour = 1;
  const auto cost = runCost(request);
  EXPECT_TRUE(cost) << describe(cost.error());
  return cost ? *cost : CostOutcome{};
}

/// Every part that a layer is predicted by is the same number in cost's breakdown, with the same
/// basis and limit: the host is no special case.
void expectSameParts(const PredictedLayer& predicted, const CostOutcome& cost) {
  EXPECT_FALSE(predicted.parts.empty());
  for (const PredictedPart& part : predicted.parts) {
    const auto same = std::find_if(cost.parts.begin(), cost.parts.end(),
                                   [&](const CostPart& c) { return c.op == name(part.group); });
    ASSERT_NE(same, cost.parts.end()) << name(part.group);
    EXPECT_DOUBLE_EQ(same->time.value(), part.seconds) << name(part.group);
    EXPECT_EQ(same->bound, part.bound) << name(part.group);
    EXPECT_EQ(same->basis, part.basis) << name(part.group);
  }
}

TEST_F(CalibratedFile, LayersAreWhatCostSays) {
  const auto kernels = loadKernels(*readHardwareFile(file_), HardwareCatalog{}, {});
  ASSERT_TRUE(kernels);
  for (const double skew : {0.0, 1.2})
    for (const LayerPrecision precision : {LayerPrecision::kF32, LayerPrecision::kBf16})
      for (const int tokens : {1, 7, 100}) {
        SampleLayer layer{32, 64, 8, 2, 48, precision, tokens, skew};
        const Precision weights =
            precision == LayerPrecision::kF32 ? Precision::kF32 : Precision::kBf16;
        const auto cost = costOf(modelOf(layer), file_, folder_, weights, tokens, 2, skew);
        expectSameParts(predictLayer(*kernels, layer), cost);
      }
}

TEST_F(CalibratedFile, BlocksAreWhatCostSays) {
  const auto kernels = loadKernels(*readHardwareFile(file_), HardwareCatalog{}, {});
  ASSERT_TRUE(kernels);
  const SampleBlock block{32, 64, 8, 2, 4, 2, 16, LayerPrecision::kF32, 3, 40};
  const auto cost = costOf(modelOf(block), file_, folder_, Precision::kF32, 3, 40, 0);
  expectSameParts(predictBlock(*kernels, block), cost);
}

/// All of a step of `cost` but what these parts are: whatever it will have besides is in the sum.
double stepWithout(const CostOutcome& cost, const std::set<std::string>& parts) {
  double sum = 0, all = 0;
  for (const CostPart& part : cost.parts) {
    all += part.time.value();
    if (!parts.contains(part.op)) sum += part.time.value();
  }
  EXPECT_DOUBLE_EQ(all, cost.tpot.value() * cost.tokens_per_step);
  return sum;
}

// A layer as a whole: nothing that `cost` counts for it is missing in what verify predicts, and
// nothing is added. What a model has around it is named here.
TEST_F(CalibratedFile, AWholeLayerTakesWhatCostLeavesForIt) {
  const auto kernels = loadKernels(*readHardwareFile(file_), HardwareCatalog{}, {});
  ASSERT_TRUE(kernels);
  for (const int tokens : {1, 30, 200}) {
    const SampleLayer layer{32, 64, 8, 2, 48, LayerPrecision::kF32, tokens, 0};
    const auto cost = costOf(modelOf(layer), file_, folder_, Precision::kF32, tokens, 2, 0);
    EXPECT_DOUBLE_EQ(
        predictLayer(*kernels, layer).seconds,
        stepWithout(cost, {"projections", "attention", "norms", "head", "engine", "prefill"}))
        << tokens;
  }
}

// A decoder block is the whole step of a model of one layer, but for head and engine.
TEST_F(CalibratedFile, AWholeBlockIsTheStepOfCostWithoutItsHead) {
  const auto kernels = loadKernels(*readHardwareFile(file_), HardwareCatalog{}, {});
  ASSERT_TRUE(kernels);
  for (const int batch : {1, 3, 20})
    for (const int context : {40, 300}) {
      const SampleBlock block{32, 64, 8, 2, 4, 2, 16, LayerPrecision::kF32, batch, context};
      const auto cost = costOf(modelOf(block), file_, folder_, Precision::kF32, batch, context, 0);
      EXPECT_DOUBLE_EQ(predictBlock(*kernels, block).seconds,
                       stepWithout(cost, {"head", "engine", "prefill"}))
          << batch << " x " << context;
    }
}

TEST_F(CalibratedFile, IsNotOverwrittenByACalibrationThatWasStopped) {
  std::stop_source source;
  const auto stopped =
      runCalibrate({.quick = true, .out = file_}, test::fakeBench(kernels_, machine_),
                   test::smallPlan(), source.get_token(), [&](std::string_view what, double) {
                     if (what == "attention") source.request_stop();
                   });
  ASSERT_TRUE(stopped) << describe(stopped.error());
  EXPECT_TRUE(stopped->calibration.stopped);
  EXPECT_EQ(test::fileText(file_), outcome_.toml);
  EXPECT_EQ(stopped->written, file_ + ".partial");
  EXPECT_EQ(test::fileText(file_ + ".partial"), stopped->toml);
  EXPECT_NE(report::calibrateText(*stopped).find("Written to " + file_ + ".partial: incomplete"),
            std::string::npos);
  const json document = json::parse(report::calibrateJson(*stopped, Seconds(1)));
  EXPECT_EQ(document["inputs"]["written"], file_ + ".partial");
}

TEST_F(CalibratedFile, WrittenToADeviceHasNothingToKeep) {
  std::stop_source source;
  const auto stopped =
      runCalibrate({.quick = true, .out = "/dev/null"}, test::fakeBench(kernels_, machine_),
                   test::smallPlan(), source.get_token(), [&](std::string_view what, double) {
                     if (what == "attention") source.request_stop();
                   });
  ASSERT_TRUE(stopped) << describe(stopped.error());
  EXPECT_EQ(stopped->written, "/dev/null");
}

TEST_F(CalibratedFile, SaysThatWeightsCameFromMemoryAndHowItsThreadsLie) {
  const std::string text = report::calibrateText(outcome_);
  EXPECT_NE(text.find("weights, keys and values were evicted before every run"), std::string::npos)
      << text;
  EXPECT_NE(text.find("2 threads on 2 cores (2 processors), not bound to them"), std::string::npos)
      << text;
}

TEST_F(CalibratedFile, OfAnotherMachineIsRefused) {
  Bench other = test::fakeBench(kernels_, machine_);
  other.machine.cpu = "Another CPU";
  const auto refused = runVerify({.hardware = file_, .catalog_dir = {}}, other);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kInput);
  EXPECT_NE(describe(refused.error())
                .find("is of another machine: the processor is Fake CPU there, "
                      "Another CPU here; calibrate this one"),
            std::string::npos)
      << describe(refused.error());
}

TEST_F(CalibratedFile, OnTheCommandLineIsRefusedHere) {
  const auto ended = runCommand("verify --quick --rows 1 --hardware " + file_);
  EXPECT_EQ(ended.code, 3);
  EXPECT_NE(ended.err.find("is of another machine"), std::string::npos) << ended.err;
}

TEST_F(CalibratedFile, VerifiesAFewRows) {
  auto outcome = runVerify({.hardware = file_, .quick = true, .rows = 1, .catalog_dir = {}},
                           test::fakeBench(kernels_, machine_));
  ASSERT_TRUE(outcome) << describe(outcome.error());
  // The fake layer computes small layers only, so the numbers of these are wrong, and said to be.
  EXPECT_EQ(outcome->study.summary.verdict, RowVerdict::kFailed);
  const json document = json::parse(report::verifyJson(*outcome, Seconds(1)));
  EXPECT_EQ(document["schema"], "moeplan.verify/1");
  EXPECT_EQ(document["summary"]["verdict"], "failed");
  EXPECT_EQ(document["rows"].size(), 8u);  // a layer, a block, six KV limits
  EXPECT_GT(document["summary"]["numbers"]["checked_tokens"], 2);
  for (const json& row : document["rows"]) {
    EXPECT_TRUE(row.contains("verdict"));
    if (row["kind"] != "layer") continue;
    EXPECT_GT(row["predicted_s"], 0);
    EXPECT_GT(row["measured_s"], 0);
    double parts = 0;
    for (const json& part : row["parts"]) parts += part["seconds"].get<double>();
    EXPECT_NEAR(parts / row["predicted_s"].get<double>(), 1, 1e-12);
  }
  const std::string text = report::verifyText(*outcome);
  EXPECT_NE(text.find("Verification failed"), std::string::npos);
  EXPECT_NE(text.find("KV cache: most sequences"), std::string::npos) << text;
}

TEST_F(CalibratedFile, WithOtherThreadsIsRefused) {
  const auto refused = runVerify({.hardware = file_, .threads = 1, .catalog_dir = {}},
                                 test::fakeBench(kernels_, machine_));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUsage);
}

TEST(VerifyCommand, RefusesWhatWasNotCalibrated) {
  const auto ended = runCommand("verify --hardware h100-sxm");
  EXPECT_EQ(ended.code, 3);
  EXPECT_NE(ended.err.find("was not calibrated; verify needs a file of `moeplan calibrate`"),
            std::string::npos)
      << ended.err;
}

TEST(VerifyCommand, RefusesAFileThatIsNotThere) {
  const auto ended = runCommand("verify --hardware no-such-file.toml");
  EXPECT_EQ(ended.code, 3);
  EXPECT_NE(ended.err.find("no-such-file.toml: cannot be read"), std::string::npos) << ended.err;
}

TEST(VerifyCommand, RefusesNoRows) {
  EXPECT_EQ(runCommand("verify --rows 0").code, 2);
  EXPECT_EQ(runCommand("verify --rows few").code, 2);
}

TEST(CalibrateCommand, FindsOutFirstThatItCannotWrite) {
  const auto ended = runCommand("calibrate --out /no-such-folder/host.toml");
  EXPECT_EQ(ended.code, 3);
  EXPECT_NE(ended.err.find("/no-such-folder/host.toml"), std::string::npos) << ended.err;
}

}  // namespace
}  // namespace moe
