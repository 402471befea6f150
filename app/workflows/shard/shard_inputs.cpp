#include "app/workflows/shard/shard_inputs.h"

#include <algorithm>
#include <filesystem>
#include <system_error>
#include <utility>

#include "app/workflows/import/file_hash.h"
#include "app/workflows/project/project_paths.h"
#include "app/workflows/project/question_fields.h"
#include "data/embedded_tables.h"
#include "data/sha256.h"

namespace moe {
namespace {

namespace fs = std::filesystem;

template <class Question>
void addPaths(Question& question, std::vector<std::string>& paths) {
  for (const auto& field : fieldsOf(&question)) {
    const FieldPlace place = field.place(question);
    const auto add = [&](const std::string& text) {
      if (!isPath(field.path, text)) return;
      for (std::string& file : filesAt(text)) paths.push_back(std::move(file));
    };
    if (const auto* text = std::get_if<std::string*>(&place)) add(**text);
    if (const auto* texts = std::get_if<std::vector<std::string>*>(&place))
      std::for_each((*texts)->begin(), (*texts)->end(), add);
  }
}

/// Every file below the folder of a catalog, for its files may name others.
void addCatalog(const std::string& folder, std::vector<std::string>& paths) {
  std::error_code ignored;
  if (!fs::is_directory(folder, ignored)) return;
  for (std::string& file : filesAt(folder)) paths.push_back(std::move(file));
}

struct PathsOf {
  std::vector<std::string> operator()(FitQuestion question) const {
    std::vector<std::string> paths;
    addPaths(question.points, paths);
    addPaths(question, paths);
    return paths;
  }
  template <class Question>
  std::vector<std::string> operator()(Question question) const {
    std::vector<std::string> paths;
    addPaths(question, paths);
    addCatalog(question.catalog_dir, paths);
    return paths;
  }
  std::vector<std::string> operator()(const FrontQuestion& front) const {
    return (*this)(front.question);
  }
};

/// The tables that plans look models, machines and kernels up in.
ShardInput builtInTables() {
  Sha256 hash;
  for (const std::string_view name : embeddedTableNames()) hash.add(embeddedTable(name));
  return {"the catalog of the program", hash.hexDigest()};
}

}  // namespace

Result<std::vector<ShardInput>> inputsOf(const SplitQuestion& question, std::stop_token stop) {
  std::vector<ShardInput> inputs;
  for (const std::string& path : std::visit(PathsOf{}, question)) {
    std::error_code error;
    const std::uintmax_t bytes = fs::file_size(path, error);
    if (error)
      return fail(ErrorKind::kInput, path,
                  "cannot be read: " + error.message() +
                      "; shards need files whose contents can be compared");
    ShardInput input{path, sha256OfFile(path, bytes, stop)};
    if (stop.stop_requested()) return fail(ErrorKind::kCancelled, "", "");
    if (input.sha256.empty())
      return fail(ErrorKind::kInput, path, "cannot be read, or changed while it was read");
    inputs.push_back(std::move(input));
  }
  if (!std::holds_alternative<FitQuestion>(question)) inputs.push_back(builtInTables());
  return inputs;
}

}  // namespace moe
