#pragma once

#include <string>

#include "app/workflows/import/import_outcome.h"

namespace moe {

/// The table of runs as `moeplan fit` reads it: a row per used run, or with --curves per point of
/// its curve, numbers in full precision. Columns that no run fills are left out. Where all losses
/// are of training their column is called so, that a fit warns.
std::string importTable(const ImportOutcome& outcome);
std::size_t importTableRows(const ImportOutcome& outcome);

/// Where everything in the table comes from, as JSON (schema moeplan.import.provenance/1): the
/// files with their SHA-256, and of every run what was used, flagged, excluded or lacking.
/// `table_sha256`: of the table it belongs to.
std::string importProvenance(const ImportOutcome& outcome, const std::string& table_sha256);

/// Writes the sidecar, then the table, each beside its target and renamed: a table without its
/// sidecar is never seen, and the hash in the sidecar tells whether they belong together. Sets the
/// outcome's paths and rows. Errors: kInput, as writeFile.
Result<void> writeImport(ImportOutcome& outcome);

}  // namespace moe
