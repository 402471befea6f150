#include <CLI/CLI.hpp>
#include <chrono>
#include <memory>

#include "app/cli/command.h"
#include "app/report/catalog_report.h"
#include "app/workflows/catalog_workflow.h"

namespace moe::cli {
namespace {

constexpr const char* kCatalogDescription =
    "The models, accelerators, laws and prices that moeplan knows, each with its source and how\n"
    "sure it is.";

constexpr const char* kCatalogExamples = R"(Examples:
  moeplan catalog hardware
  moeplan catalog models deepseek-v3
  moeplan catalog laws --json
  moeplan catalog prices deepseek-r1
  moeplan catalog prices --catalog my-catalog

Names are compared without regard to capitals, '-', '_' and blanks.)";

struct CatalogOptions {
  std::string list;
  std::string name;
};

void runCatalogCommand(CommandContext& context, const CatalogOptions& options) {
  const auto begin = std::chrono::steady_clock::now();
  const auto kind = catalogKindOf(options.list);
  if (!kind) return context.refuse(kind.error());
  const auto outcome = runCatalog({*kind, options.name, context.options.catalog_dir});
  if (!outcome) return context.refuse(outcome.error());
  const std::chrono::duration<double> time = std::chrono::steady_clock::now() - begin;
  context.deliver([&] { return report::catalogText(*outcome); },
                  [&] { return report::catalogDocument(*outcome, Seconds(time.count())); });
}

}  // namespace

void addCatalogCommand(CLI::App& app, CommandContext& context) {
  CLI::App* command = app.add_subcommand("catalog", kCatalogDescription);
  command->footer(kCatalogExamples);
  auto options = std::make_shared<CatalogOptions>();
  command->add_option("list", options->list, "models, hardware, laws or prices")
      ->type_name("LIST")
      ->required();
  command->add_option("name", options->name, "One entry, with all that is known of it")
      ->type_name("NAME");
  command->callback([&context, options] { runCatalogCommand(context, *options); });
}

}  // namespace moe::cli
