#include "app/cli/points_options.h"

#include <CLI/CLI.hpp>

#include "app/cli/shipped_option.h"

namespace moe::cli {

void addPointsOptions(CLI::App& app, PointsQuestion& question) {
  mayBeShipped(
      app.add_option("files", question.files, "Tables of runs")->type_name("FILE")->required());
  app.add_option("--map", question.map, "Columns by role: n, d, e, k, g, loss, run, step")
      ->type_name("n=COL,...");
  app.add_option("--filter", question.filters,
                 "Keep rows: COLUMN=A,B  COLUMN!=A  COLUMN>X (also >=, <, <=); may be repeated")
      ->type_name("RULE")
      ->take_all()
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--exclude-run", question.exclude_runs,
                 "Leave out a run by its id; may be repeated")
      ->type_name("ID")
      ->take_all()
      ->expected(1)
      ->multi_option_policy(CLI::MultiOptionPolicy::TakeAll);
  app.add_option("--drop-highest-loss", question.drop_highest_loss, "Leave out the K worst losses")
      ->type_name("K")
      ->check(CLI::Range(0.0, 1e9).description(""));
  app.add_option("--curve", question.curve,
                 "Points of a run with several rows: last, all, or LO..HI as shares of its "
                 "schedule; last unless given")
      ->type_name("RULE");
  app.add_option("--n-is", question.params_are, "What N counts: dense, active or total")
      ->type_name("KIND");
  app.add_flag("--skip-bad", question.skip_bad, "List bad rows in the result instead of stopping");
}

}  // namespace moe::cli
