#!/usr/bin/env bash
# Usage: tests/desktop/session.sh tests/bench/paint.sh [PROFILE] [order]
#
# From start to first useful paint, and memory: the real window over the kept store of 1,000,000 charges, held against an
# empty window built the same way. Both run on a display whose pixels lie in a file, so that looking costs nothing. With `order`
# the same start is watched by callgrind instead, and order.py writes down what it runs.
set -euo pipefail
cd "$(dirname "$0")/../.."
built=${CARGO_TARGET_DIR:-target}/${1:-release}
stores=(target/tmp/bench/1000000-charges-* "${CARGO_TARGET_DIR:-target}"/tmp/bench/1000000-charges-*)
[ -e "${stores[-1]}/spendglass.db" ] || stores=("${stores[0]}")
[ -e "${stores[-1]}/spendglass.db" ] || { echo "The store of 1,000,000 charges is missing: cargo bench -p spendglass-core --bench figures -- screens makes it." >&2; exit 1; }
scratch=$(mktemp -d)
trap 'kill "$display" 2>/dev/null || true; rm -rf "$scratch"' EXIT
cp -r "${stores[-1]}" "$scratch/store"

mkfifo "$scratch/number"
Xvfb -displayfd 3 -screen 0 1200x800x24 -fbdir "$scratch" -nolisten tcp 3<>"$scratch/number" 2>/dev/null &
display=$!
exec 4<>"$scratch/number"
read -r -t 20 number <&4
exec 4>&-
DISPLAY=":$number" python3 "tests/bench/${2:-paint}.py" "$scratch/Xvfb_screen0" "$scratch/store" "$built/examples/empty_window" "$built/spendglass-app"
