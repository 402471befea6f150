#!/usr/bin/env bash
# Installs what is missing, builds the preset dev and runs every test. Ends with ctest's summary.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
source tests/support/packages.sh

cmake --preset dev
cmake --build --preset dev
ctest --preset dev
