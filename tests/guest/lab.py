#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
lab.py [TABLE...]: kleak beside the books of leaks that a kernel can keep: orphans (kmemleak), lines (allocinfo),
pages (page_owner), suspects (what diagnose makes of allocinfo).  By itself all tables, each in guests with the
kernel of tools/lab.

A measurement, by hand before a release: it prints the tables of README.md, and ends with 1 where kleak is
behind the kernel's own books.
"""
import importlib
import os
import sys

import guest
sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "lab"))

TABLES = ("orphans", "lines", "pages", "suspects")
MODULE = "build/guest/lab/debug/kmemleak-test.ko"


def boot(script, *options, append=""):
    """What a shell script printed in the guest.  It has no other clock than the TSC, which it shall trust, and no
    ACPI: the table of CPUs that is older has one of each socket."""
    done = guest.call("lab", "--one-thread", "--timeout", "900", "--append",
                      f"tsc=reliable {append}", "--machine", "-smp 2,sockets=2", "--add", "kleak:/bin/kleak",
                      "--add", "build/live-load:/bin/load", "--add", f"{MODULE}:/kmemleak-test.ko", *options,
                      "--", "sh", "-c", script, timeout=1800)
    assert done.returncode == 0, f"status {done.returncode}:\n{done.stderr}\n{done.stdout[-3000:]}"
    return done.stdout


def main(wanted):
    try:
        guest.call("lab", "--prepare", timeout=7200)
        right = [importlib.import_module(name).run(boot) for name in wanted or TABLES]
    except guest.tap.Skip as why:
        print(f"SKIP: {why}", file=sys.stderr)
        return guest.CANNOT_RUN
    return 0 if all(right) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
