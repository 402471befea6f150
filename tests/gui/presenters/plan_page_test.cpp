// What the plan page shows, with a view that only remembers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <nlohmann/json.hpp>
#include <sstream>

#include "app/cli/run_cli.h"
#include "app/gui/presenters/plan_presenter.h"
#include "app/report/front_report.h"
#include "app/report/lifetime_report.h"
#include "app/report/plan_report.h"
#include "app/workflows/write_file.h"
#include "fitting/laws/law_file.h"
#include "tests/costmodel/planner_fixture.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::IsEmpty;
using Json = nlohmann::json;

class RememberingPlanView : public PlanView {
 public:
  void showQuestion() override { ++questions; }
  void showHeadline(const std::string& text, const std::string& more) override {
    headline = text;
    detail = more;
    problem.clear();
  }
  void showCurves(const report::PlotSpec& plot) override { curves = plot; }
  void showTable(const TableData& data) override { table = data; }
  void showDetails(const PlanDetails& shown) override { details = shown; }
  void showTornado(const report::PlotSpec& plot) override { tornado = plot; }
  void showKept(const std::string& sentence) override { kept = sentence; }
  void showWarnings(const std::vector<Warning>& shown) override { warnings = shown; }
  void showProblem(const std::string& text) override { problem = text; }
  void showNoLaw(const std::string& text, const std::string& name) override {
    lesson = text;
    fit = name;
  }

  int questions = 0;
  std::string headline, detail, kept, problem, lesson, fit;
  report::PlotSpec curves, tornado;
  TableData table;
  PlanDetails details;
  std::vector<Warning> warnings;
};

/// A law with draws, in a file, and a presenter of a project that plans with it.
class PlanPageTest : public testing::Test {
 protected:
  PlanPageTest() {
    Law law = referenceLaw("P");
    addPosterior(law, 40, 0.01);
    EXPECT_TRUE(writeFile(law_file_, lawToJson(law)));
    question_.law_file = law_file_;
    question_.budget_flop = 5e21;
    question_.cost_preset = "probe-v2";
  }

  void open(std::variant<PlanQuestion, LifetimeQuestion> question,
            const std::string& mode = "min-cost", const std::string& law = "") {
    Project project;
    project.steps.push_back({"main", ProjectPlan{law, mode, std::move(question)}, 0});
    presenter_.opened();
    presenter_.projectChanged(project);
  }

  std::shared_ptr<const PlanPicture> ask() {
    const auto question = presenter_.toAsk();
    if (!question) return nullptr;
    presenter_.answered(planPicture(*question, presenter_.known()));
    return presenter_.picture();
  }

  LifetimeQuestion lifetimeOfPreset() const {
    LifetimeQuestion question;
    question.law_file = law_file_;
    question.cost_preset = "probe-v2";
    question.lifetime_tokens = 1e13;
    question.target_loss = 2.4;
    return question;
  }

  test::TemporaryFolder folder_;
  std::string law_file_ = (folder_.path() / "law.json").string();
  PlanQuestion question_;
  std::string fitted_;  ///< file of the fit's law
  RememberingPlanView view_;
  PlanPresenter presenter_{view_, [this](const std::string&) { return fitted_; }};
};

/// A document without what differs from run to run.
Json withoutTiming(const std::string& text) {
  Json document = Json::parse(text);
  document.erase("timing_s");
  document.erase("timing");
  return document;
}

Json commandLine(std::vector<std::string> args) {
  args.insert(args.begin(), "plan");
  args.insert(args.end(), {"--json", "--quiet"});
  std::ostringstream out;
  std::ostringstream err;
  cli::runCli(args, out, err);
  EXPECT_THAT(err.str(), IsEmpty());
  return withoutTiming(out.str());
}

