#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""tests/live/soak.py [SECONDS]: a mixed load for ten minutes with kleak attached.

Prints a line a minute; fails unless kleak's memory stands still, the books close
in every report, nothing that was freed stays listed and the losses are bounded.
With SANITIZE=1 kleak is the one with sanitizers, which find nothing.
With LOAD=light the load takes a tenth of a CPU: for hours on a machine that others use.
"""
import os
import subprocess
import sys
import tempfile
import threading
import time

from kleak import KLEAK, Kleak, Load, need_root
import sanitizers
import soak
import usage

STRESS = ["stress-ng", "--quiet", "--fork", "1", "--pipe", "1", "--mmap", "1", "--mmap-bytes", "16M",
          "--sock", "1", "--hdd", "1", "--hdd-bytes", "8M", "--temp-path", "/tmp"]

# On a machine that others use kleak gives way to them, for minutes if need be, but not who reads its reports.
NICE, PATIENCE_S = (("nice", "-n", "10"), 600) if soak.LIGHT else ((), 30)


def churn(seconds):
    with Load() as load:
        load.do(f"churn {seconds}")


def light(seconds):
    """For a second of each ten, things come and go; then some are kept until the next time."""
    end = time.monotonic() + seconds
    with Load() as load:
        while time.monotonic() < end:
            load.do("churn 1")
            load.do("free")
            for kind in ("eventfd 200", "queue 100", "epoll 50", "timer 50"):
                load.do(kind)
            time.sleep(max(0, min(9, end - time.monotonic())))


def heavy(seconds):
    stress = threading.Thread(target=subprocess.run, args=([*STRESS, "--timeout", str(seconds)],),
                              kwargs={"check": False})
    stress.start()
    churn(seconds)
    stress.join()


def main(seconds, findings):
    watched = soak.Soak()
    end = time.monotonic() + seconds
    with Load() as load, Kleak(*soak.options(seconds), interval=soak.INTERVAL, under=NICE,
                               program=sanitizers.KLEAK if soak.SANITIZED else KLEAK,
                               env=dict(os.environ, **sanitizers.variables(findings))) as kleak:
        pid = kleak.process.pid
        load.do("eventfd 1000")
        worker = threading.Thread(target=light if soak.LIGHT else heavy, args=(seconds,), daemon=True)
        worker.start()
        while time.monotonic() < end:
            report = kleak.next(PATIENCE_S)  # checks the identity
            kleak.reports.clear()
            watched.enter(report, usage.anon_kb(pid), usage.cpu_s(pid))
        worker.join()
        # All the time there is a reader: at the end kleak waits half a second for one that takes nothing.
        end = time.monotonic() + 15
        while time.monotonic() < end:
            kleak.next()
            kleak.reports.clear()
        last = kleak.stop()
    sanitizers.check(findings)
    watched.judge(last)


if __name__ == "__main__":
    need_root()
    with tempfile.TemporaryDirectory() as folder:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else soak.SECONDS, os.path.join(folder, "sanitizer"))
