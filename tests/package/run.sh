#!/usr/bin/env bash
# MOEPLAN_PACKAGE_TEST=1 tests/package/run.sh [ROOT]: builds the Debian packages, makes a clean
# Debian 12 in ROOT (debootstrap; a fresh folder unless given), installs them there with what they
# depend on, and runs every command line of the README's tour and a picture of the window in it, and
# the example of find_package. Needs root, a network and some minutes; without the variable it ends
# at once with 77.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ "${MOEPLAN_PACKAGE_TEST:-}" = 1 ] || exit 77
packages=build/release/packages

cmake --preset release >/dev/null
cmake --build --preset release
rm -rf "$packages"
cpack --config build/release/CPackConfig.cmake >/dev/null
ls -l "$packages"/*.deb
if command -v lintian >/dev/null; then
  lintian --fail-on error,warning --allow-root "$packages"/*.deb
fi

root=${1:-$(mktemp -d)}
if [ ! -e "$root/etc/debian_version" ]; then
  debootstrap --variant=minbase bookworm "$root" "${MOEPLAN_DEBIAN_MIRROR:-$(
    apt-get indextargets --format '$(REPO_URI)' 'Codename: bookworm' | sort -u | sed -n 1p)}"
fi
mkdir -p "$root/opt/try"
cp -r "$packages"/*.deb tests/package/in_clean_root.sh tests/package/find_package README.md \
  "$root/opt/try"
[ -e "$root/proc/self" ] || { mount -t proc proc "$root/proc" && trap 'umount "$root/proc"' EXIT; }
chroot "$root" bash /opt/try/in_clean_root.sh
