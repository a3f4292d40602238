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
import re
import statistics
import subprocess
import sys

import guest
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "leaks"))
from cases import INNOCENTS, LEAKS  # noqa: E402
from expect import growth, judge  # noqa: E402

FOLDER = "tests/guest/leaks"
BESIDE = int(os.environ.get("GUESTS_BESIDE", "2"))
FOR_S = int(os.environ.get("FOR", "300"))
CHURN_PER_MIN = int(os.environ.get("CHURN", "600"))
BOOT_S = 240
LEAST_RATE = 0.8  # of what was asked: an emulated guest may be too slow
TARGET = 22 / 24


class Failed(Exception):
    """The guest did not do what it should; why."""


BEFORE = """
mkdir -p /run /dev/shm
mount -t tmpfs tmpfs /dev/shm
echo 100000 > /proc/sys/fs/inotify/max_user_instances
echo +memory > /sys/fs/cgroup/cgroup.subtree_control
"""
# Prints the page, and what the runner has to know beside it.
CASE = """
rm -f /run/leak.* /run/churn.*
%(insert)s
churn churn %(churn)d log=/run/churn &
churn=$!
sleep 3
%(start)s &
leak=$!
kleak diagnose --json --top 40 %(options)s > /run/page
status=$?
set -- $(cat /proc/uptime)
kill $leak $churn
wait $leak $churn
%(remove)s
# the guest's lines are slow: printing takes no part of the time
cat /run/page
echo "{\\"status\\":$status,\\"end_s\\":$1,\\"first\\":\\"$(cat /run/leak.first)\\"," \\
     "\\"made\\":\\"$(cat /run/leak.made)\\",\\"churned\\":\\"$(cat /run/churn.made)\\"}"
"""


def numbers(text):
    """What actor noted, "" when it did not."""
    return [float(word) for word in text.split()] or [None, None]


def script(case, options):
    if case.does.startswith("sh:"):
        start = f"(echo 0 $(cut -d' ' -f1 /proc/uptime) > /run/leak.first; {case.does[3:]})"
    else:
        deed, *more = case.does.split()
        start = " ".join(["actor", deed, str(case.per_min), *more, "log=/run/leak"])
    return CASE % {"insert": f"insmod /{case.module}.ko || exit" if case.module else "", "churn": CHURN_PER_MIN,
                   "start": start, "options": options, "remove": f"rmmod {case.module}" if case.module else ""}


def modules(cases, version):
    """What they load."""
    names = {case.module for case in cases if case.module}
    names |= {name for case in cases for name in re.findall(r"/(leak_\w+)\.ko", case.does)}
    for name in sorted(names):
        yield from ("--add", f"{guest.module(version, name, FOLDER)}:/{name}.ko")


def boot(cases, version, options, seconds):
    """One guest, one case after another.  Of each what diagnose said, and what is to be known beside it."""
    done = guest.call(version, "--one-thread", "--mem", "1024", "--timeout", str(seconds),
                      "--add", f"{guest.built(version, 'kleak')}:/bin/kleak",
                      "--add", f"{guest.built(version, 'leak-actor')}:/bin/actor",
                      "--add", f"{guest.built(version, 'leak-actor')}:/bin/churn", *modules(cases, version),
                      "--", "sh", "-c", BEFORE + "".join(script(case, options) for case in cases),
                      timeout=3 * seconds)
    lines = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or len(lines) != 2 * len(cases):
        raise Failed(f"status {done.returncode}, {len(lines)} lines: {done.stdout[-600:]}\n{done.stderr[-600:]}")
    return list(zip(lines[::2], lines[1::2]))


def told(case, page, end):
    """What came of a case: a part of its line in TO."""
    if not end["made"] and not case.does.startswith("sh:"):
        raise Failed("actor ended early")
    answer = judge(page, case.expect)
    _, first_s = numbers(end["first"])
    made, took_s = numbers(end["made"])
    churned, churn_s = numbers(end["churned"])
    seconds = end["end_s"] - first_s if first_s else None
    return {
        "growth_said": growth(page, case.expect), "growth_least": case.per_min * case.bytes,
        "right": answer.right, "named": answer.named, "door": answer.door, "status": end["status"],
        "seconds": seconds, "in_time": seconds is not None and seconds <= case.latest_s,
        "rate": 60 * made / took_s if made and took_s else None, "asked": case.per_min,
        "churn": 60 * churned / churn_s if churned and churn_s else None,
        "origins": page["origins"], "caches": page["caches"], "rounds": page["rounds"],
        "growth": [(g["name"], g["traced"]) for g in page["growth"]],
        "groups": [(g["verdict"], g["why"], g["objects"], g["headline"][0]["symbol"] if g["headline"] else None,
                    g["held_by"] and g["held_by"]["text"]) for g in page["groups"]],
        "sites": [(s["verdict"]["name"], s["verdict"]["why"], s["objects"], s["cache"], s["stack"][0]["symbol"])
                  for s in (page["report"]["sites"] if page["report"] else [])[:5]]}


def attempt(case, version):
    result = {"case": case.name, "kernel": version, "expect": case.expect, "does": case.does}
    try:
        result |= told(case, *boot([case], version, f"--for {FOR_S}s", FOR_S + BOOT_S)[0])
    except guest.tap.Skip as reason:
        result["skipped"] = str(reason)
    except (AssertionError, Failed, subprocess.TimeoutExpired) as reason:
        result["failed"] = str(reason)
    guest.keep(result)
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
    rate = result.get("rate")
    if result.get("growth_said"):
        what += f", {result['growth_said'] / 1024:.1f}K/min, at least {result['growth_least'] / 1024:.1f}K"
    if rate and rate < LEAST_RATE * result["asked"] and "most=" not in result["does"]:
        what += f" ({rate:.0f} a minute were made, not {result['asked']:.0f}: void)"
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
    clean = sum(v == "nothing" and r["status"] == 0 for r, v in leaks)
    met = not false and not failed and len(right) >= TARGET * len(leaks)
    print(f"leaks named with the right door in time: {len(right)} of {len(leaks)}; median time to answer: "
          f"{f'{statistics.median(right):.0f} s' if right else '-'}; wrong doors: {wrong}; called clean: {clean}; "
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
