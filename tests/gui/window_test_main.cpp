#include <gtest/gtest.h>

#include <QApplication>
#include <QTemporaryDir>

/// Without a display, and with settings, copies and calibrations of its own.
int main(int argc, char** argv) {
  const QTemporaryDir home;
  qputenv("QT_QPA_PLATFORM", "offscreen");
  for (const char* folder : {"XDG_DATA_HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME"})
    qputenv(folder, home.path().toUtf8());
  testing::InitGoogleTest(&argc, argv);
  const QApplication application(argc, argv);
  QApplication::setApplicationName("moeplan-test");
  QApplication::setOrganizationName("moeplan-test");
  return RUN_ALL_TESTS();
}
