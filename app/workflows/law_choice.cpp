#include "app/workflows/law_choice.h"

#include "fitting/laws/law_file.h"

namespace moe {

Result<Law> chosenLaw(const std::string& law_file, const std::string& preset) {
  if (law_file.empty() && preset.empty()) {
    return fail(ErrorKind::kUsage, "",
                "which law? State --law-file FILE (from fit --save) or --preset NAME");
  }
  if (!law_file.empty() && !preset.empty()) {
    return fail(ErrorKind::kUsage, "",
                "--law-file and --preset both name a law; state one of them");
  }
  return preset.empty() ? readLawFile(law_file) : presetLaw(preset);
}

std::string lawSource(const Law& law) {
  return "law: " + law.name + (law.source.empty() ? "" : " (" + law.source + ")");
}

}  // namespace moe
