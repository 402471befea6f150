#!/usr/bin/env bash
# Draws the pictures of the README anew from the shipped example, without a display:
#   bash app/gui/pictures/draw.sh [PROGRAM]      build/dev/app/moeplan-gui unless given
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
program=${1:-build/dev/app/moeplan-gui}
export QT_QPA_PLATFORM=offscreen
for page in fit cost plan verify report; do
  "$program" --screenshot "app/gui/pictures/$page.png" --page "$page" --size 1280x800 \
    data/tables/projects/clark.moeplan
done
