"""Starts the empty window and the real one in turns, watches the display's memory, and says how long each took and holds."""

import glob
import mmap
import signal
import statistics
import subprocess
import sys
import time

# The colour of the chosen place in the navigation, which is all that the empty window shows; blue, green, red.
FRAME = bytes([0xFB, 0xEB, 0xEC])
# The accent, of which the month's bar alone holds more than the navigation: it is there once the figures are.
FIGURES = bytes([0xC6, 0x45, 0x4B])
# How many pixels of each tell that it is painted.
ENOUGH = {FRAME: 40, FIGURES: 1_500}
TURNS = 6
PATIENCE = 60.0
# After this long, what a start brings with it is over.
SETTLED = 4.0


def family(pid):
    parents = {}
    for path in glob.glob("/proc/[0-9]*/stat"):
        try:
            with open(path) as stat:
                name, rest = stat.read().rsplit(") ", 1)
            parents[int(name.split(" ", 1)[0])] = int(rest.split(" ")[1])
        except (OSError, ValueError):
            continue
    found = {pid}
    while True:
        more = {child for child, parent in parents.items() if parent in found} - found
        if not more:
            return found
        found |= more


def pss(pid):
    """Kilobytes of memory of a process and those it started, what is shared counted by shares."""
    total = 0
    for member in family(pid):
        try:
            with open(f"/proc/{member}/smaps_rollup") as rollup:
                total += sum(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
        except OSError:
            continue
    return total


def start(screen, command, wanted):
    """Milliseconds until each colour is seen, and kilobytes once it has settled."""
    begun = time.monotonic()
    program = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seen = []
    try:
        while len(seen) < len(wanted):
            if screen[:].count(wanted[len(seen)]) >= ENOUGH[wanted[len(seen)]]:
                seen.append((time.monotonic() - begun) * 1000)
                continue
            if program.poll() is not None:
                sys.exit(f"{command[0]} ended before it painted")
            if time.monotonic() - begun > PATIENCE:
                sys.exit(f"{command[0]} painted nothing within a minute")
            # Looking takes some milliseconds of a core: seldom enough that it does not slow what it looks at.
            time.sleep(0.01)
        time.sleep(SETTLED)
        memory = pss(program.pid)
    finally:
        program.send_signal(signal.SIGTERM)
        try:
            program.wait(10)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()
    # The display is blank again before the next one starts.
    while any(screen[:].count(colour) >= ENOUGH[colour] for colour in wanted):
        time.sleep(0.01)
    return seen, memory


def starting(window, store):
    return [window, "--data-dir", store, "--now", "2026-11-18T12:30:00Z", "--timezone", "UTC"]


def verdict(holds):
    return "yes" if holds else "NO"


def main():
    frame_file, store, empty_window, real_window = sys.argv[1:]
    with open(frame_file, "rb") as file:
        screen = mmap.mmap(file.fileno(), 0, prot=mmap.PROT_READ)
    real_command = starting(real_window, store)
    empty, frame, useful, memory = [], [], [], []
    for turn in range(TURNS):
        (e,), empty_memory = start(screen, [empty_window], [FRAME])
        (f, u), real_memory = start(screen, real_command, [FRAME, FIGURES])
        # The first turn only warms the files up.
        if turn > 0:
            empty.append(e)
            frame.append(f)
            useful.append(u)
            memory.append((empty_memory, real_memory))
    e, f, u = (statistics.median(times) for times in (empty, frame, useful))
    small, large = (statistics.median(sizes) / 1024 for sizes in zip(*memory))
    print(f"Over 1,000,000 charges, medians of {len(useful)} turns, beside an empty window:")
    print(f"  start to the page's frame: {f:.0f} ms; an empty window: {e:.0f} ms; {f / e:.2f} times")
    print(f"  start to the figures: {u:.0f} ms; {u / e:.2f} times, at most 1.25: {verdict(u <= 1.25 * e)}")
    print(f"  memory of all processes: {large:.0f} MiB; an empty window: {small:.0f} MiB; "
          f"{large - small:.0f} MiB above it, at most 30: {verdict(large - small <= 30)}")


if __name__ == "__main__":
    main()
