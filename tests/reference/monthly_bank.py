"""Retraining monthly through bank-additional-full (Moro, Cortez & Rita 2014, doi:10.1016/j.dss.2014.03.001).

The file has no date, but it is ordered by date, from May 2008 to November 2010, and names the month: a month that lies
before its predecessor begins a new year, and the rows of a month are spread evenly over it. For each month end the
program sees only the deals so far: `leadscore monitor`, then `leadscore retrain`; a version that goes live is then set
against the one it replaced on the month that comes next, which neither has seen.

    python tests/reference/monthly_bank.py target/release/leadscore bank-additional-full.csv > monthly_bank.md

Python 3.11 or later, nothing else. `duration` is left out: it is known only once the call is over.
"""

import calendar
import csv
import datetime as dt
import json
import math
import pathlib
import subprocess
import sys
import tempfile

MARGIN = 0.02
MONTHS = {name.lower(): i for i, name in enumerate(calendar.month_abbr) if name}
FIRST_TRAINING = (2008, 7)
PROJECT = """[leads]
files = ["leads.csv"]
id = "lead_id"
closed_at = "closed_at"
outcome = { column = "y", won = ["yes"], lost = ["no"] }
exclude = ["duration", "month"]
missing = ["unknown"]

[snapshot]
mode = "none"
"""


def dated(path):
    """Rows with their month and closing time."""
    with open(path, newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    year, before = 2008, 0
    for row in rows:
        month = MONTHS[row["month"]]
        year += month < before
        before = month
        row["key"] = (year, month)
    by_month = {}
    for number, row in enumerate(rows):
        row["lead_id"] = f"C{number}"
        by_month.setdefault(row["key"], []).append(row)
    for (year, month), part in by_month.items():
        seconds = calendar.monthrange(year, month)[1] * 86400
        begin = dt.datetime(year, month, 1)
        for i, row in enumerate(part):
            row["closed_at"] = (begin + dt.timedelta(seconds=int(seconds * i / len(part)))).isoformat() + "Z"
    return by_month


def write(path, rows, drop=()):
    names = ["lead_id", "closed_at", *[n for n in rows[0] if n not in ("lead_id", "closed_at", "key")]]
    names = [n for n in names if n not in drop]
    with open(path, "w", newline="") as file:
        out = csv.DictWriter(file, names, extrasaction="ignore")
        out.writeheader()
        out.writerows(rows)


def auc(y, p):
    order = sorted(range(len(p)), key=lambda i: p[i])
    won = lost = area = 0.0
    i = 0
    while i < len(order):
        j = i
        while j < len(order) and p[order[j]] == p[order[i]]:
            j += 1
        w = sum(y[k] for k in order[i:j])
        area += w * (lost + (j - i - w) / 2)
        won, lost, i = won + w, lost + (j - i - w), j
    return area / (won * lost) if won and lost else math.nan


def log_loss(y, p):
    return -sum(math.log(q if v else 1 - q) for v, q in zip(y, p)) / len(y)


def main(program, data):
    program = pathlib.Path(program).resolve()
    by_month = dated(data)
    keys = list(by_month)
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)

        def run(*arguments):
            done = subprocess.run([program, *arguments], cwd=folder, capture_output=True, text=True)
            if done.returncode not in (0, 3):
                sys.exit(done.stderr)
            return json.loads(done.stdout) if done.stdout.startswith("{") else done.stdout

        def judged(rows, version):
            run("score", "--leads", "next.csv", "--as-of", "2030-01-01", "--model-version", str(version), "--columns",
                "win_probability", "--out", "scored.ndjson", "-q")
            scored = [json.loads(line) for line in open(folder / "scored.ndjson")]
            p = {s["lead_id"]: s["win_probability"] for s in scored}
            y = [row["y"] == "yes" for row in rows]
            p = [p[row["lead_id"]] for row in rows]
            return auc(y, p), log_loss(y, p)

        (folder / "leadscore.toml").write_text(PROJECT)
        seen, published, worse = [], 0, 0
        print("| month | deals | won % | live | monitor: score index, most drifted column | won / expected | retrain: AUC "
              "live → challenger | log loss live → challenger | decision | next month, new − replaced: AUC, log loss gain |")
        print("|---|---|---|---|---|---|---|---|---|---|")
        for index, key in enumerate(keys):
            month = by_month[key]
            seen += month
            write(folder / "leads.csv", seen)
            if key < FIRST_TRAINING:
                continue
            label = f"{key[0]}-{key[1]:02}"
            rate = 100 * sum(row["y"] == "yes" for row in month) / len(month)
            if key == FIRST_TRAINING:
                run("train", "-q")
                print(f"| {label} | {len(month)} | {rate:.1f} | trained 1 | | | | | | |")
                continue
            look = run("monitor", "--format", "json", "--since", f"{label}-01")
            drift, c = look["closed"], look["calibration"]
            top = drift["columns"][0]
            watch = f"{drift['score']['psi']:.2f}, {top['column']} {top['psi']:.2f}" + (" **alarm**" if look["alarms"] else "")
            calibration = f"{c['won']:.0f} / {c['expected']:.0f}" if c else "too few"
            said = run("retrain", "--format", "json")
            live, figures, after = said["live_version"], ("", ""), ""
            if said["judgement"]:
                gate = said["judgement"]["gate"]
                both = [gate["current"], gate["challenger"]]
                figures = (" → ".join(f"{s['auc']['value']:.3f}" for s in both), " → ".join(f"{s['log_loss']:.3f}" for s in both))
            if said["decision"] == "published" and index + 1 < len(keys):
                published += 1
                rows = by_month[keys[index + 1]]
                write(folder / "next.csv", rows, drop=("y", "closed_at"))
                old, new = judged(rows, said["judgement"]["against"]), judged(rows, live)
                gains = (new[0] - old[0], old[1] - new[1])
                is_worse = min(gains) < -MARGIN
                worse += is_worse
                after = f"{gains[0]:+.3f}, {gains[1]:+.3f}" + (" **worse**" if is_worse else "")
            print(f"| {label} | {len(month)} | {rate:.1f} | {live} | {watch} | {calibration} | {figures[0]} | {figures[1]} | "
                  f"{said['decision']} | {after} |", flush=True)
        months = len([k for k in keys if k > FIRST_TRAINING])
        print(f"\nPublished {published} times in {months} months; worse on the next month by more than {MARGIN} in AUC or "
              f"log loss: {worse} ({100 * worse / months:.0f} % of the months).")


if __name__ == "__main__":
    main(*sys.argv[1:])
