#!/usr/bin/env python3
"""Runs two commands in turns and gives the first's wall time, processor time and peak memory as shares of the second's.

    benches/against.py [-n 5] 'target/release/leadscore score …' 'python peer.py score …'

Medians of n turns after one that fills the page cache. Both run in each turn, so that whatever else the machine does
meets both alike. Standard library only; Linux and macOS.
"""
import argparse
import os
import shlex
import statistics
import subprocess
import sys
import time

KILOBYTES = 1024 if sys.platform == "darwin" else 1


def run(command: str) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and peak megabytes of one run."""
    begin = time.perf_counter()
    process = subprocess.Popen(shlex.split(command), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    message = process.stderr.read()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.perf_counter() - begin
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{command}\n{message.decode(errors='replace')}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / KILOBYTES / 1024


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("-n", type=int, default=5, help="turns [5]")
    arguments.add_argument("ours")
    arguments.add_argument("theirs")
    given = arguments.parse_args()
    turns = [[run(given.ours), run(given.theirs)] for _ in range(given.n + 1)][1:]
    for index, what in enumerate(["wall, s", "processor, s", "peak memory, MB"]):
        ours, theirs = (statistics.median(turn[side][index] for turn in turns) for side in (0, 1))
        print(f"{what:16} {ours:10.2f} {theirs:10.2f}   ratio {ours / theirs:.3f}")


if __name__ == "__main__":
    main()
