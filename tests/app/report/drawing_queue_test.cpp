#include "app/report/document/drawing_queue.h"

#include <gtest/gtest.h>

#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

namespace moe::report {
namespace {

/// Drawing that notes on which threads it was called.
struct NotedDrawing {
  std::set<std::thread::id> threads;
  ReportDrawing drawing{
      [this](const PlotSpec& plot, PictureSize, PictureFor) -> Result<std::string> {
        threads.insert(std::this_thread::get_id());
        if (plot.key == "bad") return fail(ErrorKind::kInput, "font", "is missing");
        return "<svg>" + plot.key;
      },
      {}};
};

PlotSpec plotOf(const std::string& key) {
  PlotSpec plot;
  plot.key = key;
  return plot;
}

TEST(DrawingQueue, DrawsForAllThreadsOnTheOneThatServes) {
  NotedDrawing noted;
  DrawingQueue queue(noted.drawing);
  const ReportDrawing drawing = queue.drawing();
  std::vector<std::string> pictures(40);
  queue.serve([&] {
    std::vector<std::jthread> threads;
    for (std::size_t t = 0; t < 4; ++t)
      threads.emplace_back([&, t] {
        for (std::size_t i = t; i < pictures.size(); i += 4)
          pictures[i] = *drawing.svg(plotOf(std::to_string(i)), {}, PictureFor::kItself);
      });
  });
  for (std::size_t i = 0; i < pictures.size(); ++i)
    EXPECT_EQ(pictures[i], "<svg>" + std::to_string(i));
  EXPECT_EQ(noted.threads, std::set{std::this_thread::get_id()});
}

TEST(DrawingQueue, PassesOnWhatIsWrong) {
  NotedDrawing noted;
  DrawingQueue queue(noted.drawing);
  Result<std::string> picture = std::string();
  queue.serve([&] { picture = queue.drawing().svg(plotOf("bad"), {}, PictureFor::kItself); });
  ASSERT_FALSE(picture);
  EXPECT_EQ(describe(picture.error()), "font: is missing");
  EXPECT_THROW(queue.serve([] { throw std::runtime_error("our bug"); }), std::runtime_error);
}

TEST(DrawingQueue, LacksWhatTheDrawingLacks) {
  const ReportDrawing none;
  DrawingQueue queue(none);
  EXPECT_FALSE(queue.drawing().svg);
  EXPECT_FALSE(queue.drawing().pdf);
}

}  // namespace
}  // namespace moe::report