// The first answer is of another budget, mode and lifetime: what is kept from it must not show.
TEST_F(PlanPageTest, ShowsTheNumbersOfTheCommandLineAfterABudgetMoved) {
  question_.budget_flop = 1e20;
  question_.lifetime_tokens = 1e9;
  open(question_, "min-loss");
  ask();
  PlanState& state = presenter_.state();
  state = inMode(state, "min-cost");
  setFigure(state, PlanFigure::kTrainFlop, 5e21);
  setFigure(state, PlanFigure::kLifetimeTokens, 1e12);
  const auto picture = ask();
  EXPECT_EQ(withoutTiming(report::planJson(std::get<PlanAnswer>(picture->answer))),
            commandLine({"--law-file", law_file_, "--budget-flop", "5e21", "--cost-preset",
                         "probe-v2", "--lifetime-tokens", "1e12"}));
}

TEST_F(PlanPageTest, ShowsTheNumbersOfTheCommandLineForABudgetInDollars) {
  question_.budget_flop.reset();
  question_.budget_usd = 1e4;
  question_.training_mfu = 0.35;
  open(question_);
  ask();
  setFigure(presenter_.state(), PlanFigure::kUsd, 2e6);
  const auto picture = ask();
  EXPECT_EQ(withoutTiming(report::planJson(std::get<PlanAnswer>(picture->answer))),
            commandLine({"--law-file", law_file_, "--budget-usd", "2e6", "--training-mfu", "0.35",
                         "--cost-preset", "probe-v2"}));
}

TEST_F(PlanPageTest, ShowsTheNumbersOfTheCommandLineForALifetime) {
  LifetimeQuestion question = lifetimeOfPreset();
  question.target_loss = 2.6;
  question.max_tokens_per_param = 30;
  open(question, "lifetime");
  ask();
  setFigure(presenter_.state(), PlanFigure::kTargetLoss, 2.4);
  presenter_.state().lifetime.max_tokens_per_param.reset();
  const auto picture = ask();
  EXPECT_EQ(withoutTiming(report::lifetimeJson(std::get<LifetimeAnswer>(picture->answer))),
            commandLine({"--mode", "lifetime", "--law-file", law_file_, "--target-loss", "2.4",
                         "--lifetime-tokens", "1e13", "--cost-preset", "probe-v2"}));
}

TEST_F(PlanPageTest, ShowsTheNumbersOfTheCommandLineForAFront) {
  LifetimeQuestion question = lifetimeOfPreset();
  question.target_loss.reset();
  question.lifetime_tokens.reset();
  question.budget_flop = 1e20;
  open(question, "pareto");
  ask();
  setFigure(presenter_.state(), PlanFigure::kTrainFlop, 5e21);
  const auto picture = ask();
  EXPECT_EQ(withoutTiming(report::frontJson(std::get<FrontAnswer>(picture->answer))),
            commandLine({"--mode", "pareto", "--law-file", law_file_, "--budget-flop", "5e21",
                         "--cost-preset", "probe-v2"}));
}

TEST_F(PlanPageTest, LooksNothingUpWhileABudgetMoves) {
  open(question_);
  const auto first = ask();
  setFigure(presenter_.state(), PlanFigure::kTrainFlop, 1e21);
  EXPECT_EQ(ask()->known.plan, first->known.plan);
  setFigure(presenter_.state(), PlanFigure::kPromptTokens, 1000);
  EXPECT_NE(ask()->known.plan, first->known.plan);
}

// Exact prices of H100 take seconds; the sketch is what the plan would be without measured kernels.
TEST_F(PlanPageTest, SketchesByRooflineWhereExactPricesAreMissing) {
  question_.cost_preset.clear();
  question_.hardware = "h100-sxm";
  question_.prompt_tokens = 512;
  question_.output_tokens = 256;
  open(question_);
  const ProjectPlan asked = *presenter_.toAsk();
  EXPECT_TRUE(canSketch(asked, presenter_.known()));
  const auto sketch = planPicture(asked, presenter_.known(), PlanPace::kSketch);
  ASSERT_TRUE(sketch) << describe(sketch.error());
  EXPECT_TRUE((*sketch)->sketch && (*sketch)->quick);
  EXPECT_EQ((*sketch)->known.plan, nullptr);  // prices of a sketch are not taken for exact ones
  EXPECT_TRUE(std::get<PlanAnswer>((*sketch)->answer).request.served.empty());
  presenter_.answered(sketch);
  EXPECT_THAT(view_.detail, HasSubstr("roofline"));
  presenter_.keep();
  EXPECT_FALSE(presenter_.hasKept());
}

