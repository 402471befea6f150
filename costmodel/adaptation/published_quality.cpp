#include "costmodel/adaptation/published_quality.h"

namespace moe {
namespace {

using enum AdaptationMethod;

constexpr std::string_view kLite = "DeepSeek-V2-Lite";
constexpr std::string_view kTasks = "mean of 6 specialised tasks / of general benchmarks";
constexpr std::string_view kTable3 = "ESFT, arXiv 2407.01906, table 3";
constexpr std::string_view kStMoeWords = "ST-MoE, arXiv 2202.08906 (in words, of ST-MoE)";
constexpr std::string_view kFineTuning = "fine-tuning, against training everything";

// What the six tasks and the general benchmarks are stands in the paper.
constexpr PublishedQuality kQualities[] = {
    {kLite, kFull, "everything", kTasks, "51.0 / 58.8", "15.7 B", kTable3},
    {kLite, kEsftToken, "relevant experts, p 0.2", kTasks, "49.4 / 61.5", "1.4 B", kTable3},
    {kLite, kEsftToken, "relevant and shared experts", kTasks, "49.8 / 60.7", "1.85 B", kTable3},
    {kLite, kEsftToken, "relevant and shared experts, all that is no expert", kTasks, "50.8 / 60.3",
     "2.7 B", kTable3},
    {kLite, kEsftToken, "shared experts only", kTasks, "47.4 / 61.2", "450 M", kTable3},
    {kLite, kNonMoe, "shared experts and all that is no expert, routers among it", kTasks,
     "49.0 / 60.0", "1.3 B", kTable3},
    {"", kNonMoe, "all but the MoE layers", kFineTuning, "about as good", "", kStMoeWords},
    {"", kFfn, "feed-forward layers", kFineTuning, "slightly better", "", kStMoeWords},
    {"", kMoe, "MoE layers only", kFineTuning, "clearly worse", "", kStMoeWords},
};

}  // namespace

std::span<const PublishedQuality> publishedQualities() { return kQualities; }

}  // namespace moe
