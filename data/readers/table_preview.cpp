#include "data/readers/table_preview.h"

#include "data/readers/column_roles.h"
#include "data/readers/file_text.h"
#include "data/readers/raw_table.h"

namespace moe {
namespace {

/// Each role goes to the first column whose name suggests it.
void suggestRoles(std::vector<PreviewColumn>& columns) {
  for (std::size_t at = 0; at < kRoles; ++at) {
    const auto role = static_cast<Role>(at);
    for (PreviewColumn& column : columns) {
      if (column.role || !isAliasOf(role, column.name)) continue;
      column.role = role;
      break;
    }
  }
}

}  // namespace

Result<TablePreview> previewTable(const std::filesystem::path& path, std::size_t samples) {
  const auto file = readFileText(path);
  if (!file) return tl::unexpected(file.error());
  const TableFormat format = detectFormat(file->text);
  const auto raw = readTableText(file->text, format, path.string());
  if (!raw) return tl::unexpected(raw.error());
  TablePreview preview{std::string(name(format)), raw->rows.size(), {}};
  for (std::size_t at = 0; at < raw->columns.size(); ++at) {
    PreviewColumn column{raw->columns[at], {}, std::nullopt};
    for (std::size_t row = 0; row < raw->rows.size() && row < samples; ++row)
      column.samples.emplace_back(raw->rows[row].cell(at));
    preview.columns.push_back(std::move(column));
  }
  suggestRoles(preview.columns);
  return preview;
}

std::string columnMapText(const std::vector<PreviewColumn>& columns) {
  std::string text;
  for (const PreviewColumn& column : columns) {
    if (!column.role) continue;
    text += (text.empty() ? "" : ",") + std::string(shortName(*column.role)) + "=" + column.name;
  }
  return text;
}

}  // namespace moe
