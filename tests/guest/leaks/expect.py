# SPDX-License-Identifier: GPL-2.0-only
"""
What was expected of a diagnosis, and what it says: values in, values out.

The language, a line for a case:
  LEAK at FUNCTION [MODULE]       the first row called LEAK is headed by FUNCTION, and the page names MODULE
  STOPPED at FUNCTION [MODULE]    a row of it says that it is kept, whether or not it grows on
  HELD BY COMM: KIND              somewhere it is laid at that program's door, with a kind that matches KIND
  OFFLINE CGROUPS                 somewhere it says so
  no LEAK                         nothing is called a LEAK
KIND is a regular expression.  Doors other than LEAK are looked for in every sentence of the page, whichever
key it stands at.
"""
import re
from typing import NamedTuple

GRAMMAR = re.compile(r"(LEAK|STOPPED) at (\w+)(?: \[(\w+)\])?|HELD BY (\w+): (.+)|(OFFLINE CGROUPS)|(no LEAK)")
KEPT = ("LEAK", "STOPPED", "HELD")


class Answer(NamedTuple):
    """right: as expected.  door: what it was laid at, "" for nothing.  named: whether FUNCTION is in a
    row's stack at least.  false: an innocent was accused."""
    right: bool
    named: bool
    door: str
    why: str = ""


def frames(site):
    return [(f["symbol"] or "?").split(".")[0] for f in site["stack"]]


def label(page, index):
    """A row as the page heads it: its first frame and the module that the page names."""
    site = page["report"]["sites"][index]
    module = page["modules"][index]["name"] if index < len(page["modules"]) else None
    stack = frames(site)
    return (stack[0] if stack else "?"), module


def said(value):
    """Every string of the page."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for part in value.values():
            yield from said(part)
    elif isinstance(value, list):
        for part in value:
            yield from said(part)


def rows(page, verdicts):
    if not page["report"]:
        return []
    return [i for i, s in enumerate(page["report"]["sites"]) if s["verdict"]["name"] in verdicts]


def doors(page):
    """What the page lays it at: the first LEAK, else the first program or cgroups."""
    leaks = rows(page, ("LEAK",))
    if leaks:
        function, module = label(page, leaks[0])
        return f"LEAK at {function} [{module or 'kernel'}] {page['report']['sites'][leaks[0]]['cache']}"
    for sentence in said(page):
        if sentence.startswith(("HELD BY ", "HELD: ", "OFFLINE CGROUPS")):
            return sentence
    return ""


def growth(page, expectation):
    """Bytes a minute of all rows called LEAK that have the expected FUNCTION in their stack."""
    function = GRAMMAR.fullmatch(expectation)[2]
    found = [page["report"]["sites"][i] for i in rows(page, ("LEAK",))]
    return sum(s["verdict"]["rate_bytes_per_min"] or 0 for s in found if function in frames(s))


def judge_row(page, verdicts, function, module):
    found = rows(page, verdicts)
    named = any(function in frames(page["report"]["sites"][i]) for i in found)
    if not found:
        return Answer(False, False, doors(page))
    headed = [label(page, i) for i in (found[:1] if verdicts == ("LEAK",) else found)]
    right = any(head == function and module in (None, of) for head, of in headed)
    return Answer(right, named, doors(page))


def judge(page, expectation):
    """The answer of a page, as parsed from its JSON."""
    match = GRAMMAR.fullmatch(expectation)
    assert match, f"{expectation!r} is not in the language"
    verdict, function, module, comm, kind, offline, none = match.groups()
    if verdict:
        return judge_row(page, ("LEAK",) if verdict == "LEAK" else KEPT, function, module)
    if none:
        accused = rows(page, ("LEAK",))
        return Answer(not accused, False, doors(page))
    words = list(said(page))
    if offline:
        right = any(w.startswith("OFFLINE CGROUPS") for w in words)
    else:
        # "HELD BY python3[4711]: 775 open files, +10/s", "HELD: 1,006 SysV queues, created by python3"
        right = any(w.startswith("HELD") and re.search(rf"\b{comm}\b", w) and re.search(kind, w) for w in words)
    # what a program keeps is no leak of the kernel, whatever else is said
    return Answer(right and not rows(page, ("LEAK",)), right, doors(page))
