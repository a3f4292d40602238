# SPDX-License-Identifier: GPL-2.0-only
"""What a soak prints, and what it judges: here and in a guest."""
import operator
import os
import statistics
import time

from books import CHURNED, traced

SECONDS = 600
SANITIZED = bool(os.environ.get("SANITIZE"))
LIGHT = os.environ.get("LOAD") == "light"
INTERVAL = 10 if LIGHT else 5
MOST_GROWTH_KB = 16384 if SANITIZED else 4096  # sanitizers keep some of what was freed
# What a snapshot and a scan note of an object, in arrays that double: some 250 bytes (subject, scan_object, scan_range,
# edges, the index of ranges).  A machine that others use has more objects now than before.
OBJECT_KB = 0.5


def options(seconds):
    """Scans shall be there from early on."""
    return ["--origin", "slab,vmalloc,percpu,pages", f"--scan={max(5, min(60 if LIGHT else 30, seconds // 10))}",
            "--show-objects"]


def thirds(values):
    """Medians of the second and of the last third."""
    third = len(values) // 3
    return statistics.median(values[third:2 * third]), statistics.median(values[2 * third:])


class Soak:
    """Report after report goes in, with what kleak itself takes at that time."""

    def __init__(self):
        self.memory = []
        self.live = []
        self.sites = []
        self.shown = 0
        self.cpu = 0

    def enter(self, report, memory_kb, cpu_s):
        """A line a minute is printed."""
        self.memory.append(memory_kb)
        self.live.append(report["events"]["live"])
        self.sites.append(report["sites_total"]["sites"])
        self.cpu = cpu_s
        if time.monotonic() < self.shown + 60:
            return
        self.shown = time.monotonic()
        e = report["events"]
        lost = {k: v for k, v in report["losses"].items() if v}
        scans = report["scan"]["passes"] if report["scan"] else 0
        print(f"{report['elapsed_s']:6.0f} s  allocations {e['allocations']:>10}  live {e['live']:>7}  "
              f"implicit {e['implicit_frees']:>8}  found free {e['found_free']:>7}  "
              f"unchecked {e['unchecked']:>5}  sites {report['sites_total']['sites']:>5}  "
              f"caches {len(report['caches']):>4}  one in {report['sampling']}  scans {scans:>3}  "
              f"RssAnon {memory_kb} kB  CPU {cpu_s:.1f} s  losses {lost}", flush=True)

    def judge(self, last, lossy=1000):
        """By the last report.  lossy: of so many allocations one may be missed."""
        # the first third learns names and stacks; a scan takes more for a moment
        before, after = thirds(self.memory)
        objects = -operator.sub(*thirds(self.live))
        sites, sites_now = thirds(self.sites)
        growth, allowed = after - before, MOST_GROWTH_KB + OBJECT_KB * max(0, objects)
        left = {name: traced(last).get(name, (0, 0, 0))[0] for name in CHURNED}
        missed = last["losses"]["frees_maybe_missed"] + last["losses"]["allocations_maybe_missed"]
        print(f"sites: {sites:.0f} in the second third, {sites_now:.0f} in the last", flush=True)
        print(f"memory: {before:.0f} kB in the second third, {growth:+.0f} kB in the last, {allowed:.0f} allowed "
              f"({objects:+.0f} objects), {max(self.memory)} kB at most; "
              f"CPU {self.cpu:.1f} s; missed at most {missed} of {last['events']['allocations']} allocations; "
              f"left of what was freed: {sum(left.values())}", flush=True)
        assert last["final"]
        assert growth < allowed, "kleak's own memory grows"
        assert sites_now < 1.2 * sites + 100, "sites that are idle are not given back"
        assert missed < last["events"]["allocations"] / lossy
        assert last["losses"]["table_full"] == 0
        # what was started meanwhile and still runs has some hundred of each
        running = 1 + left["mm_struct"]
        assert all(n < 300 * running for n in left.values()), left
        print("soak passed")
