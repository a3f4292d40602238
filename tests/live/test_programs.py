#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The BPF programs with made-up arguments: tests/live/programs.c, which speaks TAP itself."""
import os

from kleak import ROOT, need_root

need_root()
if __name__ == "__main__":
    os.environ["CMOCKA_MESSAGE_OUTPUT"] = "TAP"
    program = os.path.join(ROOT, "build", "live-programs")
    os.execv(program, [program])
