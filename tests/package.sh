#!/usr/bin/env bash
# Usage: tests/package.sh [DEB]
#
# The deb as a person meets it, in a clean Debian 12 made by debootstrap from the mirror in MIRROR: it is installed, used in a
# terminal and in a window, upgraded from an older version with the data kept, removed and purged. As root; about three minutes.
set -euo pipefail
cd "$(dirname "$0")/.."
[ "$(id -u)" = 0 ] || { echo "package.sh: a clean system can be made by root only: sudo $0 $*" >&2; exit 69; }
for tool in debootstrap unshare dpkg-deb; do
  command -v "$tool" >/dev/null || { echo "package.sh: $tool is missing: apt-get install debootstrap util-linux dpkg" >&2; exit 69; }
done
if [ -z "${PACKAGE_TEST_INSIDE:-}" ]; then
  # Mounts of its own, which go with it.
  PACKAGE_TEST_INSIDE=1 exec unshare --mount --propagation private "$0" "$@"
fi

version=$(sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml | head -n 1)
debs=("${1:-${CARGO_TARGET_DIR:-target}/release/bundle/deb}"/*_"$version"_*.deb)
[ $# = 0 ] || debs=("$1")
[ -e "${debs[0]}" ] || { echo "package.sh: there is no deb of version $version yet: make bundle" >&2; exit 1; }
mirror=${MIRROR:-http://deb.debian.org/debian}
scratch=$(mktemp -d "${TMPDIR:-/tmp}/spendglass-package.XXXXXX")
root=$scratch/root
out=target/tmp/package
mkdir -p "$out"
end() {
  local code=$? place
  for place in proc dev/pts dev/shm dev; do umount -l "$root/$place" 2>/dev/null || true; done
  [ "$code" = 0 ] || echo "package.sh: failed; the last words are above" >&2
  rm -rf --one-file-system "$scratch"
  exit "$code"
}
trap end EXIT
say() { printf '%s %s\n' "$(date +%T)" "$*"; }
fail() { echo "package.sh: $*" >&2; exit 1; }
inside() { chroot "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 DEBIAN_FRONTEND=noninteractive HOME=/root "$@"; }
person() { inside runuser -u person -- "$@"; }
apt() { inside apt-get -q -y --no-install-recommends "$@" >"$scratch/apt.log" 2>&1 || { tail -n 30 "$scratch/apt.log" >&2; fail "apt-get $*"; }; }
installed() { inside dpkg-query -W -f '${Version} ${db:Status-Status}' spendglass 2>/dev/null || true; }

say "a clean Debian 12 from $mirror"
debootstrap --variant=minbase bookworm "$root" "$mirror" >"$scratch/debootstrap.log" 2>&1 \
  || { tail -n 5 "$scratch/debootstrap.log" >&2; fail "debootstrap"; }
for place in proc dev dev/pts dev/shm; do mount --bind "/$place" "$root/$place"; done
cp /etc/resolv.conf "$root/etc/resolv.conf"
# The proxy of this machine, where it has one.
apt-config dump 2>/dev/null | grep -i '^Acquire::https\?::Proxy' > "$root/etc/apt/apt.conf.d/90proxy" || true
inside useradd --create-home person

say "an older version of the same package"
dpkg-deb -R "${debs[0]}" "$scratch/older"
sed -i 's/^Version: .*/Version: 0.0.9/' "$scratch/older/DEBIAN/control"
dpkg-deb --root-owner-group -Zgzip -z1 -b "$scratch/older" "$root/older.deb" >/dev/null
cp "${debs[0]}" "$root/newer.deb"

say "installing it on the clean system, with what it depends on and nothing else"
apt update
apt install ./older.deb
[ "$(installed)" = "0.0.9 installed" ] || fail "installed is: $(installed)"
inside ldd /usr/bin/spendglass-app | grep 'not found' && fail "a library is missing: the package does not ask for it"
inside dpkg --verify spendglass | grep . && fail "its files are not those of the package"
inside dpkg -L spendglass | sort > "$scratch/files"
inside find $(grep -v '^/\.$' "$scratch/files") -maxdepth 0 -not -user root -o -maxdepth 0 -not -type l -perm /022 | grep . \
  && fail "others may write these"
[ "$(inside spendglass --version)" = "spendglass $version" ] || fail "the command does not start"
inside spendglass doctor >/dev/null 2>&1 || true
apt purge spendglass
inside find / -xdev -not -path '/proc/*' -not -path '/dev/*' | sort > "$scratch/without"

say "what a desktop has: a display, a session bus, a keychain, notifications"
apt install xvfb xauth dbus dbus-x11 gnome-keyring dunst imagemagick xdotool fonts-dejavu-core
inside find / -xdev -not -path '/proc/*' -not -path '/dev/*' | sort > "$scratch/without"
install -D -m 755 tests/desktop/session.sh "$root/opt/session.sh"
now="--now 2026-11-18T12:30:00Z --timezone UTC"
data=/home/person/.local/share/spendglass

# The window opens, shows its page and ends when it is asked to.
cat > "$root/opt/look.sh" <<'LOOK'
set -euo pipefail
data=$1 picture=$2
spendglass-app --data-dir "$data" --now 2026-11-18T12:30:00Z --timezone UTC >/tmp/window.log 2>&1 &
for turn in {1..300}; do
  import -window root -depth 8 "$picture"
  # The place in the navigation that is chosen has a colour of its own.
  [ "$(convert "$picture" -fill black +opaque '#ECEBFB' -fill white -opaque '#ECEBFB' -format '%[fx:mean>0.0005]' info:)" = 1 ] && break
  kill -0 $! || { cat /tmp/window.log >&2; exit 1; }
  sleep 0.1
done
sleep 2
import -window root -depth 8 "$picture"
kill $!
wait $!
LOOK
look() {
  rm -f "$root/tmp/window.log"
  person bash /opt/session.sh bash /opt/look.sh "$data" "/tmp/$1.png" || { cat "$root/tmp/window.log" >&2; fail "the window of $1"; }
  mv "$root/tmp/$1.png" "$out/$1.png"
  grep -q 'panicked at' "$root/tmp/window.log" && { cat "$root/tmp/window.log" >&2; fail "the window of $1"; }
  say "the window of $1 was seen: $out/$1.png"
}
terminal() { person spendglass --data-dir "$data" $now "$@"; }

say "a person uses the older version"
apt install ./older.deb
terminal enter purchase openai 25 USD --acquired-on 2026-11-02
terminal --json credits list > "$scratch/before.json"
grep -q '"25' "$scratch/before.json" || fail "the purchase is not in the store"
look older

say "upgrading"
apt install ./newer.deb
[ "$(installed)" = "$version installed" ] || fail "installed is: $(installed)"
terminal --json credits list > "$scratch/after.json"
cmp "$scratch/before.json" "$scratch/after.json" || fail "the upgrade changed the data"
look newer

say "removing"
apt remove spendglass
while read -r file; do
  [ ! -d "$root$file" ] || continue
  [ ! -e "$root$file" ] || fail "$file is left after removing"
done < "$scratch/files"
# Nothing is left to purge, which apt would call unknown.
inside dpkg --purge spendglass >"$scratch/apt.log" 2>&1 || { cat "$scratch/apt.log" >&2; fail "purging"; }
[ -z "$(installed)" ] || fail "dpkg still knows of it: $(installed)"
inside find / -xdev -not -path '/proc/*' -not -path '/dev/*' | sort > "$scratch/after"
left=$(comm -13 "$scratch/without" "$scratch/after" \
  | grep -v -e '^/home/person' -e '^/opt/' -e '^/tmp' -e '^/var/\(cache\|log\|lib/apt\|lib/dpkg\)/' || true)
[ -z "$left" ] || fail "left after purging: $left"
[ -e "$root$data/spendglass.db" ] || fail "the person's data went with the package"
say "clean: nothing is left but the person's own data"
