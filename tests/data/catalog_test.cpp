#include "data/catalog/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <map>

#include "data/catalog/name_index.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

class CatalogDirectory : public testing::Test {
 protected:
  void SetUp() override {
    directory_ = fs::path(testing::TempDir()) /
                 testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::create_directories(directory_);
  }
  void TearDown() override { fs::remove_all(directory_); }
  void write(const char* file, const std::string& text) {
    std::ofstream(directory_ / file) << text;
  }
  fs::path directory_;
};

constexpr const char* kOwnAccelerator = R"([[accelerator]]
name = "House-1"
aliases = ["h1"]
memory_gb = 48
memory_bandwidth_gb_per_s = 900
bf16_dense_tflops = 200
source = "own data sheet"
)";

template <class Entry>
void expectOneEntryPerName(const CatalogTable<Entry>& table) {
  std::map<std::string, std::string> owners;
  for (const Entry& entry : table.entries) {
    std::vector<std::string> names = entry.aliases;
    names.push_back(entry.name);
    for (const std::string& name : names) {
      const auto [known, added] = owners.emplace(comparableName(name), entry.name);
      EXPECT_TRUE(added || known->second == entry.name)
          << name << " leads to " << known->second << " and " << entry.name;
    }
    EXPECT_FALSE(entry.source.empty()) << entry.name;
    EXPECT_FALSE(entry.verification.empty()) << entry.name;
  }
}

TEST(Catalog, LeadsFromEveryNameToOneEntryWithSourceAndVerification) {
  expectOneEntryPerName(loadModels({}).value());
  expectOneEntryPerName(loadHardware({}).value());
}

TEST(Catalog, HoldsAllCollectedRows) {
  EXPECT_EQ(loadModels({})->entries.size(), 100u);
  EXPECT_EQ(loadHardware({})->entries.size(), 30u);
}

TEST(Catalog, FindsNamesWithoutRegardToCapitalsHyphensAndBlanks) {
  const auto hardware = loadHardware({}).value();
  for (const char* name : {"a100-40gb", "A100_40GB", "a100 40gb", "A100-40GB SXM"})
    EXPECT_EQ(findHardware(hardware, name)->name, "A100-40GB SXM") << name;
  EXPECT_EQ(findHardware(hardware, "h100")->name, "H100-80GB SXM");
  const auto models = loadModels({}).value();
  for (const char* name : {"deepseek-v3", "DEEPSEEK V3", "deepseek-ai/DeepSeek-V3"})
    EXPECT_EQ(findModel(models, name)->name, "DeepSeek-V3") << name;
  EXPECT_EQ(findModel(models, "llama-3.1-70b")->name, "Llama-3.1-70B");
}

TEST(Catalog, SuggestsTheNearestNamesForAnUnknownOne) {
  const auto found = findHardware(loadHardware({}).value(), "h1000");
  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().kind, ErrorKind::kInput);
  EXPECT_EQ(found.error().where, "--hardware");
  EXPECT_THAT(found.error().message,
              testing::StartsWith("the catalog has no accelerator 'h1000'; did you mean H100"));
}

// NVIDIA's data sheet: 312 TFLOPS bf16 dense, 1555 GB/s, 40 GB, NVLink 600 GB/s both ways.
TEST(Catalog, GivesTheA100InBasicUnits) {
  const auto entry = findHardware(loadHardware({}).value(), "a100-40gb").value();
  EXPECT_DOUBLE_EQ(entry.memory.value(), 40e9);
  EXPECT_DOUBLE_EQ(entry.memory_bandwidth.value(), 1555e9);
  EXPECT_DOUBLE_EQ(entry.peak_bf16.value(), 312e12);
  EXPECT_DOUBLE_EQ(entry.link_bandwidth->value(), 300e9);
  EXPECT_FALSE(entry.peak_fp8);
  EXPECT_DOUBLE_EQ(entry.price->typical.value() * 3600, 1.29);
  EXPECT_DOUBLE_EQ(entry.efficiency.fixed_per_layer.value(), 80e-6);
  EXPECT_EQ(entry.efficiency.basis, Basis::kRoofline);
}

TEST(Catalog, TakesMeasuredEfficiencyWhereKernelsWereMeasured) {
  const auto entry = findHardware(loadHardware({}).value(), "h100").value();
  EXPECT_EQ(entry.efficiency.basis, Basis::kMeasured);
  EXPECT_DOUBLE_EQ(entry.efficiency.compute, 0.80);
  EXPECT_DOUBLE_EQ(*entry.efficiency.compute_fp8, 0.61);
  EXPECT_DOUBLE_EQ(entry.efficiency.bandwidth, 0.77);
}

TEST(Catalog, InventsNoPrice) {
  EXPECT_FALSE(findHardware(loadHardware({}).value(), "h20")->price);
}

