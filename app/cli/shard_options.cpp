#include "app/cli/shard_options.h"

#include <CLI/CLI.hpp>

#include "app/cli/command.h"
#include "app/workflows/shard/make_shard.h"
#include "app/workflows/shard/shard_file.h"
#include "app/workflows/version.h"

namespace moe::cli {
namespace {

/// An unset variable of a job script must not ask for the whole.
std::string notEmpty(std::string& text) { return text.empty() ? "is empty; it is I/N" : ""; }

}  // namespace

void addShardOption(CLI::App& command, std::string& shard) {
  command
      .add_option("--shard", shard,
                  "Do only the I-th of N shares of the work and write it for moeplan merge")
      ->type_name("I/N")
      ->check(CLI::Validator(notEmpty, ""));
}

void deliverShard(CommandContext& context, const std::string& shard, const SplitQuestion& question,
                  std::initializer_list<WholeFile> whole_files) {
  for (const auto& [option, file] : whole_files)
    if (!file.empty())
      return context.refuse(
          {ErrorKind::kUsage, option,
           "a shard is no whole answer to be saved; state it with moeplan merge"});
  const auto share = parseShare(shard);
  if (!share) return context.refuse(share.error());
  const auto made =
      makeShard(question, *share, {programId(), context.words}, context.stop, context.progress());
  if (!made) return context.refuse(made.error());
  const auto text = [&] { return shardText(*made); };
  context.deliver(text, text);
}

}  // namespace moe::cli
