#!/usr/bin/env bash
# Installs what is missing, builds the preset tests (as dev, in batches) and runs every test. Ends with ctest's summary.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/support/packages.sh

cmake --preset tests
cmake --build --preset tests
ctest --preset tests
