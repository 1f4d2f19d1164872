#!/usr/bin/env bash
# Usage: tests/package-check.sh [FOLDER]
#
# Looks over the deb and rpm in FOLDER (target/release/bundle): versions, desktop file, AppStream page, manual pages, shells'
# completions, permissions, and what lintian says. Called by `make bundle`.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=${1:-${CARGO_TARGET_DIR:-target}/release/bundle}
version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
fail() { echo "package-check: $*" >&2; exit 1; }
one() { [ $# = 1 ] && [ -e "$1" ] || fail "there should be one of version $version, found: $*"; echo "$1"; }
deb=$(one "$folder"/deb/*_"$version"_*.deb)
rpm=$(one "$folder"/rpm/*-"$version"-*.rpm)
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT

echo "deb: ${deb##*/}"
dpkg-deb -x "$deb" "$root/deb"
field() { dpkg-deb -f "$deb" "$1"; }
[ "$(field Package) $(field Version)" = "spendglass $version" ] || fail "it is $(field Package) $(field Version)"
field Maintainer | grep -q '<.*@.*>' || fail "the maintainer has no address: $(field Maintainer)"
[ "$("$root/deb/usr/bin/spendglass" --version)" = "spendglass $version" ] || fail "the command is of another version"
[ "$("$root/deb/usr/bin/spendglass-app" --version)" = "spendglass-app $version" ] || fail "the window is of another version"
desktop-file-validate "$root/deb/usr/share/applications/Spendglass.desktop"
for screen in $(sed -n 's/^Exec=.* --screen //p' "$root/deb/usr/share/applications/Spendglass.desktop"); do
  "$root/deb/usr/bin/spendglass-app" --screen "$screen" --version >/dev/null || fail "the window knows no screen $screen"
done
appstreamcli validate --no-net --pedantic "$root/deb/usr/share/metainfo/com.spendglass.desktop.metainfo.xml"
appstreamcli validate-tree --no-net "$root/deb"
for icon in 32x32 64x64 128x128 256x256 512x512; do
  [ -s "$root/deb/usr/share/icons/hicolor/$icon/apps/spendglass-app.png" ] || fail "there is no icon of $icon"
done
[ -s "$root/deb/usr/share/icons/hicolor/scalable/apps/spendglass-app.svg" ] || fail "there is no scalable icon"
# The newest symbol that the programs need must not be newer than what the package asks for.
asked=$(field Depends | sed -n 's/.*libc6 (>= \([0-9.]*\)).*/\1/p')
for program in spendglass spendglass-app; do
  needed=$(objdump -T "$root/deb/usr/bin/$program" | sed -n 's/.*(\?GLIBC_\([0-9.]*\)).*/\1/p' | sort -V | tail -n 1)
  [ "$(printf '%s\n%s\n' "$needed" "$asked" | sort -V | tail -n 1)" = "$asked" ] \
    || fail "$program needs libc6 $needed, the package asks for $asked"
done
for page in "$root"/deb/usr/share/man/man1/*.gz; do
  said=$(MANROFFSEQ='' MANWIDTH=80 man --warnings -E UTF-8 -l -Tutf8 -Z "$page" 2>&1 >/dev/null || true)
  [ -z "$said" ] || fail "${page##*/}: $said"
done
bash -n "$root/deb/usr/share/bash-completion/completions/spendglass"
bash -c 'source "$1"; COMP_WORDS=(spendglass accou) COMP_CWORD=1 COMPREPLY=(); _spendglass spendglass accou spendglass
  [ "${COMPREPLY[*]}" = accounts ]' bash "$root/deb/usr/share/bash-completion/completions/spendglass" \
  || fail "bash does not complete"
lintian --fail-on error,warning --show-overrides "$deb"

if command -v rpm >/dev/null; then
  echo "rpm: ${rpm##*/}"
  said=$(rpm -qp --nosignature --queryformat '%{NAME} %{VERSION} %{LICENSE}' "$rpm")
  [ "$said" = "spendglass $version Apache-2.0" ] || fail "the rpm says $said"
  # Both hold the same, but for what each system keeps elsewhere.
  diff <(rpm -qlp --nosignature "$rpm" | sed 's,/usr/share/zsh/site-functions/,/usr/share/zsh/vendor-completions/,' | grep -v /licenses/ | sort) \
    <(cd "$root/deb" && find . -not -type d | sed 's/^\.//' \
      | grep -v -e /share/doc/ -e /lintian/ -e /fish/ | sort) > "$root/differ" || true
  grep -v fish "$root/differ" | grep '^[<>]' && fail "the rpm holds other files than the deb"
else
  echo "rpm: ${rpm##*/} is not looked into: there is no rpm here"
fi
echo "package-check: all is well"
