#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "data/catalog/catalog.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

const ModelCatalog& models() {
  static const ModelCatalog kModels = loadModels({}).value();
  return kModels;
}

std::vector<TokenPriceEntry> shippedPricesOf(std::string_view model) {
  return tokenPricesOf(loadTokenPrices({}, models()).value(), models(), model);
}

TEST(TokenPrices, GiveEveryEntryAPriceADateAndASource) {
  const auto prices = loadTokenPrices({}, models()).value();
  EXPECT_EQ(prices.entries.size(), 27u);
  for (const TokenPriceEntry& entry : prices.entries) {
    EXPECT_TRUE(entry.input || entry.output || entry.blended) << entry.where;
    EXPECT_EQ(entry.date.substr(0, 2), "20") << entry.where;
    EXPECT_FALSE(entry.source.empty()) << entry.where;
    EXPECT_NE(entry.verification, "not stated") << entry.where;
  }
}

// Models of which the catalog has no configuration. A spelling that misses the catalog shows here.
TEST(TokenPrices, LeadToModelsOfTheCatalogSaveForThree) {
  const auto prices = loadTokenPrices({}, models()).value();
  std::set<std::string> strangers;
  for (const TokenPriceEntry& entry : prices.entries)
    if (!entry.in_catalog) strangers.insert(entry.model);
  EXPECT_EQ(strangers, (std::set<std::string>{"DeepSeek-V3.1", "GPT-4", "Kimi-K2.5"}));
}

// DeepSeek's inference overview of 2025-02-28: "R1 Pricing: $0.14/M input tokens (cache hit),
// $0.55/M input tokens (cache miss), $2.19/M output tokens".
TEST(TokenPrices, TellCachedFromUncachedInput) {
  const auto prices = shippedPricesOf("deepseek-r1");
  ASSERT_FALSE(prices.empty());
  EXPECT_EQ(prices.front().provider, "DeepSeek API");
  EXPECT_EQ(prices.front().input->low, 0.55);
  EXPECT_EQ(prices.front().input->high, 0.55);
  EXPECT_EQ(prices.front().cached_input->low, 0.14);
  EXPECT_EQ(prices.front().output->low, 2.19);
}

TEST(TokenPrices, KeepBothReadingsWhereTwoDisagree) {
  const auto prices = shippedPricesOf("deepseek-r1");
  ASSERT_EQ(prices.size(), 3u);
  EXPECT_EQ(prices[1].input->low, 3);
  EXPECT_EQ(prices[1].input->high, 7);
  EXPECT_FALSE(prices[1].cached_input);
}

TEST(TokenPrices, AreFoundByAliasesAndForModelsOutsideTheCatalog) {
  EXPECT_EQ(shippedPricesOf("openai/gpt-oss-120b").size(), 2u);
  EXPECT_EQ(shippedPricesOf("GPT-OSS 120B").size(), 2u);
  ASSERT_EQ(shippedPricesOf("gpt 4").size(), 1u);
  EXPECT_EQ(shippedPricesOf("gpt 4").front().blended->low, 37.5);
  EXPECT_TRUE(shippedPricesOf("qwen3-8b").empty());
}

class OwnPrices : public testing::Test {
 protected:
  void write(const std::string& text) const { folder_.write("token_prices.toml", text); }
  const test::TemporaryFolder folder_;
};

std::string entryText(const std::string& model, const std::string& provider) {
  return "[[token_price]]\nmodel = \"" + model + "\"\nprovider = \"" + provider +
         "\"\ninput_usd_per_million = 1\noutput_usd_per_million = 2\n"
         "date = \"2026-11\"\nsource = \"own contract\"\n";
}

TEST_F(OwnPrices, AreAddedToTheShippedOnes) {
  write(entryText("House-Model", "us") + entryText("mixtral", "us"));
  const auto prices = loadTokenPrices(folder_.path(), models()).value();
  EXPECT_EQ(prices.entries.size(), 29u);
  EXPECT_EQ(tokenPricesOf(prices, models(), "house model").front().source, "own contract");
  EXPECT_EQ(tokenPricesOf(prices, models(), "Mixtral-8x7B").size(), 2u);
}

