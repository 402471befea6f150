# Sourced from the root of the repository by tests/run.sh and app/try.sh: installs the packages of
# packages.txt that are missing. As root with apt-get; otherwise it names them and stops. When
# nothing is missing it does nothing and needs no root.

missing_packages() {
  local package
  grep -v '^#' tests/support/packages.txt | while read -r package; do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" = installed ] ||
      echo "$package"
  done
}

install_packages() {
  local missing
  missing=$(missing_packages | tr '\n' ' ')
  [ -n "$missing" ] || return 0
  if [ "$(id -u)" -ne 0 ]; then
    echo "These Debian packages are missing; install them as root and start again:" >&2
    echo "  apt-get install --no-install-recommends $missing" >&2
    return 1
  fi
  echo "Installing $missing"
  apt-get update -q
  # shellcheck disable=SC2086  # one word a package
  DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $missing
}

if ! command -v dpkg-query >/dev/null; then
  echo "This script is for Debian 12. Elsewhere, install what tests/support/packages.txt lists" >&2
  echo "and use cmake --workflow --preset dev." >&2
  exit 1
fi

install_packages

# The dense solves are small: threads of the linear algebra library only wait for each other.
export OPENBLAS_NUM_THREADS=1
