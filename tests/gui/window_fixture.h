#pragma once

#include <gtest/gtest.h>

#include <QApplication>
#include <QCheckBox>
#include <QComboBox>
#include <QDropEvent>
#include <QLabel>
#include <QLineEdit>
#include <QMimeData>
#include <QPushButton>
#include <QTest>
#include <QUrl>
#include <memory>

#include "app/gui/main_window.h"
#include "app/gui/pages/page.h"
#include "tests/support/temporary_folder.h"

namespace moe::test {

inline QString sourceFile(const std::string& name) {
  return QString::fromStdString(std::string(MOEPLAN_SOURCE_DIR) + "/" + name);
}

/// A window that is shown without a display, and a folder for what it writes.
class WindowTest : public testing::Test {
 protected:
  static constexpr int kPatience = 20000;  ///< milliseconds, before a test gives up

  WindowTest() { makeWindow(); }

  void makeWindow() {
    window_ = std::make_unique<gui::MainWindow>();
    window_->resize(1280, 800);
    window_->show();
  }

  gui::Page& page(const QString& key) { return *window_->page(key); }

  /// The widget of this kind and name on a page; the visible one where there are several.
  template <class Widget>
  Widget& widget(const QString& key, const QString& name) {
    const auto found = page(key).findChildren<Widget*>(name);
    for (Widget* each : found)
      if (each->isVisibleTo(&page(key))) return *each;
    EXPECT_FALSE(found.isEmpty()) << key.toStdString() << " has no " << name.toStdString();
    return *found.front();
  }

  QString shown(const QString& key, const QString& label) {
    return widget<QLabel>(key, label).text();
  }
  QLabel& problem() { return *window_->findChild<QLabel*>("problem"); }

  /// Files fall on the window as from a file manager.
  void drop(const QStringList& files) {
    QMimeData data;
    QList<QUrl> urls;
    for (const QString& file : files) urls << QUrl::fromLocalFile(file);
    data.setUrls(urls);
    const QPoint middle = window_->rect().center();
    QDragEnterEvent enter(middle, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(window_.get(), &enter);
    EXPECT_TRUE(enter.isAccepted());
    QDropEvent dropped(middle, Qt::CopyAction, &data, Qt::LeftButton, Qt::NoModifier);
    QApplication::sendEvent(window_.get(), &dropped);
  }

  /// Types a value into a form and leaves the field.
  void type(const QString& key, const QString& field, const QString& text) {
    QWidget& editor = widget<QWidget>(key, field);
    auto* combo = qobject_cast<QComboBox*>(&editor);
    QLineEdit* line = combo != nullptr ? combo->lineEdit() : qobject_cast<QLineEdit*>(&editor);
    ASSERT_NE(line, nullptr) << field.toStdString();
    line->setText(text);
    QTest::keyClick(line, Qt::Key_Return);
  }

  void click(const QString& key, const QString& button) {
    QTest::mouseClick(&widget<QPushButton>(key, button), Qt::LeftButton);
  }

  /// Until the page's work is done.
  void waitFor(const QString& key) {
    EXPECT_TRUE(QTest::qWaitFor([&] { return !page(key).jobs().running(); }, kPatience));
  }
  /// Until the page has all its answers.
  void settle(const QString& key) {
    bool done = false;
    page(key).settle([&done] { done = true; });
    EXPECT_TRUE(QTest::qWaitFor([&] { return done; }, kPatience));
  }

  QString path(const char* name) {
    return QString::fromStdString((folder_.path() / name).string());
  }

  TemporaryFolder folder_;
  std::unique_ptr<gui::MainWindow> window_;
};

}  // namespace moe::test
