"""Retraining on shuffled outcomes of bank-additional-full (Moro, Cortez & Rita 2014, doi:10.1016/j.dss.2014.03.001).

Real columns, with all that real columns have, and outcomes that have nothing to do with them: 2,000 calls, every 20th of
the file in its order, one every six hours; their outcomes are shuffled anew for each seed. A version learns from the
first half; `leadscore retrain` then sees the other half. It should publish in at most 10 of 200 runs.

    python tests/reference/shuffled_bank.py target/release/leadscore bank-additional-full.csv 200

Python 3.11 or later, nothing else.
"""

import csv
import datetime as dt
import json
import pathlib
import random
import subprocess
import sys
import tempfile

EVERY = 20
DEALS = 2000
PROJECT = """[leads]
files = ["leads.csv"]
id = "lead_id"
closed_at = "closed_at"
outcome = { column = "y", won = ["yes"], lost = ["no"] }
exclude = ["duration"]
missing = ["unknown"]

[snapshot]
mode = "none"

[train]
holdout = 0
"""


def main(program, data, runs):
    program = pathlib.Path(program).resolve()
    with open(data, newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))[::EVERY][:DEALS]
    begin = dt.datetime(2024, 1, 1)
    for number, row in enumerate(rows):
        row["lead_id"] = f"C{number}"
        row["closed_at"] = (begin + dt.timedelta(hours=6 * number)).isoformat() + "Z"
    middle = (begin + dt.timedelta(hours=3 * len(rows))).isoformat() + "Z"
    outcomes = [row["y"] for row in rows]
    decisions = {}
    for seed in range(int(runs)):
        shuffled = outcomes[:]
        random.Random(seed).shuffle(shuffled)
        for row, outcome in zip(rows, shuffled):
            row["y"] = outcome
        with tempfile.TemporaryDirectory() as folder:
            folder = pathlib.Path(folder)
            (folder / "leadscore.toml").write_text(PROJECT)
            with open(folder / "leads.csv", "w", newline="") as file:
                out = csv.DictWriter(file, list(rows[0]))
                out.writeheader()
                out.writerows(rows)

            def run(*arguments):
                done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True)
                if done.returncode not in (0, 3):
                    sys.exit(done.stderr)
                return done.stdout

            run("train", "--until", middle, "-q")
            said = json.loads(run("retrain", "--format", "json"))
            verdict = said["judgement"]["gate"]["verdict"] if said["judgement"] else said["decision"]
            decisions[verdict] = decisions.get(verdict, 0) + 1
    published = decisions.get("better", 0) + decisions.get("not_worse", 0)
    print(f"published {published} of {runs}; {json.dumps(decisions, sort_keys=True)}")


if __name__ == "__main__":
    main(*sys.argv[1:])
