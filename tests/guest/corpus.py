#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
corpus.py [CASE...]: leaks as they happen, each before `kleak diagnose` in a guest of its own, beside churn.

GUESTS="6.1 6.12" chooses kernels, GUESTS_BESIDE=2 how many run at a time, FOR=300 the seconds that diagnose
has, TO=FILE adds what came of each case to a file, a JSON line each.  A measurement, not a test: it prints a
table and a score, and ends with 1 below the target.
"""
import concurrent.futures
import json
import os
import statistics
import sys

import guest
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "leaks"))
from cases import INNOCENTS, LEAKS  # noqa: E402
from expect import judge  # noqa: E402

FOLDER = "tests/guest/leaks"
BESIDE = int(os.environ.get("GUESTS_BESIDE", "2"))
FOR_S = int(os.environ.get("FOR", "300"))
TO = os.environ.get("TO")
CHURN_PER_MIN = int(os.environ.get("CHURN", "600"))
BOOT_S = 240
TARGET = 22 / 24

SCRIPT = """
mkdir -p /run /dev/shm
echo 1000 > /proc/sys/fs/inotify/max_user_instances
echo +memory > /sys/fs/cgroup/cgroup.subtree_control
%(insert)s
churn churn %(churn)d log=/run/churn &
churn=$!
sleep 3
%(start)s &
leak=$!
kleak diagnose --json --for %(seconds)ds
status=$?
set -- $(cat /proc/uptime)
kill $leak $churn
wait $leak $churn
echo "{\\"status\\":$status,\\"end_s\\":$1,\\"first\\":\\"$(cat /run/leak.first)\\",\\"made\\":\\"$(cat /run/leak.made)\\"," \
     "\\"churned\\":\\"$(cat /run/churn.made)\\"}"
"""


def numbers(text):
    """What actor noted, "" when it did not."""
    return [float(word) for word in text.split()] or [None, None]


def script(case):
    if case.does.startswith("sh:"):
        start = f"(echo 0 $(cut -d' ' -f1 /proc/uptime) > /run/leak.first; {case.does[3:]})"
    else:
        deed, *options = case.does.split()
        start = " ".join(["actor", deed, str(case.per_min), *options, "log=/run/leak"])
    insert = f"insmod /{case.module}.ko || exit" if case.module else ""
    return SCRIPT % {"insert": insert, "churn": CHURN_PER_MIN, "start": start, "seconds": FOR_S}


def modules(case, version):
    """What it loads."""
    names = [case.module] if case.module else []
    names += [word[1:-3] for word in case.does.replace(" && ", " ").split() if word.endswith(".ko")]
    for name in names:
        yield "--add", f"{guest.module(version, name, FOLDER)}:/{name}.ko"


def run(case, version):
    """What came of it: a dictionary, as it stands in TO."""
    result = {"case": case.name, "kernel": version, "expect": case.expect}
    added = [word for pair in modules(case, version) for word in pair]
    done = guest.call(version, "--one-thread", "--mem", "1024", "--timeout", str(FOR_S + BOOT_S),
                      "--add", "kleak:/bin/kleak", "--add", "build/leak-actor:/bin/actor",
                      "--add", "build/leak-actor:/bin/churn", *added,
                      "--", "sh", "-c", script(case), timeout=3 * (FOR_S + BOOT_S))
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if len(lines) != 2:
        return result | {"failed": (done.stderr + done.stdout)[-600:]}
    page, end = map(json.loads, lines)
    answer = judge(page, case.expect)
    _, first_s = numbers(end["first"])
    made, took_s = numbers(end["made"])
    churned, churn_s = numbers(end["churned"])
    seconds = end["end_s"] - first_s if first_s else None
    return result | {
        "right": answer.right, "named": answer.named, "door": answer.door, "status": end["status"],
        "seconds": seconds, "in_time": seconds is not None and seconds <= case.latest_s,
        "rate": 60 * made / took_s if made and took_s else None, "asked": case.per_min,
        "churn": 60 * churned / churn_s if churned else None,
        "origins": page["origins"], "caches": page["caches"], "rounds": page["rounds"],
        "growth": [(g["name"], g["traced"]) for g in page["growth"]],
        "sites": [(s["verdict"]["name"], s["verdict"]["why"], s["objects"], s["cache"], s["stack"][0]["symbol"])
                  for s in (page["report"]["sites"] if page["report"] else [])[:5]],
        "said": done.stderr[-400:]}


def attempt(case, version):
    try:
        result = run(case, version)
    except guest.tap.Skip as reason:
        result = {"case": case.name, "kernel": version, "expect": case.expect, "skipped": str(reason)}
    if TO:
        with open(TO, "a", encoding="utf-8") as out:
            out.write(json.dumps(result) + "\n")
    print(line(result), flush=True)
    return result


def verdict(result):
    if "failed" in result:
        return "FAILED"
    if "skipped" in result:
        return "skipped"
    if result["expect"] == "no LEAK":
        return "right" if result["right"] else "FALSE"
    if result["right"]:
        return "right" if result["in_time"] else "late"
    if result["named"] and result["expect"].startswith(("LEAK", "STOPPED")):
        return "in stack"
    return "wrong door" if result["door"] else "nothing"


def line(result):
    seconds = result.get("seconds")
    what = result.get("door") or (result.get("failed") or result.get("skipped") or "").strip()[-80:]
    return (f"{result['case']:<14} {result['kernel']:<5} {verdict(result):<10} "
            f"{'' if seconds is None else f'{seconds:.0f} s':>6}  {what.splitlines()[0] if what else '-'}")


def score(results):
    """Print it; whether the target is met."""
    judged = [(r, verdict(r)) for r in results if "skipped" not in r]
    leaks = [(r, v) for r, v in judged if r["expect"] != "no LEAK"]
    innocents = [v for r, v in judged if r["expect"] == "no LEAK"]
    right = [r["seconds"] for r, v in leaks if v == "right"]
    wrong = sum(v in ("wrong door", "in stack") for _, v in leaks)
    false = innocents.count("FALSE")
    failed = sum(v == "FAILED" for _, v in judged)
    met = not false and not failed and len(right) >= TARGET * len(leaks)
    print(f"leaks named with the right door in time: {len(right)} of {len(leaks)}; median time to answer: "
          f"{f'{statistics.median(right):.0f} s' if right else '-'}; wrong doors: {wrong}; "
          f"innocents called LEAK: {false} of {len(innocents)}; could not run: {failed}; "
          f"{'as' if met else 'below'} the target ({TARGET * 24:.0f} of 24, none)")
    return met


def main(wanted):
    cases = LEAKS + INNOCENTS
    unknown = set(wanted) - {c.name for c in cases}
    if unknown:
        sys.exit(f"corpus.py: no case is called {', '.join(sorted(unknown))}")
    chosen = [c for c in cases if not wanted or c.name in wanted]
    print(f"{'case':<14} {'':<5} {'verdict':<10} {'after':>6}  laid at")
    with concurrent.futures.ThreadPoolExecutor(BESIDE) as pool:
        results = list(pool.map(lambda job: attempt(*job), [(c, v) for v in guest.VERSIONS for c in chosen]))
    return 0 if score(results) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
