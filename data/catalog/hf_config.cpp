#include "data/catalog/hf_config.h"

#include <fmt/format.h>

#include "data/catalog/hf_encoder_decoder.h"
#include "data/catalog/hf_parts.h"
#include "data/readers/file_text.h"
#include "data/readers/json_tape.h"

namespace moe {
namespace {

using catalog::addNote;
using catalog::findHfArchitecture;
using catalog::findHfArchitectureOfClass;
using catalog::HfArchitecture;
using catalog::HfFields;
using catalog::HfReadState;

// Classes without a default of their own tie embeddings, as transformers' base class does.
constexpr HfArchitecture kLlamaLike{.model_type = "", .tied = true};

/// The name that a config.json goes by: its folder, or the file's own name.
std::string nameOf(const HfFields& root, const std::string& file) {
  if (std::string name = root.text("_name_or_path"); !name.empty()) return name;
  const std::filesystem::path path(file);
  const std::string folder = path.parent_path().filename().string();
  if (path.filename() == "config.json" && !folder.empty()) return folder;
  return path.stem().string();
}

/// By model_type, or by the class that the file names.
const HfArchitecture* architectureOf(HfFields& fields) {
  if (const auto* known = findHfArchitecture(fields.text("model_type"))) return known;
  for (const std::string& name : fields.texts("architectures"))
    if (const auto* known = findHfArchitectureOfClass(name)) return known;
  return nullptr;
}

/// The object that describes the language model: of a multimodal file a part of it.
HfFields languagePart(HfFields& root, ModelEntry& entry) {
  for (const char* key : {"text_config", "llm_config", "language_config"}) {
    if (const auto part = root.object(key)) {
      addNote(entry, "the language part of a multimodal model; other parts are not counted");
      return *part;
    }
  }
  return root;
}

void noteAssumptions(const HfReadState& state, ModelEntry& entry) {
  if (state.assumed.empty()) return;
  addNote(entry,
          fmt::format("from the defaults of transformers: {}", fmt::join(state.assumed, ", ")));
}

Result<ModelEntry> finished(const HfReadState& state, ModelEntry entry) {
  if (state.error) return tl::unexpected(*state.error);
  noteAssumptions(state, entry);
  return entry;
}

}  // namespace

Result<ModelEntry> parseHfConfig(std::string_view text, const std::string& file) {
  TextStore store;
  JsonTape tape;
  JsonProblem problem;
  if (!readTape(text, 1, store, tape, problem))
    return fail(ErrorKind::kInput, fmt::format("{}:{}", file, problem.line), problem.cause);
  if (tape.front().kind != JsonKind::kObject)
    return fail(ErrorKind::kInput, file, "is JSON, but not an object as a config.json is");

  ModelEntry entry;
  HfReadState state{file, std::nullopt, {}};
  HfFields root(tape, 0, kLlamaLike, state);
  HfFields part = languagePart(root, entry);
  entry.name = nameOf(root, file);
  entry.source = "config.json " + file;
  entry.verification = "read from a config.json; counts not compared with published ones";
  entry.where = file;
  if (catalog::isT5Like(root.text("model_type"))) {
    catalog::readT5Like(root, entry);
    return finished(state, std::move(entry));
  }
  if (root.flag("is_encoder_decoder", false))
    return fail(ErrorKind::kUnanswered, file,
                "is an encoder-decoder model; only decoders and models like T5 are read");
  const HfArchitecture* known = architectureOf(part);
  if (!known) known = architectureOf(root);
  if (!known)
    addNote(entry,
            fmt::format("model_type '{}' is not known here; read as a decoder with the keys of "
                        "Llama, its embeddings tied unless the file says otherwise, so its counts "
                        "may be wrong",
                        part.text("model_type")));
  HfFields fields = part.as(known ? *known : kLlamaLike);
  catalog::readHfParts(fields, root, entry);
  return finished(state, std::move(entry));
}

Result<ModelEntry> readHfConfig(const std::filesystem::path& file) {
  const auto text = readFileText(file);
  if (!text) return tl::unexpected(text.error());
  return parseHfConfig(text->text, file.string());
}

}  // namespace moe
