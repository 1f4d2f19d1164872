"""Runs the real window under callgrind until its figures have been there for a while, and writes src-tauri/linux/start.ld: the
functions that a start runs, by which the linker puts them side by side. They lay strewn over the whole program, of which
two thirds were held in memory for their sake.

The program that is run must have its symbols: CARGO_PROFILE_RELEASE_STRIP=none."""

import collections
import mmap
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time

from paint import ENOUGH, FIGURES, starting

# Under callgrind everything takes some thirty times as long.
PATIENCE = 300.0
SETTLED = 30.0
# What the system maps around a page that is touched.
AROUND = 64 * 1024
# The end of a name, which another compiler or another version of what is used changes.
HASH = re.compile(r"17h[0-9a-f]{16}E(\.llvm\.\d+)?$")
# The same within names of the newer kind, which tell of each crate.
CRATE = re.compile(r"Cs[0-9A-Za-z]+_(?=\d)")
# A name that stands in a linker script as it is.
PLAIN = re.compile(r"[A-Za-z0-9_.$]+")
WRITTEN = "src-tauri/linux/start.ld"
HEAD = """/* The functions that a start runs, side by side: what a start does not need stays out of memory. A name that is not there any
   more does no harm, one that is missing costs some memory. Made by `make start-order`. */
SECTIONS {
  .text.start : {
"""
FOOT = """  }
} INSERT BEFORE .text;
"""


def watched(screen, command):
    """What callgrind saw of a start."""
    with tempfile.NamedTemporaryFile() as seen:
        grind = ["valgrind", "--tool=callgrind", "--demangle=no", f"--callgrind-out-file={seen.name}"]
        program = subprocess.Popen(grind + command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        begun = time.monotonic()
        while screen[:].count(FIGURES) < ENOUGH[FIGURES]:
            if program.poll() is not None or time.monotonic() - begun > PATIENCE:
                program.kill()
                sys.exit("No figures were painted: nothing is written.")
            time.sleep(0.2)
        time.sleep(SETTLED)
        program.send_signal(signal.SIGTERM)
        program.wait()
        return seen.read().decode(errors="replace").splitlines()


def run_of(lines, program):
    """The symbols of a program that were run. Each name is told once, and by its number from then on."""
    objects, functions, run = {}, {}, set()
    current = ""
    for line in lines:
        told = re.match(r"(c?ob|c?fn)=\((\d+)\)(?: (.*))?$", line)
        if not told:
            continue
        kind, number, name = told.groups()
        known = objects if kind.endswith("ob") else functions
        if name:
            known[number] = name.strip()
        if kind == "ob":
            current = known[number]
        elif kind == "fn" and current == program:
            run.add(known[number])
    # A function that calls itself is told apart by how deep.
    return {re.sub(r"'\d+$", "", name) for name in run}


def placed(program, run):
    """The names to put side by side, without their hashes: all of a name come along, unless they are more than they save."""
    symbols = subprocess.run(["nm", "-S", program], capture_output=True, text=True, check=True).stdout
    size, own, count = collections.Counter(), collections.Counter(), collections.Counter()
    for line in symbols.splitlines():
        parts = line.split()
        if len(parts) != 4 or parts[2] not in "tT" or not PLAIN.fullmatch(parts[3]):
            continue
        name = CRATE.sub("Cs*_", HASH.sub("17h*", parts[3]))
        size[name] += int(parts[1], 16)
        if parts[3] in run:
            own[name] += int(parts[1], 16)
            count[name] += 1
    return sorted(name for name in count if size[name] - own[name] < AROUND / 2 * count[name])


def main():
    frame_file, store, _, real_window = sys.argv[1:]
    # As callgrind calls it.
    real_window = os.path.abspath(real_window)
    if shutil.which("valgrind") is None:
        sys.exit("valgrind is missing: install it first.")
    with open(frame_file, "rb") as file:
        screen = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    names = placed(real_window, run_of(watched(screen, starting(real_window, store)), real_window))
    if len(names) < 500:
        sys.exit(f"Only {len(names)} functions were seen: has {real_window} its symbols? Nothing is written.")
    with open(WRITTEN, "w", encoding="ascii") as script:
        script.write(HEAD + "".join(f"    *(.text.{name})\n" for name in names) + FOOT)
    print(f"{WRITTEN}: {len(names)} names")


main()
