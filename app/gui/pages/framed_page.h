#pragma once

#include <QVBoxLayout>

#include "app/gui/pages/page.h"
#include "app/gui/widgets/page_frame.h"

namespace moe::gui {

/// A page whose answers stand in a PageFrame: headline, warnings and problems of its presenter's
/// View go there.
template <class View>
class FramedPage : public Page, protected View {
 public:
  FramedPage(QString key, QString title, const QString& sentence, Session& session, QWidget* parent)
      : Page(std::move(key), std::move(title), session, parent),
        frame_(new PageFrame(sentence, this)) {
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(frame_);
  }

 protected:
  void showHeadline(const std::string& headline, const std::string& detail) override {
    frame_->showHeadline(QString::fromStdString(headline), QString::fromStdString(detail));
  }
  void showWarnings(const std::vector<Warning>& warnings) override {
    frame_->showWarnings(warnings);
  }
  void showProblem(const std::string& problem) override {
    frame_->showProblem(QString::fromStdString(problem));
  }

  PageFrame* frame_;
};

}  // namespace moe::gui
