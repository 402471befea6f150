#pragma once

#include <functional>
#include <stop_token>

namespace moe::gui {

/// For work beside the window that needs a widget, as a plot does: runs `draw` on the window's
/// thread, between two of its events, and waits. False, and nothing is run, once `stop` is
/// requested: a window that is closed waits for its work and hears of no errands. What `draw`
/// throws is thrown here.
bool onWindowThread(const std::function<void()>& draw, std::stop_token stop);

}  // namespace moe::gui
