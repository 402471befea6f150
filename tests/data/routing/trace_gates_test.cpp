#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "data/readers/routing_trace.h"
#include "data/readers/trace_rows.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using test::TemporaryFolder;
using testing::ElementsAre;
using testing::HasSubstr;

constexpr const char* kWithGates =
    "layer,token,expert_1,expert_2,gate_1,gate_2\n"
    "1,0,0,3,0.5,0.0411\n1,1,2,1,0.25,0.125\n2,0,1,2,0.3,0.2\n2,1,3,0,1e-05,0.5\n";

Result<RoutingTrace> readTraceText(const std::string& text) {
  const TemporaryFolder folder;
  return readRoutingTrace(folder.write("trace.csv", text), 4);
}

std::string gateProblem(const std::string& text) {
  const auto trace = readTraceText(text);
  if (trace) return "no problem";
  const std::string message = describe(trace.error());
  return message.substr(message.find("trace.csv"));
}

TEST(TraceGates, AreReadBesideTheChoices) {
  const auto trace = readTraceText(kWithGates);
  ASSERT_TRUE(trace) << describe(trace.error());
  EXPECT_THAT(trace->ids, ElementsAre(0, 3, 2, 1, 1, 2, 3, 0));
  EXPECT_THAT(trace->gates, ElementsAre(0.5, 0.0411, 0.25, 0.125, 0.3, 0.2, 1e-05, 0.5));
  EXPECT_THAT(trace->layer_numbers, ElementsAre(1, 2));
}

// The careful way, which reads rows in any order and quoted cells, says the same.
TEST(TraceGates, AreTheSameByTheFastAndTheCarefulWay) {
  const auto fast = plainTrace(kWithGates, "trace.csv", 4);
  ASSERT_TRUE(fast);
  const auto careful = readTraceText(
      "layer,token,expert_1,expert_2,gate_1,gate_2\n2,1,3,0,1e-05,0.5\n"
      "1,0,\"0\",3,0.5,0.0411\n2,0,1,2,0.3,0.2\n1,1,2,1,0.25,0.125\n");
  ASSERT_TRUE(careful) << describe(careful.error());
  EXPECT_EQ(fast->ids, careful->ids);
  EXPECT_EQ(fast->gates, careful->gates);
  EXPECT_EQ(fast->layer_numbers, careful->layer_numbers);
  EXPECT_EQ(fast->tokens, careful->tokens);
}

// Whatever is not plain is left to the careful way, which refuses it or not.
TEST(PlainTrace, LeavesEverythingUnusualToTheCarefulWay) {
  const std::string head = "layer,token,expert_1,expert_2\n";
  for (const std::string& text :
       {head + "0,0,1,4\n", head + "0,0,1,1\n", head + "0,1,1,2\n0,0,1,2\n",
        head + "1,0,1,2\n0,0,1,2\n", head + "0,0,1,2\n0,1,2,3\n1,0,1,2\n",
        head + "0,0,1,2\n1,0,1,2\n1,1,1,2\n", head + "0,0,1\n", head + "0,0,1,2,3\n",
        head + "0,0,1,x\n", head + "0,0,\"1\",2\n", head,
        std::string("layer,token,expert_1,note\n0,0,1,a\n"),
        std::string("layer,expert,tokens\n0,0,1\n"), head + "0,0,1,2\n\n"})
    EXPECT_FALSE(plainTrace(text, "trace.csv", 4)) << text;
  EXPECT_TRUE(plainTrace(head + "0,0,1,2\r\n0,1,3,2\r\n", "trace.csv", 4));
}

TEST(TraceGates, RefuseFaultsWithLineAndCause) {
  const std::string head = "layer,token,expert_1,expert_2,gate_1,gate_2\n";
  EXPECT_EQ(gateProblem(head + "0,0,1,2,0.5,1.5\n"),
            "trace.csv:2: gate_2 is \"1.5\"; a number from 0 to 1 is needed");
  EXPECT_EQ(gateProblem(head + "0,0,1,2,0.5,\n"),
            "trace.csv:2: gate_2 is \"\"; a number from 0 to 1 is needed");
  EXPECT_THAT(gateProblem(head + "0,0,1,2,0.5,0.1\n0,1,1,2,0.5,0.75\n"),
              HasSubstr("trace.csv:3: the gates of the token add up to 1.25"));
  EXPECT_EQ(gateProblem("layer,token,expert_1,expert_2,gate_1\n0,0,1,2,0.5\n"),
            "trace.csv:1: there are 2 columns of experts and 1 of gates");
}

TEST(TraceGates, MustFitTheBytesOfTheChoices) {
  const TemporaryFolder folder;
  folder.write("meta.json", R"({"layers": 1, "tokens": 2, "k": 2, "experts": 4})");
  const auto ids = folder.write("law.ids.u8", std::string("\0\1\2\1", 4));
  folder.write("law.w1e4.u16le", std::string(7, '\0'));
  const auto short_one = readRoutingTrace(ids);
  ASSERT_FALSE(short_one);
  EXPECT_EQ(short_one.error().message, "has 7 bytes where 4 choices need 8; is it cut off?");
  folder.write("law.w1e4.u16le", std::string("\0\0\0\0\x10\x27\x10\x27", 8));  // 1 and 1
  const auto sums = readRoutingTrace(ids);
  ASSERT_FALSE(sums);
  EXPECT_THAT(sums.error().message,
              HasSubstr("the gates of layer 0, token 1 add up to 2; at most 1 is possible"));
}

}  // namespace
}  // namespace moe
