// What the report page shows, with a view that only remembers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/gui/presenters/document_html.h"
#include "app/gui/presenters/report_presenter.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

class RememberingReportView : public ReportView {
 public:
  void showQuestion() override { ++questions; }
  void showHeadline(const std::string& text, const std::string& more) override {
    headline = text;
    detail = more;
  }
  void showDocument(const report::Document& shown) override {
    document = shown;
    ++documents;
  }
  void clearDocument() override { document = {}; }
  void showLesson(const std::string& text) override { lesson = text; }
  void showWarnings(const std::vector<Warning>&) override {}
  void showProblem(const std::string& text) override { problem = text; }

  int questions = 0;
  int documents = 0;
  std::string headline, detail, lesson, problem;
  report::Document document;
};

class ReportPageTest : public testing::Test {
 protected:
  ReportPageTest() {
    PlanQuestion question;
    question.preset = "ludziejewski2025";
    question.cost_preset = "probe-v2";
    question.budget_flop = 1e21;
    project_.title = "Which model?";
    project_.steps.push_back({"cheap", ProjectPlan{"", "min-cost", question}, 0});
  }

  void make() {
    presenter_.answered(
        reportAnswers(presenter_.project(), presenter_.file(), folder_.path(), {}, {}));
  }
  std::vector<std::string> shownParts() const {
    std::vector<std::string> keys;
    for (const report::Section& section : view_.document.sections) keys.push_back(section.key);
    return keys;
  }

  Project project_;
  test::TemporaryFolder folder_;
  RememberingReportView view_;
  ReportPresenter presenter_{view_, "moeplan test"};
};

TEST_F(ReportPageTest, TeachesWhereNothingIsAsked) {
  presenter_.projectChanged({}, {});
  EXPECT_THAT(view_.lesson, HasSubstr("asks nothing yet"));
  EXPECT_FALSE(presenter_.canMake());
}

TEST_F(ReportPageTest, ShowsThePartsThatAreTickedWithoutAnsweringAnew) {
  presenter_.projectChanged(project_, {});
  EXPECT_EQ(view_.headline, "Not made yet");
  make();
  EXPECT_EQ(view_.document.title, "Which model?");
  EXPECT_THAT(shownParts(), testing::Contains("plan"));
  presenter_.choosePart("plan", false);
  presenter_.projectChanged(presenter_.withQuestion(project_), {});
  EXPECT_THAT(shownParts(), Not(testing::Contains("plan")));
  EXPECT_THAT(view_.detail, Not(HasSubstr("changed since")));
  EXPECT_FALSE(presenter_.canMake());
}

TEST_F(ReportPageTest, SaysThatTheProjectMovedOn) {
  presenter_.projectChanged(project_, {});
  make();
  std::get<PlanQuestion>(std::get<ProjectPlan>(project_.steps[0].question).question).budget_flop =
      2e21;
  presenter_.projectChanged(project_, {});
  EXPECT_THAT(view_.detail, HasSubstr("changed since"));
  EXPECT_TRUE(presenter_.canMake());
}

// A slider of the plan page lays the whole report out anew at each step otherwise.
TEST_F(ReportPageTest, ShowsADocumentOnceUntilItWouldBeAnother) {
  presenter_.projectChanged(project_, {});
  make();
  EXPECT_EQ(view_.documents, 1);
  auto& plan = std::get<ProjectPlan>(project_.steps[0].question);
  std::get<PlanQuestion>(plan.question).budget_flop = 2e21;
  presenter_.projectChanged(project_, {});
  EXPECT_EQ(view_.documents, 1);
  project_.report.question = "Which one?";
  presenter_.projectChanged(project_, {});
  EXPECT_EQ(view_.documents, 2);
  presenter_.projectChanged(project_, "moved.moeplan");
  EXPECT_EQ(view_.documents, 3);
  make();
  EXPECT_EQ(view_.documents, 4);
}

// The report of the project before stayed in sight, ready to be exported as nothing.
TEST_F(ReportPageTest, ForgetsTheReportOfAnotherProject) {
  presenter_.projectChanged(project_, {});
  make();
  presenter_.opened();
  presenter_.projectChanged(project_, {});
  EXPECT_EQ(view_.headline, "Not made yet");
  EXPECT_TRUE(view_.document.sections.empty());
}

TEST_F(ReportPageTest, CountsQuestionsWithoutAnAnswer) {
  ProjectStep broken = project_.steps[0];
  broken.name = "broken";
  std::get<PlanQuestion>(std::get<ProjectPlan>(broken.question).question).preset = "no-such-law";
  project_.steps.push_back(broken);
  presenter_.projectChanged(project_, {});
  make();
  EXPECT_THAT(view_.detail, HasSubstr("1 of 2 questions have an answer"));
}

TEST_F(ReportPageTest, KeepsAtLeastOnePart) {
  presenter_.projectChanged(project_, {});
  const auto parts = presenter_.parts();
  for (std::size_t i = 1; i < parts.size(); ++i) presenter_.choosePart(parts[i].key, false);
  EXPECT_THAT(presenter_.question().parts, ElementsAre(parts[0].key));
  presenter_.choosePart(parts[0].key, false);
  EXPECT_THAT(presenter_.question().parts, ElementsAre(parts[0].key));
  for (const ReportPart& part : parts) presenter_.choosePart(part.key, true);
  EXPECT_THAT(presenter_.question().parts, IsEmpty());  // all, as in a project that names none
  for (const ReportPart& part : parts) EXPECT_NE(part.label, part.key);
}

TEST(DocumentHtml, EscapesTextsAndNamesPlots) {
  report::Document document;
  document.title = "a < b & \"c\"";
  report::Figure figure;
  figure.plot.key = "loss";
  figure.plot.title = "Loss";
  figure.plot.series.push_back({});
  figure.plot.series.back().x = figure.plot.series.back().y = {1, 2};
  report::Figure empty;
  empty.plot.key = "nothing";
  empty.plot.empty_reason = "No runs.";
  report::TableBlock table{"t", {}};
  table.table.columns = {{"N", "params"}};
  table.table.rows = {{"<1>\n2"}};
  document.sections.push_back({"fit", "Fit", {figure, empty, table}});
  const std::string html = documentHtml(document, {});
  EXPECT_THAT(html, HasSubstr("<h1>a &lt; b &amp; &quot;c&quot;</h1>"));
  EXPECT_THAT(html, HasSubstr("<img src=\"plot:loss\""));
  EXPECT_THAT(html, Not(HasSubstr("plot:nothing")));
  EXPECT_THAT(html, HasSubstr("No runs."));
  EXPECT_THAT(html, HasSubstr("N (params)"));
  EXPECT_THAT(html, HasSubstr("&lt;1&gt;<br>2"));
}

}  // namespace
}  // namespace moe
