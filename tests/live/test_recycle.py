#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""A table of sites that is full: what is idle makes room, and the books close."""
import re
import subprocess
import time

from kleak import Kleak, Load, need_root, tap, total

SITES = 256
HELD = 50
TRIES = 16
PATIENCE = 60


def test_a_full_table_finds_room_for_a_new_leak():
    with Kleak("--max-sites", str(SITES), "-v", interval=0.5) as kleak, Load() as load:
        report = kleak.fresh()
        end = time.monotonic() + PATIENCE
        while not report["losses"]["sites_full"]:
            assert time.monotonic() < end, f"the table never was full: {report['sites_total']}"
            with subprocess.Popen(["stress-ng", "--quiet", "--fork", "1", "--pipe", "1", "--sock", "1",
                                   "--dentry", "1", "--temp-path", "/tmp", "--timeout", "5"]) as stress:
                load.do("churn 4")
                stress.wait()
            report = kleak.fresh()
        # what finds no room is listed without a stack for as long as it lives: again
        for _ in range(TRIES):
            before = total(kleak.fresh(), "do_eventfd")
            load.do(f"eventfd {HELD}")
            held = total(kleak.fresh(), "do_eventfd") - before
            if held >= HELD:
                break
        assert held >= HELD, f"of {HELD} objects of a new site {held} have their stack"
        kleak.stop()  # checks the identity
    given_back = max(int(n) for n in re.findall(r"(\d+) sites and \d+ caches given back", kleak.messages))
    assert given_back > SITES / 4, given_back


need_root()
if __name__ == "__main__":
    tap.main(globals())