TEST_F(CatalogDirectory, AddsOwnEntries) {
  write("hardware.toml", kOwnAccelerator);
  const auto hardware = loadHardware(directory_).value();
  EXPECT_EQ(hardware.entries.size(), 31u);
  EXPECT_DOUBLE_EQ(findHardware(hardware, "H1")->memory.value(), 48e9);
  EXPECT_EQ(loadModels(directory_)->entries.size(), 100u);
}

TEST_F(CatalogDirectory, ReplacesAnEntryOfTheSameName) {
  std::string text = kOwnAccelerator;
  text.replace(text.find("House-1"), 7, "l4-24gb");
  write("hardware.toml", text);
  const auto hardware = loadHardware(directory_).value();
  EXPECT_EQ(hardware.entries.size(), 30u);
  EXPECT_DOUBLE_EQ(findHardware(hardware, "L4-24GB")->memory.value(), 48e9);
}

TEST_F(CatalogDirectory, RefusesAnAliasThatLeadsToAnotherEntry) {
  std::string text = kOwnAccelerator;
  text.replace(text.find("\"h1\""), 4, "\"H-100\"");
  write("hardware.toml", text);
  const auto hardware = loadHardware(directory_);
  ASSERT_FALSE(hardware);
  EXPECT_EQ(describe(hardware.error()),
            (directory_ / "hardware.toml").string() +
                ":1: 'H-100' of House-1 already leads to H100-80GB SXM");
}

TEST_F(CatalogDirectory, RefusesADirectoryWithoutCatalogFiles) {
  EXPECT_EQ(describe(loadModels(directory_).error()),
            directory_.string() + ": holds none of models.toml, hardware.toml, token_prices.toml");
}

TEST(Catalog, RefusesADirectoryThatIsNotThere) {
  EXPECT_EQ(describe(loadModels("no/such/place").error()),
            "no/such/place: is not a directory with catalog files");
}

struct Broken {
  const char* text;
  const char* message;
};

TEST(ParseHardware, NamesLineAndCauseOfWhatIsWrong) {
  const std::string good = kOwnAccelerator;
  const Broken rows[] = {
      {"[[accelerator]]\nname = \"x\"\n", "own.toml:1: memory_gb is missing"},
      {"[[accelerator]]\nname = 3\n", "own.toml:1: name must be text in quotes"},
      {"x = 1\n", "own.toml: 'x' is not expected here; this file holds [[accelerator]] entries"},
      {"# \xC3\xA4\nna\xC3\xAF = 1\n",
       "own.toml:2: a character outside ASCII stands outside strings and comments; put names with "
       "such characters in quotes"},
  };
  for (const Broken& row : rows) {
    const auto parsed = parseHardware(row.text, "own.toml");
    ASSERT_FALSE(parsed) << row.text;
    EXPECT_EQ(describe(parsed.error()), row.message);
  }
}

TEST(ParseHardware, RefusesOneWrongValueInAGoodEntry) {
  const Broken rows[] = {
      {"memory_gb = -48", "own.toml:1: memory_gb must be a number above 0"},
      {"memory_gb = \"48\"", "own.toml:1: memory_gb must be a number above 0"},
      {"memory_gb = inf", "own.toml:1: memory_gb must be a number above 0"},
      {"memory_gb = 48\nmemory_gib = 4",
       "own.toml:1: memory_gib is not a key of this table; did you mean memory_gb?"},
      {"memory_gb = 48\nprice_usd_per_hour = 2", "own.toml:1: price_date is missing"},
      {"memory_gb = 48\nprice_usd_per_hour = 9\nprice_range_usd_per_hour = [1, 3]\n"
       "price_date = \"2026\"",
       "own.toml:1: price_usd_per_hour is 9, outside price_range_usd_per_hour, 1 to 3"},
      {"memory_gb = 48\nprice_usd_per_hour = 2\nprice_range_usd_per_hour = [1, inf]\n"
       "price_date = \"2026\"",
       "own.toml:1: price_range_usd_per_hour must be [lowest, highest]"},
      {"memory_gb = 48\nowning_usd_per_hour = [1, 2]\nowning_cost_note = \"x\"",
       "own.toml:1: owning_usd_per_hour must be [hyperscaler, neocloud, 3-year rental], each above "
       "0"},
      {"memory_gb = 48\nowning_usd_per_hour = [1, 2, 3]",
       "own.toml:1: owning_cost_note is missing"},
  };
  for (const Broken& row : rows) {
    std::string text = kOwnAccelerator;
    text.replace(text.find("memory_gb = 48"), 14, row.text);
    const auto parsed = parseHardware(text, "own.toml");
    ASSERT_FALSE(parsed) << row.text;
    EXPECT_EQ(describe(parsed.error()), row.message);
  }
}