TEST_F(OwnPrices, ReplaceTheShippedOneOfTheSameModelAndProvider) {
  write(entryText("deepseek-ai/DeepSeek-V3", "together ai"));
  const auto prices = loadTokenPrices(folder_.path(), models()).value();
  EXPECT_EQ(prices.entries.size(), 27u);
  const auto v3 = tokenPricesOf(prices, models(), "deepseek-v3");
  ASSERT_EQ(v3.size(), 1u);
  EXPECT_EQ(v3.front().output->low, 2);
}

TEST_F(OwnPrices, MakeAFolderACatalog) {
  write(entryText("House-Model", "us"));
  EXPECT_EQ(loadModels(folder_.path())->entries.size(), models().entries.size());
}

TEST_F(OwnPrices, AreRefusedWhenOneProviderHasTwoForAModel) {
  fs::copy(std::string(MOEPLAN_SOURCE_DIR) + "/tests/faulty/prices/priced_twice.toml",
           folder_.path() / "token_prices.toml");
  const auto prices = loadTokenPrices(folder_.path(), models());
  ASSERT_FALSE(prices);
  const std::string file = (folder_.path() / "token_prices.toml").string();
  EXPECT_EQ(describe(prices.error()),
            file + ":8: example-api has a price for DeepSeek-R1 already, at " + file + ":1");
}

struct PriceFault {
  const char* file;
  const char* message;
};

class BrokenPrices : public testing::TestWithParam<PriceFault> {};

TEST_P(BrokenPrices, AreRefusedWithPlaceAndCause) {
  const std::string text =
      test::fileText(std::string(MOEPLAN_SOURCE_DIR) + "/tests/faulty/prices/" + GetParam().file);
  ASSERT_FALSE(text.empty());
  const auto parsed = parseTokenPrices(text, GetParam().file);
  ASSERT_FALSE(parsed);
  EXPECT_EQ(parsed.error().kind, ErrorKind::kInput);
  EXPECT_EQ(describe(parsed.error()), GetParam().message);
}

constexpr PriceFault kFaults[] = {
    {"no_model.toml", "no_model.toml:1: model is missing"},
    {"empty_model.toml", "empty_model.toml:1: model is empty"},
    {"no_provider.toml", "no_provider.toml:1: provider is missing"},
    {"no_date.toml", "no_date.toml:1: date is missing"},
    {"no_source.toml", "no_source.toml:1: source is missing"},
    {"no_price.toml",
     "no_price.toml:1: input_usd_per_million is missing, and so are output_usd_per_million and "
     "blended_usd_per_million; an entry needs a price"},
    {"negative_price.toml",
     "negative_price.toml:1: input_usd_per_million must be a number above 0"},
    {"text_price.toml", "text_price.toml:1: input_usd_per_million must be a number above 0"},
    {"nan_price.toml", "nan_price.toml:1: output_usd_per_million must be a number above 0"},
    {"range_backwards.toml",
     "range_backwards.toml:1: input_range_usd_per_million must be [lowest, highest], above 0"},
    {"range_of_one.toml",
     "range_of_one.toml:1: input_range_usd_per_million must be [lowest, highest], above 0"},
    {"price_and_range.toml",
     "price_and_range.toml:1: input_range_usd_per_million stands beside input_usd_per_million; "
     "give one of the two"},
    {"cached_above_input.toml",
     "cached_above_input.toml:1: cached_input_usd_per_million is 0.55, more than uncached input, "
     "0.14; are the two exchanged?"},
    {"cached_without_input.toml",
     "cached_without_input.toml:1: cached_input_usd_per_million needs input_usd_per_million beside "
     "it"},
    {"unknown_key.toml",
     "unknown_key.toml:1: input_usd_per_milion is not a key of this table; did you mean "
     "input_usd_per_million?"},
    {"other_entries.toml",
     "other_entries.toml: 'price' is not expected here; this file holds [[token_price]] entries"},
};
INSTANTIATE_TEST_SUITE_P(Files, BrokenPrices, testing::ValuesIn(kFaults),
                         [](const auto& row) { return fs::path(row.param.file).stem().string(); });

}  // namespace
}  // namespace moe
