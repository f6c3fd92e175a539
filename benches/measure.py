#!/usr/bin/env python3
"""measure.py [BINARY [N...]]: measures `zonegate check` on plans that plan.py makes, and prints a Markdown table.

BINARY is target/release/zonegate unless told, N are 10000, 50000, 100000 and 200000. Each figure is the best of five
runs, the file already in the page cache. CPU is user and system time, RSS the peak that the kernel saw; the plan is
mapped, so its size is part of RSS.
"""
import os
import pathlib
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
RUNS = 5


def run(command):
    """Wall and CPU seconds, peak RSS in bytes, and the exit code."""
    start = time.monotonic()
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    return time.monotonic() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024, process.returncode


def main():
    binary = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else HERE.parent / "target/release/zonegate").resolve()
    sizes = [int(text) for text in sys.argv[2:]] or [10_000, 50_000, 100_000, 200_000]
    print("| records | plan, MB | wall, s | CPU, s | MB a CPU second | peak RSS, MB | beyond the plan, MB |")
    print("|---:|---:|---:|---:|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as directory:
        for count in sizes:
            plan = pathlib.Path(directory) / "plan.json"
            with plan.open("w") as out:
                subprocess.run([sys.executable, HERE / "plan.py", str(count)], stdout=out, check=True)
            size = plan.stat().st_size
            runs = [run([binary, "check", plan]) for _ in range(RUNS)]
            if {code for *_, code in runs} != {1}:
                sys.exit(f"zonegate returned {[code for *_, code in runs]}, where 1 was due")
            wall, cpu, rss = (min(one[at] for one in runs) for at in range(3))
            print(f"| {count:,} | {size / 1e6:.0f} | {wall:.2f} | {cpu:.2f} | {size / 1e6 / cpu:.0f} "
                  f"| {rss / 1e6:.0f} | {(rss - size) / 1e6:.0f} |", flush=True)


if __name__ == "__main__":
    main()