// The advice simulates routing, a tenth of a second at 32 experts: sliders stuttered.
TEST_F(PlanPageTest, LeavesAdviceToTheWholeAnswer) {
  open(question_);
  const ProjectPlan asked = *presenter_.toAsk();
  const auto quick = planPicture(asked, {}, PlanPace::kQuick);
  const auto full = planPicture(asked, {}, PlanPace::kFull);
  ASSERT_TRUE(quick && full);
  EXPECT_TRUE(std::get<PlanAnswer>((*quick)->answer).advice.empty());
  EXPECT_FALSE(std::get<PlanAnswer>((*full)->answer).advice.empty());
}

TEST_F(PlanPageTest, SketchesNothingThatIsPricedByAFormula) {
  open(question_);
  EXPECT_FALSE(canSketch(*presenter_.toAsk(), presenter_.known()));
  open(lifetimeOfPreset(), "lifetime");
  EXPECT_FALSE(canSketch(*presenter_.toAsk(), presenter_.known()));
}

TEST_F(PlanPageTest, ReadsALawAnewThatWasFittedAnew) {
  open(question_);
  const auto first = ask();
  ASSERT_TRUE(writeFile(law_file_, lawToJson(referenceLaw("S"))));
  presenter_.lawChanged();
  EXPECT_NE(std::get<PlanAnswer>(ask()->answer).request.law.values,
            std::get<PlanAnswer>(first->answer).request.law.values);
}

TEST_F(PlanPageTest, SaysTheRecommendationWithIntervalsAndBasis) {
  open(question_);
  const auto picture = ask();
  const auto& answer = std::get<PlanAnswer>(picture->answer);
  EXPECT_THAT(view_.headline, HasSubstr("nats"));
  EXPECT_THAT(view_.detail, HasSubstr(report::recommendationSentence(answer)));
  EXPECT_THAT(view_.detail, AllOf(HasSubstr("95 % of 40 joint draws"), HasSubstr("roofline")));
}

TEST_F(PlanPageTest, EmphasisesTheRecommendedConfigurationAlone) {
  open(question_);
  const auto picture = ask();
  const auto& outcome = std::get<PlanAnswer>(picture->answer).outcome;
  ASSERT_TRUE(outcome.recommendation.row);
  for (const TableData::Row& row : view_.table.rows) {
    ASSERT_EQ(row.cells.size(), view_.table.columns.size());
    const std::string id =
        "e" + std::to_string(static_cast<int>(outcome.rows[*outcome.recommendation.row].experts));
    EXPECT_EQ(row.emphasised, row.id == id) << row.id;
  }
}

TEST_F(PlanPageTest, ShowsTheWarningsOfTheAnswer) {
  question_.max_devices = 2;  // beside a cost preset
  open(question_);
  ask();
  std::vector<std::string> codes;
  for (const Warning& warning : view_.warnings) codes.push_back(warning.code);
  EXPECT_THAT(codes, testing::Contains("preset_overridden"));
}

TEST_F(PlanPageTest, SaysWhatIsWrongWithAQuestion) {
  question_.hardware = "h200-typo";
  open(question_);
  ask();
  EXPECT_THAT(view_.problem, HasSubstr("h200-typo"));
}

TEST_F(PlanPageTest, SaysNothingOfAnAnswerThatWasStopped) {
  open(question_);
  presenter_.answered(fail(ErrorKind::kCancelled, "plan", "stopped"));
  EXPECT_THAT(view_.problem, IsEmpty());
}

TEST_F(PlanPageTest, TeachesWhereThereIsNoLaw) {
  question_.law_file.clear();
  open(question_);
  EXPECT_FALSE(presenter_.toAsk());
  EXPECT_THAT(view_.lesson, HasSubstr("needs a law"));
  EXPECT_THAT(view_.fit, IsEmpty());
  setLaw(presenter_.state(), {LawChoice::Kind::kPreset, PlanPresenter::kOfferedPreset});
  EXPECT_TRUE(presenter_.toAsk());
}

