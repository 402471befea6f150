#pragma once

#include "app/gui/pages/framed_page.h"
#include "app/gui/presenters/verify_presenter.h"

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;

namespace moe::gui {

class DataTable;
class PlotView;

/// Predicted against measured: published serving points at once, layers on this machine after it
/// was measured or an earlier measurement was opened.
class VerifyPage : public FramedPage<VerifyView> {
  Q_OBJECT

 public:
  explicit VerifyPage(Session& session, QWidget* parent = nullptr);

  void setTheme(const plot::PlotTheme& theme) override;
  JobRunner& jobs() override { return jobs_; }
  void shown() override;
  bool takeFiles(const QStringList& files) override;
  void settle(std::function<void()> done) override;

 public slots:
  void calibrate();
  void verify();
  void openCalibration(const QString& file);
  void openVerification(const QString& file);
  void usePoints(const QString& file);  ///< empty: those that ship

 private:
  void showChoices() override;
  void showPublished(const PublishedPicture& picture) override;
  void showVerification(const VerificationPicture& picture) override;
  void showCalibration(const CalibrationPicture& picture) override;
  void showProblem(const std::string& text) override;

  void addMachineQuestions();
  void addPointQuestions();
  QPushButton* addButton(const QString& name, const QString& text, const QString& help);
  void addTabs();
  void showTab(QWidget* widget);
  void startPublished();
  void startOpening(const QString& file, bool to_front);
  bool putOff(const QString& file, std::function<void()> work);
  void answered();

  VerifyPresenter presenter_{*this};
  QLabel* machine_;
  QCheckBox* quick_;
  QLabel* points_file_;
  QComboBox* by_;
  PlotView* points_;
  DataTable* sets_;
  DataTable* point_groups_;
  PlotView* checks_;
  DataTable* claims_;
  DataTable* rows_;
  DataTable* groups_;
  PlotView* bandwidth_;
  DataTable* figures_;
  int machine_tab_ = 0;            ///< from this one on, tabs are about this machine
  bool stale_ = true;              ///< the published points are not those of the choices
  bool opened_ = false;            ///< this machine's calibration was looked for
  bool measuring_ = false;         ///< calibration or verification runs: nothing may stop it
  std::function<void()> put_off_;  ///< a file to open once it has ended
  std::function<void()> settled_;
  JobRunner jobs_;  // last: its destructor stops and joins
};

}  // namespace moe::gui
