#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Files that kleak 0.1 saved (version 1 of the format) are read, number by number."""
import decimal
import glob
import gzip
import json
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import tap  # noqa: E402
from schema import check_schema  # noqa: E402

KLEAK = os.path.join(ROOT, "kleak")
UNIT = os.path.join(ROOT, "tests", "unit")

# Keys of version 1, by path, and what version 2 calls them.
EVENTS = {"births": "allocations", "deaths": "frees", "unknown_deaths": "unknown_frees",
          "implicit_deaths": "implicit_frees", "verified_free": "found_free"}
GROWTH = {f"rate_{limit}bytes_per_min": f"growth_{limit}bytes_per_min" for limit in ("", "low_", "high_")}
MISSED = {"births_missed_at_most": "allocations_maybe_missed", "deaths_missed_at_most": "frees_maybe_missed"}
NAMES = {
    "filter": {"min_size": "min_size_bytes", "max_size": "max_size_bytes"},
    "events": {**EVENTS, "born_bytes": "allocated_bytes", "died_bytes": "freed_bytes"},
    "losses": MISSED,
    "loss_texts": MISSED,
    "ledger": {"explained": "explained_share"},
    "slab": {"explained": "explained_share"},
    "caches": EVENTS,
    "overhead": {"percent_most": "limit_percent", "spent": "over_limit"},
    "scan": {"unreferenced": "unreferenced_objects", "seconds": "duration_s"},
    "sites": {**EVENTS, "births_per_s": "allocations_per_s", "bytes_requested": "requested_bytes",
              "who_times": "who_allocations", "unreferenced": "unreferenced_objects",
              "unreferenced_objects": "unreferenced_list"},
    "sites.verdict": {**GROWTH, "survival": "survival_shares", "replaced": "replaced_share",
                      "drained": "after_drain_share", "shrunk": "shrunk_share"},
    "sites.who": {"times": "allocations"},
}

# Keys that came to version 2 later, by path, and what stands there where a file does not have them.
ADDED = {"": {"vfs_delta": None, "charges": None, "charged_to": None, "by_cgroup": None}, "filter": {"charged_to": None}, "sites.verdict": {"pinned": None, "arrivals": None}, "caches": {"aliases": []}, "events": {"unsized_frees": 0}, "scan": {"under_way_share": None}, "ledger": {"older_bytes": None, "room_bytes": None, "rest_bytes": None}, "sites": {"fingerprint": None, "by_design": None, "freed_by": None, "charged": None}}


def as_now(old, path=""):
    """What version 2 has to print of it: its names, numbers to three decimals."""
    if isinstance(old, dict):
        named = {NAMES.get(path, {}).get(key, key): as_now(value, f"{path}.{key}".lstrip("."))
                 for key, value in old.items()}
        if not path:  # it only grew
            named["sampling_most"] = named["sampling"]
        return {**named, **ADDED.get(path, {})}
    if isinstance(old, list):
        return [as_now(value, path) for value in old]
    if isinstance(old, float):
        return float(decimal.Decimal(old).quantize(decimal.Decimal("0.001"), decimal.ROUND_HALF_UP))
    return old


def fixture(name):
    return os.path.join(UNIT, "fixtures", f"saved-1-{name}.kleak")


def run(*argv):
    done = subprocess.run([KLEAK, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 0 and done.stderr == "", done
    return done.stdout


def check_fixture(name):
    with gzip.open(fixture(name), "rt") as lines:
        old = [json.loads(line) for line in lines][1:]
    assert all(report["version"] == 1 for report in old)
    now = run("report", "--all", "--json", fixture(name))
    check_schema("report", now)
    now = [json.loads(line) for line in now.splitlines()]
    assert len(old) == len(now) > 0
    for before, after in zip(old, now):
        assert as_now({**before, "version": 2, "type": "report"}) == after


def fixture_test(name):
    return lambda: check_fixture(name)


for path in sorted(glob.glob(fixture("*"))):
    name = re.fullmatch(r"saved-1-(\w+)\.kleak", os.path.basename(path)).group(1)
    globals()[f"test_version_1_of_{name}"] = fixture_test(name)


def test_fixtures_have_what_is_read():
    reports = [json.loads(run("report", "--json", path)) for path in glob.glob(fixture("*"))]
    sites = [site for report in reports for site in report["sites"]]
    assert {site["origin"] for site in sites} == {"slab", "vmalloc", "percpu"}
    for key in ("who", "unreferenced_list", "held_by", "verdict"):
        assert any(site[key] for site in sites), key


def test_version_1_beside_version_1():
    diff = json.loads(run("diff", "--json", fixture("run"), fixture("scan")))
    for side, name in (("before", "run"), ("after", "scan")):
        with gzip.open(fixture(name), "rt") as lines:
            old = json.loads(lines.readlines()[-1])
        assert diff[side]["bytes"] == sum(site["bytes"] for site in old["sites"]), side
    same = json.loads(run("diff", "--json", fixture("scan"), fixture("scan")))
    assert same["sites_total"]["changed"] == 0 and same["sites_total"]["sites"] == len(old["sites"])


if __name__ == "__main__":
    tap.main(globals())
