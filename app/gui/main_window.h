#pragma once

#include <QMainWindow>
#include <QTimer>
#include <functional>
#include <vector>

#include "app/gui/document.h"
#include "app/gui/session.h"
#include "app/gui/theme.h"

class QLabel;
class QListWidget;
class QProgressBar;
class QStackedWidget;
class QToolButton;

namespace moe::gui {

class Page;

/// The window: pages on the left, menus for the project, progress and stop at the bottom.
class MainWindow : public QMainWindow {
  Q_OBJECT

 public:
  explicit MainWindow(QWidget* parent = nullptr);

  Session& session() { return session_; }
  Document& document() { return document_; }

  /// Opens a project; what is wrong is said in the window. False when it could not.
  bool openFile(const QString& path);
  bool saveTo(const QString& path);
  /// Files that were dropped or named: a project is opened, tables of runs are added.
  void takeFiles(const QStringList& files);
  void openExample();
  void offerRecovery();

  Page* page(const QString& key) const;
  void showPage(const QString& key);
  QStringList pageKeys() const;
  void setTheme(Theme theme);

  /// Shows a text at the bottom, a problem in a bar that stays until it is closed.
  void showMessage(const QString& text);
  void showProblem(const QString& text);

 public slots:
  void newProject();
  void open();
  bool save();
  bool saveAs();

 protected:
  void closeEvent(QCloseEvent* event) override;
  void dragEnterEvent(QDragEnterEvent* event) override;
  void dropEvent(QDropEvent* event) override;

 private:
  void addPages();
  void addMenus();
  void addFileMenu();
  void addEditMenu();
  void addViewMenu();
  void addHelpMenu();
  void addStatus();
  void watchWork(Page& page);
  void showWork();
  void showState();
  void rememberRecent(const QString& path);
  void fillRecent();
  void finishTyping();
  bool mayDiscard();
  void loadSettings();
  void saveSettings();

  Session session_;
  Document document_{session_};
  QTimer work_delay_;  ///< until work is shown at the bottom
  std::vector<Page*> pages_;
  QListWidget* list_;
  QStackedWidget* stack_;
  QProgressBar* progress_ = nullptr;
  QToolButton* stop_ = nullptr;
  QWidget* problem_bar_ = nullptr;
  QLabel* problem_ = nullptr;
  QMenu* recent_ = nullptr;
  QAction* undo_ = nullptr;
  QAction* redo_ = nullptr;
  Theme theme_ = Theme::kSystem;
};

}  // namespace moe::gui
