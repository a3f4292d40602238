#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""A few cases of the corpus, one after another in one guest, with less evidence: see leaks/README.md."""
import corpus
from guest import main

BY_NAME = {case.name: case for case in corpus.LEAKS + corpus.INNOCENTS}
# What is rare takes longer than a test may.
CASES = [BY_NAME["vmalloc"], BY_NAME["rare"]._replace(per_min=600), BY_NAME["fork-churn"]._replace(per_min=600)]
OPTIONS = "--interval 0.5 --evidence 12 --for 60s"


def leaks(version):
    for case, (page, end) in zip(CASES, corpus.boot(CASES, version, OPTIONS, 600)):
        result = corpus.told(case, page, end)
        assert result["right"], result
        assert end["status"] == (0 if case.expect == "no LEAK" else 3), result


if __name__ == "__main__":
    main(leaks)
