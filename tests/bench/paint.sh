#!/usr/bin/env bash
# Usage: tests/desktop/session.sh tests/bench/paint.sh [PROFILE]
#
# From start to first paint: the real window over the kept store of 1,000,000 charges, held against an empty window built
# the same way. Both are watched alike, by the colour of one place that each paints with its page; they take turns.
set -euo pipefail
cd "$(dirname "$0")/../.."
built=target/${1:-release}
stores=(target/tmp/bench/1000000-charges-*)
[ -e "${stores[-1]}/spendglass.db" ] || { echo "The store of 1,000,000 charges is missing: cargo bench -p spendglass-core --bench figures -- screens makes it." >&2; exit 1; }
store=$(mktemp -d)/store
trap 'rm -rf "${store%/store}"' EXIT
cp -r "${stores[-1]}" "$store"

# Milliseconds until the place has the colour of the page.
first_paint() {
  local start pid now
  start=$(date +%s%N)
  "$@" >/dev/null 2>&1 &
  pid=$!
  until [ "$(import -window root -crop 1x1+185+62 -depth 8 -format '%[hex:p{0,0}]' info: 2>/dev/null)" = ECEBFB ]; do
    kill -0 "$pid" 2>/dev/null || { echo "$1 ended before it painted" >&2; return 1; }
    now=$(date +%s%N)
    [ $((now - start)) -lt 60000000000 ] || { echo "$1 painted nothing within a minute" >&2; kill "$pid"; return 1; }
  done
  now=$(date +%s%N)
  kill "$pid"
  wait "$pid" 2>/dev/null || true
  echo $(((now - start) / 1000000))
}
median() { sort -n | sed -n "$((($1 + 1) / 2))p"; }

real=() empty=()
for turn in 0 1 2 3 4 5 6 7; do
  e=$(first_paint "$built/examples/empty_window")
  r=$(first_paint "$built/spendglass-app" --data-dir "$store" --now 2026-11-18T12:30:00Z --timezone UTC)
  # The first turn only warms the files up.
  [ "$turn" = 0 ] || { empty+=("$e"); real+=("$r"); }
done
e=$(printf '%s\n' "${empty[@]}" | median "${#empty[@]}")
r=$(printf '%s\n' "${real[@]}" | median "${#real[@]}")
ratio=$((r * 100 / e))
holds=yes
[ "$ratio" -le 125 ] || holds=NO
printf 'Start to first paint over 1,000,000 charges, median of %d: %d ms; an empty window: %d ms; %d.%02d times, at most 1.25: %s\n' \
  "${#real[@]}" "$r" "$e" $((ratio / 100)) $((ratio % 100)) "$holds"
