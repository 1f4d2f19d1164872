# Every target does its own set-up on a fresh Debian or Ubuntu machine.
SHELL := /bin/bash
.SHELLFLAGS := -euo pipefail -c
export BASH_ENV := $(CURDIR)/.ci/environment
.PHONY: run window demo test bench start-order bundle package-test screenshots gallery page packages-window packages-test packages-bundle
.NOTPARALLEL:

# The development build: the window opens after half the time that an optimised build takes, and tests share its work.
run:
	@.ci/open
window: packages-window page
	cargo run --package spendglass-app
demo:
	.ci/setup terminal
	cargo run --package spendglass-cli -- demo

test: packages-test page
	npm --prefix ui run lint
	npm --prefix ui run check
	npm --prefix ui run test
	cargo fmt --all --check
	rustfmt --edition 2024 --check src-tauri/{core/src/providers,simulator/src}/*.rs
	cargo clippy --locked --workspace --all-targets -- -D warnings
	tests/desktop/session.sh cargo test --workspace

# The table of figures that have a limit comes last.
bench: packages-test page
	cargo bench --package spendglass-core --bench pieces
	cargo build --release --package spendglass-app --bin spendglass-app --example empty_window
	cargo bench --package spendglass-core --bench figures
	tests/desktop/session.sh tests/bench/paint.sh
	tests/desktop/session.sh cargo test --package spendglass-app --test window -- --ignored --nocapture --test-threads 1 \
	  from_key_to_paint idle_in_sight idle_in_the_tray

# What a start runs, for the linker: once in a while, after `bench`, whose store it opens. It needs valgrind, and leaves a window with
# its symbols in target/release.
# Of functions that are put in order already callgrind does not see the names: the last order goes first.
start-order: packages-test page
	sed -i '/^    \*(/d' src-tauri/linux/start.ld
	CARGO_PROFILE_RELEASE_STRIP=none cargo build --release --package spendglass-app --bin spendglass-app
	tests/desktop/session.sh tests/bench/paint.sh release order

bundle: packages-bundle page
	npm --prefix ui exec -- tauri build --bundles deb,rpm
	tests/package-check.sh
	@ls "$${CARGO_TARGET_DIR:-target}"/release/bundle/{deb/*.deb,rpm/*.rpm}

# Installs, starts, upgrades and removes what `make bundle` made, in a clean Debian 12; as root.
package-test:
	tests/package.sh

# The pictures of the README, taken from the real window.
screenshots: packages-test page
	tests/desktop/session.sh cargo test --package spendglass-app --test window -- --ignored screenshots

# Every screen and state of the window, light and dark, in three widths: open target/gallery/index.html.
gallery: packages-test page
	rm -rf target/gallery
	SPENDGLASS_GALLERY=1 tests/desktop/session.sh cargo test --package spendglass-app --test window -- --include-ignored gallery_of_screens states:: keychain::

# The window is compiled with the page inside, so the page comes before any cargo command.
page: ui/node_modules/.package-lock.json
	npm --prefix ui run build
ui/node_modules/.package-lock.json: ui/package-lock.json
	npm --prefix ui ci --no-audit --no-fund
packages-window packages-test packages-bundle: packages-%:
	.ci/setup $*