TEST(ParseHardware, RefusesAShareAboveOne) {
  const auto parsed = parseHardware(
      std::string(kOwnAccelerator) + "[accelerator.efficiency]\ncompute = 70\nsource = \"x\"\n",
      "own.toml");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(describe(parsed.error()), "own.toml:8: compute is a share of the peak and at most 1");
}

TEST(ParseHardware, AllowsOtherLettersInStringsAndComments) {
  const auto parsed = parseHardware(
      std::string(kOwnAccelerator) + "# gr\xC3\xBC\xC3\x9F\nnotes = \"caf\xC3\xA9 \\\" '''\"\n",
      "own.toml");
  ASSERT_TRUE(parsed) << describe(parsed.error());
  EXPECT_EQ(parsed->front().notes, "caf\xC3\xA9 \" '''");
}

TEST(ParseModels, RefusesMoreExpertsPerTokenThanThereAre) {
  const auto parsed = parseModels(
      "name = \"m\"\nlayers = 2\nhidden = 8\nheads = 2\nkv_heads = 2\nhead_dim = 4\n"
      "vocabulary = 10\nattention = \"mha\"\nexperts = 4\ntop_k = 5\nexpert_ffn = 16\n"
      "source = \"x\"\n",
      "m.toml");
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().message, "top_k is 5, more than experts, 4");
}

constexpr const char* kHybrid =
    "name = \"m\"\nlayers = 8\nhidden = 64\nheads = 4\nkv_heads = 2\nhead_dim = 16\n"
    "vocabulary = 10\nattention = \"hybrid\"\nkv_layers = 2\ndense_ffn = 32\nsource = \"x\"\n";

TEST(ParseModels, ReadsTheLayersOfAHybrid) {
  const auto delta = parseModels(
      std::string(kHybrid) +
          "attention_gate = true\nlinear_kind = \"gated_delta_net\"\nlinear_key_heads = 2\n"
          "linear_value_heads = 4\nlinear_key_dim = 8\nlinear_value_dim = 16\n"
          "linear_convolution = 4\nnative_precision = \"fp8\"\nlearned_positions = 100\n",
      "m.toml");
  ASSERT_TRUE(delta) << describe(delta.error());
  EXPECT_TRUE(delta->front().attention_gate);
  EXPECT_EQ(delta->front().linear.kind, LinearAttentionKind::kGatedDeltaNet);
  EXPECT_EQ(delta->front().linear.value_dim, 16);
  EXPECT_EQ(delta->front().native_precision, "fp8");
  EXPECT_EQ(delta->front().learned_positions, 100);
  const auto mamba = parseModels(std::string(kHybrid) +
                                     "linear_kind = \"mamba\"\nlinear_convolution = 4\n"
                                     "mamba_inner = 128\nmamba_state = 16\nmamba_step_rank = 4\n",
                                 "m.toml");
  ASSERT_TRUE(mamba) << describe(mamba.error());
  EXPECT_EQ(mamba->front().linear.inner, 128);
}

TEST(ParseModels, RefusesSizesThatDoNotBelongTogether) {
  const Broken rows[] = {
      {"linear_kind = \"rwkv\"\n",
       "m.toml:1: linear_kind is 'rwkv'; use gated_delta_net, lightning or mamba"},
      {"linear_kind = \"lightning\"\nlinear_key_heads = 0\n",
       "m.toml:1: linear_key_heads must be 1 or more"},
      {"linear_kind = \"mamba\"\n", "m.toml:1: linear_convolution is missing"},
      {"sliding_window = 4\n", "m.toml:1: sliding_window and sliding_window_layers go together"},
      {"sliding_window = 4\nsliding_window_layers = 3\n",
       "m.toml:1: sliding_window_layers is more than the layers with a KV cache"},
      {"routed_layers = 9\n", "m.toml:1: routed_layers is more than layers"},
      {"expert_ffn_matrices = 4\n", "m.toml:1: expert_ffn_matrices must be 3 (gated) or 2 (plain)"},
      {"extra_ffn = 64\n",
       "m.toml:1: extra_ffn stands behind routed layers; the entry has no experts"},
  };
  for (const Broken& row : rows) {
    const auto parsed = parseModels(std::string(kHybrid) + row.text, "m.toml");
    ASSERT_FALSE(parsed) << row.text;
    EXPECT_EQ(describe(parsed.error()), row.message);
  }
}

TEST_F(CatalogDirectory, ReadsOneModelFromAFile) {
  write("m.toml",
        "name = \"m\"\nlayers = 2\nhidden = 8\nheads = 2\nkv_heads = 2\nhead_dim = 4\n"
        "vocabulary = 10\nattention = \"mha\"\ndense_ffn = 32\nsource = \"x\"\n");
  EXPECT_EQ(readModelFile(directory_ / "m.toml")->dense_ffn, 32);
  EXPECT_EQ(readModelFile(directory_ / "none.toml").error().message,
            "cannot be read: No such file or directory");
}

}  // namespace
}  // namespace moe
