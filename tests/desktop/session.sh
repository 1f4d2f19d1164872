#!/usr/bin/env bash
# Usage: tests/desktop/session.sh COMMAND [ARGUMENT...]
#
# Runs COMMAND in a desktop session of its own: a virtual display, a session bus, an unlocked keychain and a notification
# daemon, in an empty home. Ends with COMMAND's exit code, after ending whatever was started inside. Several may run at once.
set -euo pipefail

[ $# -gt 0 ] || { sed -n '2,5s/^# \{0,1\}//p' "$0" >&2; exit 2; }
fail() { echo "session.sh: $1" >&2; exit 69; }
for tool in Xvfb dbus-run-session dbus-send dbus-update-activation-environment gnome-keyring-daemon dunst; do
  command -v "$tool" >/dev/null || fail "$tool is missing; .ci/setup test installs it."
done

# Cargo and rustup live in the real home.
export CARGO_HOME="${CARGO_HOME:-${HOME:-/root}/.cargo}" RUSTUP_HOME="${RUSTUP_HOME:-${HOME:-/root}/.rustup}"
base=$(mktemp -d "${TMPDIR:-/tmp}/spendglass-session.XXXXXX")
export SPENDGLASS_SESSION=$base HOME=$base/home XDG_RUNTIME_DIR=$base/run LC_ALL=C.UTF-8
mkdir -m 700 "$HOME" "$XDG_RUNTIME_DIR" "$base/bin"
# A test may put programs there in the place of others.
export PATH="$base/bin:$PATH"
unset DBUS_SESSION_BUS_ADDRESS DISPLAY WAYLAND_DISPLAY XAUTHORITY XDG_CACHE_HOME XDG_CONFIG_HOME XDG_DATA_HOME \
  XDG_STATE_HOME GNOME_KEYRING_CONTROL

# Everything started in here carries the session's mark in its environment, even what the bus started by itself.
inmates() {
  local file
  for file in /proc/[0-9]*/environ; do
    if grep -qzxF "SPENDGLASS_SESSION=$base" "$file" 2>/dev/null; then
      file=${file#/proc/}
      echo "${file%/environ}"
    fi
  done
}
end() {
  local code=$? signal pids
  trap - EXIT
  for signal in TERM TERM TERM TERM KILL; do
    pids=$(inmates) && [ -n "$pids" ] || break
    # shellcheck disable=SC2086
    kill -s "$signal" $pids 2>/dev/null || true
    sleep 0.1
  done
  rm -rf "$base"
  exit "$code"
}
trap end EXIT
trap 'exit 130' INT
trap 'exit 143' TERM HUP

mkfifo "$base/display"
Xvfb -displayfd 3 -screen 0 "${SESSION_SCREEN:-1920x1200x24}" -nolisten tcp 3<>"$base/display" 2>"$base/xvfb.log" &
exec 4<>"$base/display"
read -r -t 20 number <&4 || fail "the virtual display did not start: $(tail -n 3 "$base/xvfb.log")"
exec 4>&-
export DISPLAY=":$number"

inside='
  dbus-update-activation-environment --all
  printf session | gnome-keyring-daemon --foreground --unlock --components=secrets >/dev/null 2>&1 &
  dunst -conf /dev/null >/dev/null 2>&1 &
  owned() {
    dbus-send --session --print-reply=literal --dest=org.freedesktop.DBus / org.freedesktop.DBus.NameHasOwner \
      string:"$1" 2>/dev/null | grep -q true
  }
  for name in org.freedesktop.secrets org.freedesktop.Notifications; do
    for turn in {1..200}; do owned "$name" && break; sleep 0.05; done
    owned "$name" || { echo "session.sh: $name did not appear on the bus." >&2; exit 69; }
  done
  exec "$@"'
dbus-run-session -- bash -c "$inside" session "$@" <&0 4>&- &
wait $! && code=0 || code=$?
exit "$code"
