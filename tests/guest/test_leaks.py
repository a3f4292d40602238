#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""A few cases of the corpus, one after another in one guest, with less evidence: see leaks/README.md."""
import corpus
from guest import main

CASES = [case for case in corpus.LEAKS + corpus.INNOCENTS if case.name in ("vmalloc", "table", "conntrack")]
OPTIONS = "--interval 0.5 --evidence 12 --for 50s"


def leaks(version):
    for case, (page, end) in zip(CASES, corpus.boot(CASES, version, OPTIONS, 400)):
        result = corpus.told(case, page, end)
        assert result["right"], result
        assert end["status"] == (0 if case.expect == "no LEAK" else 3), result


if __name__ == "__main__":
    main(leaks)
