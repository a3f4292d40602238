#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""tests/live/soak.py [SECONDS]: a mixed load for ten minutes with kleak attached.

Prints a line a minute; fails unless kleak's memory stands still, the books close
in every report, nothing that was freed stays listed and the losses are bounded.
"""
import subprocess
import sys
import threading
import time

from kleak import Kleak, Load, need_root
from books import CHURNED, traced

STRESS = ["stress-ng", "--quiet", "--fork", "1", "--pipe", "1", "--mmap", "1", "--mmap-bytes", "16M",
          "--sock", "1", "--hdd", "1", "--hdd-bytes", "8M", "--temp-path", "/tmp"]


def churn(seconds):
    with Load() as load:
        load.do(f"churn {seconds}")


def memory_of(pid):
    with open(f"/proc/{pid}/status", encoding="utf-8") as status:
        return next(int(line.split()[1]) for line in status if line.startswith("RssAnon:"))


def cpu_of(pid):
    with open(f"/proc/{pid}/stat", encoding="utf-8") as stat:
        fields = stat.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def main():
    seconds = int(sys.argv[1]) if len(sys.argv) > 1 else 600
    end = time.monotonic() + seconds
    memory = []
    with Load() as load, Kleak(interval=5) as kleak:
        pid = kleak.process.pid
        load.do("eventfd 1000")
        workers = [threading.Thread(target=subprocess.run,
                                    args=([*STRESS, "--timeout", str(seconds)],),
                                    kwargs={"check": False}),
                   threading.Thread(target=churn, args=(seconds,))]
        for worker in workers:
            worker.start()
        shown = 0
        while time.monotonic() < end:
            report = kleak.next()  # checks the identity
            memory.append(memory_of(pid))
            if time.monotonic() >= shown + 60:
                shown = time.monotonic()
                e = report["events"]
                lost = {k: v for k, v in report["losses"].items() if v}
                print(f"{report['elapsed_s']:6.0f} s  births {e['births']:>10}  live {e['live']:>7}  "
                      f"implicit {e['implicit_deaths']:>8}  found free {e['verified_free']:>7}  "
                      f"unchecked {e['unchecked']:>5}  sites {report['sites_total']['sites']:>5}  RssAnon {memory[-1]} kB  "
                      f"CPU {cpu_of(pid):.1f} s  losses {lost}", flush=True)
        for worker in workers:
            worker.join()
        time.sleep(15)
        kleak.fresh()
        cpu = cpu_of(pid)
        last = kleak.stop()
    half = len(memory) // 2
    growth = max(memory[half:]) - max(memory[:half])
    left = {name: traced(last).get(name, (0, 0, 0))[0] for name in CHURNED}
    missed = last["losses"]["deaths_missed_at_most"] + last["losses"]["births_missed_at_most"]
    print(f"memory: {max(memory[:half])} kB at most in the first half, {growth:+} kB in the second; "
          f"CPU {cpu:.1f} s; missed at most {missed} of {last['events']['births']} births; "
          f"left of what was freed: {sum(left.values())}")
    assert growth < 4096, "kleak's own memory grows"
    assert missed < last["events"]["births"] / 1000
    assert last["losses"]["table_full"] == 0
    # what was started meanwhile and still runs has some hundred of each
    running = 1 + left["mm_struct"]
    assert all(n < 300 * running for n in left.values()), left
    print("soak passed")


if __name__ == "__main__":
    need_root()
    main()
