#include "app/gui/presenters/dropped_file.h"

#include <algorithm>
#include <filesystem>
#include <fstream>

#include "data/logs/log_readers.h"
#include "data/readers/file_text.h"
#include "data/readers/gzip.h"

namespace moe {
namespace {

constexpr std::size_t kBeginning = 65536;  // bytes that tell what a file is
constexpr std::uintmax_t kMostPacked =
    16'000'000;  // bytes of a packed file that are unpacked for it

std::string beginningOf(const std::string& file) {
  std::string text(kBeginning, '\0');
  std::ifstream stream(file, std::ios::binary);
  stream.read(text.data(), static_cast<std::streamsize>(text.size()));
  text.resize(static_cast<std::size_t>(std::max<std::streamsize>(0, stream.gcount())));
  if (!isGzip(text)) return text;
  std::error_code error;
  const auto size = std::filesystem::file_size(file, error);
  if (error || size > kMostPacked) return {};
  const auto whole = readFileText(file);
  return whole ? whole->text.substr(0, kBeginning) : std::string();
}

bool holds(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

/// Whether a line of the text starts with these letters.
bool hasLine(std::string_view text, std::string_view start) {
  return text.starts_with(start) || holds(text, "\n" + std::string(start));
}

bool isServingHead(std::string_view head) {
  return holds(head, "concurrency") && (holds(head, "tpot_s") || holds(head, "ttft_s"));
}

/// Of readers that know more than rows.
bool isLog(std::string_view head) {
  constexpr double kSure = 0.5;
  constexpr std::string_view kRows[] = {"csv", "json", "jsonl"};
  return std::ranges::any_of(logReaders(), [&](const LogReader& reader) {
    return std::ranges::find(kRows, reader.name) == std::end(kRows) &&
           reader.recognises(head) >= kSure;
  });
}

}  // namespace

DroppedKind droppedKind(const std::string& file) {
  std::error_code ignored;
  if (std::filesystem::is_directory(file, ignored)) return DroppedKind::kLogs;
  const std::string ending = std::filesystem::path(file).extension().string();
  if (ending == ".moeplan") return DroppedKind::kProject;
  const std::string text = beginningOf(file);
  if (ending == ".toml")
    return hasLine(text, "[[accelerator]]") || hasLine(text, "[accelerator.")
               ? DroppedKind::kMachine
               : DroppedKind::kProject;
  if (holds(text, "\"moeplan.verify/")) return DroppedKind::kVerification;
  if (isServingHead(std::string_view(text).substr(0, text.find('\n'))))
    return DroppedKind::kServing;
  return ending == ".zst" || isLog(text) ? DroppedKind::kLogs : DroppedKind::kRuns;
}

}  // namespace moe
