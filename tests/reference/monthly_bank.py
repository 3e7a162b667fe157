"""Retraining monthly through bank-additional-full (Moro, Cortez & Rita 2014, doi:10.1016/j.dss.2014.03.001).

The file has no date, but it is ordered by date, from May 2008 to November 2010, and names the month: a month that lies
before its predecessor begins a new year, and the rows of a month are spread evenly over it. For each month end the
program sees only the deals so far: `leadscore monitor`, then `leadscore retrain`; a version that goes live is then set
against the one it replaced on the month that comes next, which neither has seen.

What `monitor` reports first in a month is held to the file itself, without a model. A column that the version reads has
really changed when a fifth of the deals (TRUE_CHANGE) would need another value to be spread as the version's training
deals were (half the sum of the differences of shares, over at most ten cells of equal numbers of training deals), and
this was not so in the month before, or is so against that month, too. The wins are rightly reported when the win rate
lies beyond 25 % and chance of the rate at training.

    python tests/reference/monthly_bank.py target/release/leadscore bank-additional-full.csv > monthly_bank.md

Python 3.11 or later, nothing else. `duration` is left out: it is known only once the call is over.
"""

import calendar
import collections
import csv
import datetime as dt
import json
import math
import pathlib
import subprocess
import sys
import tempfile

MARGIN = 0.02
TRUE_CHANGE = 0.2
FEWEST_TO_SAY = 30
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


def cells(rows, column):
    """A value's cell: a word is its own, numbers are parted in tenths."""
    values = [row[column] for row in rows]
    try:
        numbers = sorted(float(v) for v in values)
    except ValueError:
        return lambda value: value
    edges = sorted({numbers[len(numbers) * i // 10] for i in range(1, 10)})
    return lambda value: sum(float(value) >= edge for edge in edges)


def apart(first, second, column, cell):
    """Half the sum of the differences of the cells' shares: 0 alike, 1 nothing in common."""
    shares = []
    for rows in (first, second):
        count = collections.Counter(cell(row[column]) for row in rows)
        shares.append({key: n / len(rows) for key, n in count.items()})
    keys = set(shares[0]) | set(shares[1])
    return sum(abs(shares[0].get(key, 0) - shares[1].get(key, 0)) for key in keys) / 2


def win_rate(rows):
    return sum(row["y"] == "yes" for row in rows) / len(rows)


def really_changed(trained, before, month, columns):
    """The columns whose change is new in a month."""
    changed = set()
    for column in columns:
        cell = cells(trained, column)
        differs = apart(trained, month, column, cell) > TRUE_CHANGE
        is_old = before and apart(trained, before, column, cell) > TRUE_CHANGE
        moved = not before or apart(before, month, column, cell) > TRUE_CHANGE
        if differs and (moved or not is_old):
            changed.add(column)
    return changed


def wins_differ(trained, month):
    """Whether a month's win rate is another one than at training."""
    old, rate = win_rate(trained), win_rate(month)
    return abs(rate - old) > max(0.25 * old, 1.96 * math.sqrt(old * (1 - old) / len(month)))


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
        trained_until, before = {}, None
        reports, signs, hits, overlooked = [], 0, 0, 0
        print("| month | deals | won % | live | won / expected | retrain: AUC live → challenger | log loss live → "
              "challenger | decision | next month, new − replaced: AUC, log loss gain |")
        print("|---|---|---|---|---|---|---|---|---|")
        for index, key in enumerate(keys):
            month = by_month[key]
            seen += month
            write(folder / "leads.csv", seen)
            if key < FIRST_TRAINING:
                continue
            label = f"{key[0]}-{key[1]:02}"
            rate = 100 * win_rate(month)
            if key == FIRST_TRAINING:
                run("train", "-q")
                trained_until[1] = len(seen)
                print(f"| {label} | {len(month)} | {rate:.1f} | trained 1 | | | | | |")
                continue
            look = run("monitor", "--format", "json")
            newest = look["months"][-1]
            c = newest["calibration"]
            calibration = f"{c['won']:.0f} / {c['expected']:.0f}"
            told = newest["first"] if len(month) >= FEWEST_TO_SAY else []
            # What is told of columns is held to the columns, what is told of wins to the win rate.
            told = [sign["column"] if sign["what"] == "column" else sign["what"] for sign in told]
            trained = seen[: trained_until[look["version"]]]
            if len(month) >= FEWEST_TO_SAY:
                # The month before counts only where it was new to this version.
                past = before if before and len(seen) - len(month) - len(before) >= len(trained) else None
                really = really_changed(trained, past, month, [c["column"] for c in newest["group"]["columns"]])
                missed = really - set(told)
                if wins_differ(trained, month):
                    really.add("wins")
                checked = [sign for sign in told if sign not in ("score", "order", "new_words", "missing")]
                right = [sign for sign in checked if sign in really]
                signs, hits = signs + len(checked), hits + len(right)
                overlooked += len(missed)
                marked = [f"{sign} ✓" if sign in right else f"{sign} ✗" if sign in checked else sign for sign in told]
                alarm = "new" if any(a["new"] for a in look["alarms"]) else "known" if look["alarms"] else "none"
                reports.append(f"| {label} | {look['version']} | {alarm} | {', '.join(marked) or '–'} | "
                               f"{', '.join(sorted(missed)) or '–'} |")
                before = month
            else:
                reports.append(f"| {label} | {look['version']} | too few deals to say | | |")
            said = run("retrain", "--format", "json")
            live, figures, after = said["live_version"], ("", ""), ""
            if said["decision"] == "published":
                trained_until[live] = len(seen)
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
            print(f"| {label} | {len(month)} | {rate:.1f} | {live} | {calibration} | {figures[0]} | {figures[1]} | "
                  f"{said['decision']} | {after} |", flush=True)
        months = len([k for k in keys if k > FIRST_TRAINING])
        print(f"\nPublished {published} times in {months} months; worse on the next month by more than {MARGIN} in AUC or "
              f"log loss: {worse} ({100 * worse / months:.0f} % of the months).")
        print("\n## What `monitor` was the first to report in each month\n")
        print("| month | watched version | alarms | first beyond its limit (✓ true, ✗ not) | true, and not reported |")
        print("|---|---|---|---|---|")
        print("\n".join(reports))
        print(f"\nOf {signs} columns and win rates first reported, {hits} had really changed in that month; {overlooked} "
              "changes were not reported.")


if __name__ == "__main__":
    main(*sys.argv[1:])