TEST_F(PlanPageTest, WaitsForAFitAndTakesItsLaw) {
  question_.law_file.clear();
  open(question_, "min-cost", "clark");
  EXPECT_FALSE(presenter_.toAsk());
  EXPECT_EQ(view_.fit, "clark");
  fitted_ = law_file_;
  const auto asked = presenter_.toAsk();
  ASSERT_TRUE(asked);
  EXPECT_EQ(std::get<PlanQuestion>(asked->question).law_file, law_file_);
  EXPECT_THAT(presenter_.state().budgeted.law_file, IsEmpty());  // the project keeps the name
}

TEST_F(PlanPageTest, MapsTheLossOfThePlanAndTheCostOfALifetime) {
  open(question_);
  const PlanDetails loss = planDetails(*ask());
  ASSERT_TRUE(loss.map);
  EXPECT_EQ(loss.map->key, "loss_map");
  EXPECT_FALSE(loss.over_training);
  open(lifetimeOfPreset(), "lifetime");
  const PlanDetails cost = planDetails(*ask());
  ASSERT_TRUE(cost.map && cost.over_training);
  EXPECT_EQ(cost.map->key, "cost_map");
}

TEST_F(PlanPageTest, SaysWhyThereIsNoTornado) {
  open(lifetimeOfPreset(), "lifetime");
  EXPECT_THAT(planTornado(*ask()).empty_reason, HasSubstr("formula"));
  open(question_);
  EXPECT_THAT(planTornado(*ask()).empty_reason, HasSubstr("training and serving"));
}

TEST_F(PlanPageTest, DrawsAKeptPlanBehindAndStatesTheChange) {
  open(question_);
  const auto before = planFigures(*ask());
  const std::size_t columns = view_.table.columns.size();
  const std::size_t series = view_.curves.series.size();
  presenter_.keep();
  setFigure(presenter_.state(), PlanFigure::kTrainFlop, 1e22);
  const auto now = planFigures(*ask());
  ASSERT_EQ(view_.table.columns.size(), columns + 3);
  ASSERT_EQ(before.size(), now.size());
  for (std::size_t i = 0; i < now.size(); ++i) {
    ASSERT_EQ(now[i].id, before[i].id);
    const double change = 100 * (now[i].loss - before[i].loss) / before[i].loss;
    for (const TableData::Row& row : view_.table.rows) {
      if (row.id != now[i].id) continue;
      EXPECT_NEAR(row.cells[columns + 1].order, change, 1e-9);
    }
  }
  EXPECT_GT(view_.curves.series.size(), series);
  EXPECT_TRUE(view_.curves.series.front().dashed);
  EXPECT_EQ(view_.curves.series.front().color.scheme, report::PlotColor::Scheme::kNeutral);
  EXPECT_THAT(view_.kept, HasSubstr("%"));
  presenter_.forgetKept();
  EXPECT_EQ(view_.table.columns.size(), columns);
  EXPECT_THAT(view_.kept, IsEmpty());
}

TEST_F(PlanPageTest, ComparesNoFiguresOfPlansOfOtherKinds) {
  open(question_);
  ask();
  presenter_.keep();
  Project project = presenter_.project();
  project.steps.front().question = ProjectPlan{"", "lifetime", lifetimeOfPreset()};
  presenter_.projectChanged(project);
  ask();
  for (const report::TableColumn& column : view_.table.columns)
    EXPECT_NE(column.unit, "kept, change since");
  for (const report::PlotSeries& series : view_.curves.series) EXPECT_NE(series.name, "kept plan");
}

TEST_F(PlanPageTest, WritesTheQuestionIntoItsStepOrANewOne) {
  open(question_);
  setFigure(presenter_.state(), PlanFigure::kTrainFlop, 3e21);
  const Project edited = presenter_.withQuestion(presenter_.project());
  ASSERT_EQ(edited.steps.size(), 1u);
  const auto& plan = std::get<ProjectPlan>(edited.steps.front().question);
  EXPECT_EQ(std::get<PlanQuestion>(plan.question).budget_flop, 3e21);
  presenter_.projectChanged(Project{});
  EXPECT_EQ(presenter_.withQuestion(Project{}).steps.size(), 1u);
}

}  // namespace
}  // namespace moe
