#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
A few of the corpus's cases, judged sooner, by every object: `make test-leaks` has all of them, as diagnose is
by itself.  On a busy machine a guest so slow that one object in eight is recorded has too few in a minute.
"""
from corpus import boot, told
from guest import main

from cases import INNOCENTS, LEAKS

CHOSEN = ("by-chance", "dentry", "find")
OPTIONS = "--interval 0.5 --evidence 15 --for 60s --max-overhead 50"


def leaks(version):
    cases = [next(c for c in LEAKS + INNOCENTS if c.name == name) for name in CHOSEN]
    results = [(case, told(case, *answer)) for case, answer in zip(cases, boot(cases, version, OPTIONS, 900))]
    for case, result in results:
        print(f"# {case.name}: {result['door'] or 'nothing'}, {result['seconds'] or 0:.0f} s")
    wrong = [(case.name, case.expect, result) for case, result in results if not result["right"]]
    assert not wrong, wrong


if __name__ == "__main__":
    main(leaks, kernels=["6.12"])
