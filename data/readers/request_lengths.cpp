#include "data/readers/request_lengths.h"

#include "data/readers/file_text.h"
#include "data/readers/whole_cell.h"

namespace moe {

Result<RequestLengths> readRequestLengths(const std::filesystem::path& path) {
  const std::string where = path.string();
  const auto file = readFileText(path);
  if (!file) return tl::unexpected(file.error());
  const auto table = readDelimited(file->text, ',', where);
  if (!table) return tl::unexpected(table.error());
  const auto prompt = columnNamed(*table, "prompt_tokens", where);
  if (!prompt) return tl::unexpected(prompt.error());
  const auto output = columnNamed(*table, "output_tokens", where);
  if (!output) return tl::unexpected(output.error());
  if (auto rows = checkRows(*table, where); !rows) return tl::unexpected(rows.error());

  RequestLengths lengths{where, {}};
  lengths.requests.reserve(table->rows.size());
  for (const RawRow& row : table->rows) {
    const auto prompt_tokens = wholeCell(*table, row, *prompt, 1, where);
    if (!prompt_tokens) return tl::unexpected(prompt_tokens.error());
    const auto output_tokens = wholeCell(*table, row, *output, 1, where);
    if (!output_tokens) return tl::unexpected(output_tokens.error());
    lengths.requests.push_back(
        {static_cast<double>(*prompt_tokens), static_cast<double>(*output_tokens)});
  }
  return lengths;
}

}  // namespace moe
