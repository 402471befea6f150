#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include "tests/support/command_document.h"
#include "tests/support/temporary_folder.h"

namespace moe::cli {
namespace {

using nlohmann::json;
using test::document;
using test::runCommand;
using testing::HasSubstr;
using testing::Not;

const json& rowOf(const json& rows, const char* key, const std::string& name) {
  for (const json& row : rows)
    if (row[key] == name) return row;
  ADD_FAILURE() << "no row of " << name;
  return rows;
}

// H100: the offers that the catalog's source names. B300: InferenceX-app has costs, nobody an
// offer.
TEST(CatalogPrices, ListRentalOwningAndTokensApart) {
  const json answer = document("catalog prices");
  const json& rental = rowOf(answer["prices"], "hardware", "H100-80GB SXM")["price"];
  EXPECT_EQ(rental["lowest_usd_per_device_hour"], 1.99);
  EXPECT_EQ(rental["usd_per_device_hour"], 2.95);
  EXPECT_EQ(rental["highest_usd_per_device_hour"], 12.29);
  for (const json& row : answer["prices"]) EXPECT_NE(row["hardware"], "B300-288GB SXM");
  EXPECT_EQ(rowOf(answer["owning_costs"], "hardware",
                  "B300-288GB SXM")["cost"]["neocloud_usd_per_device_hour"],
            2.81);
  EXPECT_EQ(answer["token_prices"].size(), 27u);
  for (const json& row : answer["token_prices"]) EXPECT_NE(row["source"], "") << row;
}

// DeepSeek's inference overview: 0.55, 0.14 and 2.19 USD per million tokens.
TEST(CatalogPrices, GiveTheTokenPricesOfANamedModelAlone) {
  const json answer = document("catalog prices deepseek-ai/DeepSeek-R1");
  EXPECT_TRUE(answer["prices"].empty());
  ASSERT_EQ(answer["token_prices"].size(), 3u);
  const json& api = answer["token_prices"][0];
  EXPECT_EQ(api["input_usd_per_million_tokens"], 0.55);
  EXPECT_EQ(api["cached_input_usd_per_million_tokens"], 0.14);
  EXPECT_EQ(api["output_usd_per_million_tokens"], 2.19);
}

TEST(CatalogPrices, ShowBothReadingsAndNoMiddle) {
  const json disputed = document("catalog prices deepseek-r1")["token_prices"][1];
  EXPECT_TRUE(disputed["input_usd_per_million_tokens"].is_null());
  EXPECT_EQ(disputed["input_range_usd_per_million_tokens"], json({3.0, 7.0}));
  EXPECT_THAT(runCommand("catalog prices deepseek-r1").out, HasSubstr("3.00 to 7.00 USD"));
}

TEST(CatalogPrices, NameTheScenariosAndTheUnit) {
  const std::string text = runCommand("catalog prices").out;
  for (const char* words : {"Cheap", "Typical", "Expensive", "USD/h", "Hyperscaler",
                            "API prices, USD per million tokens", "gpt-oss-120b"})
    EXPECT_THAT(text, HasSubstr(words));
}

TEST(CatalogPrices, TellAllAboutOneMachineOrModel) {
  const std::string machine = runCommand("catalog prices mi300x").out;
  EXPECT_THAT(machine, HasSubstr("1.12 hyperscaler, 1.40 neocloud, 1.55 3-year rental"));
  EXPECT_THAT(machine, Not(HasSubstr("million tokens")));
  EXPECT_THAT(runCommand("catalog prices deepseek-r1").out,
              HasSubstr("0.14 USD per million tokens"));
  EXPECT_THAT(runCommand("catalog prices qwen3-8b").out, HasSubstr("none in the catalog"));
}

TEST(CatalogPrices, RefuseANameThatIsNeitherMachineNorModel) {
  const auto ended = runCommand("catalog prices deepseek-r11");
  EXPECT_EQ(ended.code, 3);
  EXPECT_THAT(ended.err, HasSubstr("catalog prices: the catalog has no accelerator and no model "
                                   "'deepseek-r11'; did you mean DeepSeek-R1"));
}

TEST(CatalogPrices, TakeOwnPricesIn) {
  const test::TemporaryFolder folder;
  folder.write("token_prices.toml",
               "[[token_price]]\nmodel = \"qwen3-8b\"\nprovider = \"us\"\n"
               "output_usd_per_million = 0.25\ndate = \"2026-11\"\nsource = \"contract\"\n");
  const json answer =
      document("catalog prices qwen3-8b --catalog " + folder.path().string())["token_prices"];
  ASSERT_EQ(answer.size(), 1u);
  EXPECT_EQ(answer[0]["model"], "Qwen3-8B");
  EXPECT_EQ(answer[0]["output_usd_per_million_tokens"], 0.25);
  EXPECT_TRUE(answer[0]["input_usd_per_million_tokens"].is_null());
}

}  // namespace
}  // namespace moe::cli
