#include "costmodel/shape_rule.h"

#include <gtest/gtest.h>

#include <cmath>

namespace moe {
namespace {

// Closed forms of [Yun2024]: N = 12 h^2 l and h l = mu N^(2/3).
TEST(ShapeRule, MeetsBothOfItsDefiningEquations) {
  const ShapeRule rule;
  for (const double size : {1e8, 3.3e9, 7e10}) {
    const ForwardShape shape = rule.shape(size, 8);
    EXPECT_NEAR(12 * shape.hidden * shape.hidden * shape.layers, size, 1e-12 * size);
    EXPECT_NEAR(shape.hidden * shape.layers, 0.05 * std::pow(size, 2.0 / 3.0), 1e-12 * size);
  }
}

TEST(ShapeRule, CountsOfTheShapeAreTheClosedForms) {
  const ShapeRule rule;
  const ForwardShape shape = rule.shape(3e9, 8);
  EXPECT_NEAR(shape.totalParams(), 10e9, 1);  // (1 + 7/3) 3e9
  EXPECT_NEAR(shape.activeParams(), 4e9, 1);  // (1 - 1/3 + 2/3) 3e9
  EXPECT_NEAR(rule.totalParams(3e9, 8), 10e9, 1);
  EXPECT_NEAR(rule.activeParams(3e9, 8), 4e9, 1);
}

TEST(ShapeRule, IsTheDenseModelWithOneExpert) {
  for (const char* name : {"yun", "ludziejewski", "clark"}) {
    const ShapeRule rule = shapeRulePreset(name).value();
    const ForwardShape shape = rule.shape(2e9, 1);
    EXPECT_NEAR(shape.totalParams(), 2e9, 1) << name;
    EXPECT_NEAR(shape.activeParams(), 2e9, 1) << name;
    EXPECT_EQ(shape.top_k, 1) << name;
  }
}

TEST(ShapeRule, KeepsActiveEqualToDenseWhenOneExpertIsUsed) {
  EXPECT_NEAR(shapeRulePreset("ludziejewski")->activeParams(2e9, 64), 2e9, 1);
}

TEST(ShapeRulePreset, ListsTheKnownOnesWhenItDoesNotKnowTheName) {
  const auto rule = shapeRulePreset("square");
  ASSERT_FALSE(rule);
  EXPECT_EQ(describe(rule.error()),
            "--shape-rule: there is no shape rule 'square'; known are yun, ludziejewski, clark");
}

}  // namespace
}  // namespace moe
