#include "app/workflows/shard/front_shard.h"

#include <algorithm>
#include <cmath>
#include <optional>

namespace moe {
namespace {

constexpr const char* kPieces = "pieces of the front";
constexpr std::size_t kPointNumbers = 10;

/// A piece as numbers: designs; experts of each; designs left out; the kind of each one's error;
/// then kPointNumbers for each point, NaN where there is none.
std::vector<double> pieceNumbers(const FrontPiece& piece) {
  std::vector<double> numbers{static_cast<double>(piece.designs.size())};
  for (const PricedDesign& design : piece.designs) numbers.push_back(design.model.experts);
  numbers.push_back(static_cast<double>(piece.left_out.size()));
  for (const LeftOutDesign& design : piece.left_out)
    numbers.push_back(static_cast<double>(design.kind));
  for (const auto& point : piece.points) {
    const ParetoPoint p = point.value_or(ParetoPoint{});
    numbers.insert(numbers.end(),
                   {point ? static_cast<double>(p.design) : std::nan(""), p.params, p.active_params,
                    p.total_params, p.train_tokens, p.loss, p.training_usd, p.usd_per_million,
                    p.lifetime_usd_per_million, p.extrapolated ? 1.0 : 0.0});
  }
  return numbers;
}

/// Labels of designs; label, reason and option of those left out.
std::vector<std::string> pieceTexts(const FrontPiece& piece) {
  std::vector<std::string> texts;
  for (const PricedDesign& design : piece.designs) texts.push_back(design.label);
  for (const LeftOutDesign& design : piece.left_out)
    texts.insert(texts.end(), {design.label, design.reason, design.option});
  return texts;
}

std::optional<ParetoPoint> pointOf(const double* numbers) {
  if (std::isnan(numbers[0])) return std::nullopt;
  ParetoPoint point;
  point.design = static_cast<std::size_t>(numbers[0]);
  double* const figures[] = {
      &point.params, &point.active_params, &point.total_params,    &point.train_tokens,
      &point.loss,   &point.training_usd,  &point.usd_per_million, &point.lifetime_usd_per_million};
  for (double* figure : figures) *figure = *++numbers;
  point.extrapolated = numbers[1] == 1;
  return point;
}

/// Numbers and texts of a piece, taken one after the other; none left where they do not suffice.
class PieceReading {
 public:
  PieceReading(const std::vector<double>& numbers, const std::vector<std::string>& texts)
      : numbers_(numbers), texts_(texts) {}

  std::optional<FrontPiece> piece() {
    FrontPiece piece;
    piece.designs.resize(count());
    for (PricedDesign& design : piece.designs) {
      design.model.experts = number();
      design.label = text();
    }
    piece.left_out.resize(count());
    for (LeftOutDesign& design : piece.left_out) {
      design.kind = static_cast<ErrorKind>(static_cast<int>(number()));
      design.label = text();
      design.reason = text();
      design.option = text();
    }
    const std::size_t left = numbers_.size() - std::min(at_, numbers_.size());
    if (!good_ || text_at_ != texts_.size() || left % kPointNumbers != 0) return std::nullopt;
    for (; at_ < numbers_.size(); at_ += kPointNumbers) {
      piece.points.push_back(pointOf(numbers_.data() + at_));
      const auto& point = piece.points.back();
      if (point && point->design >= piece.designs.size()) return std::nullopt;
    }
    return piece;
  }

 private:
  double number() {
    good_ = good_ && at_ < numbers_.size();
    return good_ ? numbers_[at_++] : 0;
  }
  std::string text() {
    good_ = good_ && text_at_ < texts_.size();
    return good_ ? texts_[text_at_++] : "";
  }
  /// Of things that have at least one text each.
  std::size_t count() {
    const double value = number();
    good_ = good_ && value >= 0 && value <= static_cast<double>(texts_.size());
    return good_ ? static_cast<std::size_t>(value) : 0;
  }

  const std::vector<double>& numbers_;
  const std::vector<std::string>& texts_;
  std::size_t at_ = 0;
  std::size_t text_at_ = 0;
  bool good_ = true;
};

}  // namespace

Result<std::vector<ShardPart>> frontShardParts(const LifetimeQuestion& question, const Share& share,
                                               std::stop_token stop, const ProgressSink& progress) {
  const auto piece = frontPiece(question, share, stop, progress);
  if (!piece) return tl::unexpected(piece.error());
  ShardPart part{kPieces, share.of, rangeOf(share, share.of), {}, {}, {}};
  part.items.push_back(pieceNumbers(*piece));
  part.texts.push_back(pieceTexts(*piece));
  return std::vector<ShardPart>{std::move(part)};
}

Result<FrontAnswer> joinedFront(const LifetimeQuestion& question,
                                const std::vector<ShardPart>& parts) {
  std::vector<FrontPiece> pieces;
  const bool one = parts.size() == 1 && parts[0].name == kPieces &&
                   parts[0].texts.size() == parts[0].items.size();
  for (std::size_t i = 0; one && i < parts[0].items.size(); ++i)
    if (auto piece = PieceReading(parts[0].items[i], parts[0].texts[i]).piece())
      pieces.push_back(*std::move(piece));
  if (!one || pieces.size() != parts[0].items.size())
    return fail(ErrorKind::kInput, "shards", "their parts are not the pieces of a front");
  return answerFront(question, pieces);
}

}  // namespace moe
