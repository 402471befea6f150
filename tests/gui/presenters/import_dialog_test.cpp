// What the dialog of an import shows, with a view that only remembers.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "app/gui/presenters/form_words.h"
#include "app/gui/presenters/import_presenter.h"
#include "tests/support/temporary_folder.h"

namespace moe {
namespace {

using testing::HasSubstr;

class RememberingImportView : public ImportView {
 public:
  void showHeadline(const std::string& text, const std::string& more) override {
    headline = text;
    detail = more;
  }
  void showPreview(const ImportPicture& picture) override { shown = picture; }
  void allowWriting(bool allowed) override { may_write = allowed; }
  void written(const std::string& path) override { table = path; }

  std::string headline, detail, table;
  ImportPicture shown;
  bool may_write = false;
};

/// A log of a run that does not say how large its model is.
class ImportDialogTest : public testing::Test {
 protected:
  ImportDialogTest() {
    const std::string rows =
        "step,tokens,val_loss\n100,1e9,3.5\n200,2e9,3.2\n300,3e9,3.0\n400,4e9,2.9\n";
    presenter_.setLogs({folder_.write("logs/whole.csv", rows).string()});
  }

  void type(std::string_view key, std::string_view text) {
    for (const auto& field : fieldsOf(&presenter_.request())) {
      if (field.key != key) continue;
      EXPECT_EQ(typeField(field.place(presenter_.request()), text), "");
    }
  }
  void preview() { presenter_.previewed(importPicture(presenter_.previewRequest(), {}, {})); }

  test::TemporaryFolder folder_;
  RememberingImportView view_;
  ImportPresenter presenter_{view_};
};

TEST_F(ImportDialogTest, SaysWhatIsMissingAndAllowsNothing) {
  preview();
  ASSERT_EQ(view_.shown.runs.rows.size(), 1u);
  EXPECT_THAT(view_.shown.runs.rows[0].cells.back().text, HasSubstr("missing: "));
  EXPECT_THAT(view_.detail, HasSubstr("lack something"));
  EXPECT_FALSE(view_.may_write);
}

TEST_F(ImportDialogTest, TakesWhatIsStatedAndWritesTheTable) {
  type("set", "n=124e6, tokens_per_step=1e7");
  preview();
  EXPECT_EQ(view_.headline, "1 of 1 runs can be taken");
  EXPECT_TRUE(view_.may_write);
  EXPECT_EQ(view_.shown.runs.rows[0].cells[1].order, 124e6);
  EXPECT_EQ(view_.shown.runs.rows[0].cells[5].order, 2.9);
  const std::string table = (folder_.path() / "runs.csv").string();
  EXPECT_FALSE(std::filesystem::exists(table));  // a preview writes nothing
  presenter_.imported(importPicture(presenter_.writeRequest(table), {}, {}));
  EXPECT_EQ(view_.table, table);
  EXPECT_THAT(test::fileText(table), HasSubstr("2.9"));
}

TEST_F(ImportDialogTest, SaysWhatIsWrongWithAnOption) {
  type("loss_rule", "mean:-3");
  preview();
  EXPECT_EQ(view_.headline, "No preview");
  EXPECT_THAT(view_.detail, HasSubstr("mean:-3"));
  EXPECT_FALSE(view_.may_write);
}

TEST(FormWords, ACommaMayStandInAValueAfterAnEqualsSign) {
  using Texts = std::vector<std::string>;
  const auto typed = [](std::string_view text) {
    Texts texts;
    EXPECT_EQ(typeField(&texts, text), "");
    return texts;
  };
  EXPECT_EQ(typed("canonical=1, router=S-Base,Dense"),
            (Texts{"canonical=1", "router=S-Base,Dense"}));
  EXPECT_EQ(typed("n=124e6,tokens_per_step=5"), (Texts{"n=124e6", "tokens_per_step=5"}));
  EXPECT_EQ(typed("a,b, c"), (Texts{"a", "b", "c"}));
  EXPECT_EQ(typed("  "), Texts{});
  std::vector<double> numbers;
  EXPECT_EQ(typeField(&numbers, "1,4, 8"), "");
  EXPECT_EQ(numbers, (std::vector<double>{1, 4, 8}));
  EXPECT_NE(typeField(&numbers, "1,,8"), "");
}

TEST_F(ImportDialogTest, EveryKeyOfTheFormIsAField) {
  for (const auto* keys : {&ImportPresenter::basicKeys(), &ImportPresenter::furtherKeys()})
    for (const std::string_view key : *keys) {
      bool known = false;
      for (const auto& field : fieldsOf(&presenter_.request())) known |= field.key == key;
      EXPECT_TRUE(known) << key;
    }
}

}  // namespace
}  // namespace moe
