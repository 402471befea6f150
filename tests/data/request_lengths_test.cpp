#include "data/readers/request_lengths.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

Result<RequestLengths> read(const std::string& text) {
  const test::TemporaryFolder folder;
  return readRequestLengths(folder.write("lengths.csv", text));
}

std::string problem(const std::string& text) {
  const auto lengths = read(text);
  if (lengths) return "no problem";
  EXPECT_EQ(lengths.error().kind, ErrorKind::kInput);
  const std::string message = describe(lengths.error());
  return message.substr(message.find("lengths.csv"));
}

TEST(RequestLengths, AreReadByTheNamesOfTheirColumns) {
  const auto lengths = read("id,output_tokens,prompt_tokens\na,12,1024\nb,300,17\n");
  ASSERT_TRUE(lengths) << describe(lengths.error());
  ASSERT_EQ(lengths->requests.size(), 2u);
  EXPECT_EQ(lengths->requests[0].prompt_tokens, 1024);
  EXPECT_EQ(lengths->requests[0].output_tokens, 12);
  EXPECT_EQ(lengths->requests[1].prompt_tokens, 17);
}

TEST(RequestLengths, RefusesWhatIsNoLength) {
  EXPECT_EQ(problem("prompt_tokens,output_tokens\n10,0\n"),
            "lengths.csv:2: output_tokens is \"0\"; a whole number from 1 is needed");
  EXPECT_EQ(problem("prompt_tokens,output_tokens\n10,5\n1e3x,5\n"),
            "lengths.csv:3: prompt_tokens is \"1e3x\"; a whole number from 1 is needed");
  EXPECT_EQ(problem("prompt,output_tokens\n10,5\n"),
            "lengths.csv:1: there is no column prompt_tokens (columns: prompt, output_tokens)");
  EXPECT_EQ(problem("prompt_tokens,output_tokens\n"),
            "lengths.csv: the table has a header but no rows");
}

}  // namespace
}  // namespace moe
