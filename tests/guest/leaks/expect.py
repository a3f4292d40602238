# SPDX-License-Identifier: GPL-2.0-only
"""
What was expected of a diagnosis, and what it says: values in, values out.

The language, a line for a case:
  LEAK at FUNCTION [MODULE]       the first row called LEAK is headed by FUNCTION, and the page names MODULE
  ..., in bursts                  and its first site says that they came in bursts
  ..., freed by OTHER             and others of that row's first site are mostly freed by a call from OTHER
  STOPPED at FUNCTION [MODULE]    a site of it says that it is kept, and that no more came; or it is a LEAK
  HELD BY COMM: KIND              somewhere it is laid at that program's door, with a kind that matches KIND
  OFFLINE CGROUPS                 somewhere it says so
  no LEAK                         nothing is called a LEAK
KIND is a regular expression.  Doors other than LEAK are looked for in every sentence of the page, whichever
key it stands at.
"""
import re
from typing import NamedTuple

GRAMMAR = re.compile(r"(LEAK|STOPPED) at (\w+)(?: \[(\w+)\])?(, in bursts)?(?:, freed by (\w+))?|HELD BY (\w+): (.+)"
                     r"|(OFFLINE CGROUPS)|(no LEAK)")
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


def groups(page, verdicts):
    """Sites with one cause are one row of the page, the worst first."""
    return [g for g in page["groups"] if g["verdict"] in verdicts]


def label(group):
    """A row as the page heads it: the first function, and the modules that the page names."""
    head = group["headline"][0]["symbol"] if group["headline"] else None
    return (head or "?").split(".")[0], [m["name"] for m in group["modules"]]


def stacks(page, group):
    """The functions in the stacks of a row's sites."""
    sites = {s["id"]: s for s in page["report"]["sites"]}
    return {f for member in group["sites"] if member["id"] in sites for f in frames(sites[member["id"]])}


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


def doors(page):
    """What the page lays it at: the first LEAK, else the first program or cgroups."""
    for group in groups(page, ("LEAK",)):
        function, modules = label(group)
        return f"LEAK at {function} [{', '.join(modules) or 'kernel'}] {group['sites'][0]['cache']}"
    for sentence in said(page):
        if sentence.startswith(("HELD BY ", "HELD: ", "OFFLINE CGROUPS")):
            return sentence
    return ""


def growth(page, expectation):
    """Bytes a minute of all rows called LEAK that have the expected FUNCTION in a stack."""
    function = GRAMMAR.fullmatch(expectation)[2]
    return sum(g["growth_bytes_per_min"] or 0 for g in groups(page, ("LEAK",)) if function in stacks(page, g))


def freers(page, group):
    """The functions that most often free what the first site of a row allocates."""
    first = first_site(page, group)
    return frames(first["freed_by"]["stacks"][0]) if first["freed_by"] else []


def shape(site):
    """When what stays of it came: "ongoing", "bursts", "stopped"; None: too few to tell."""
    return (site["verdict"]["arrivals"] or {"shape": None})["shape"]


def first_site(page, group):
    """The site that stands for a row."""
    return next(s for s in page["report"]["sites"] if s["id"] == group["sites"][0]["id"])


def judge_leak(page, function, module, bursts=None, freer=None):
    found = groups(page, ("LEAK",))
    if not found:
        return Answer(False, False, doors(page))
    head, modules = label(found[0])
    return Answer(head == function and (not module or module in modules) and
                  (not bursts or shape(first_site(page, found[0])) == "bursts") and
                  (not freer or freers(page, found[0])[:1] == [freer]),
                  any(function in stacks(page, g) for g in found), doors(page))


def judge_stopped(page, function, module, *_):
    """What came and no more comes stands among the sites, under its stack's first function."""
    if judge_leak(page, function, module).right:
        return Answer(True, True, doors(page))
    sites = page["report"]["sites"] if page["report"] else []
    kept = [s for s in sites if s["verdict"]["name"] in KEPT and function in frames(s)]
    right = any(frames(s)[0] == function and module in (None, s["stack"][0]["module"]) and shape(s) == "stopped"
                for s in kept)
    return Answer(right, bool(kept), doors(page))


def judge(page, expectation):
    """The answer of a page, as parsed from its JSON."""
    match = GRAMMAR.fullmatch(expectation)
    assert match, f"{expectation!r} is not in the language"
    verdict, function, module, bursts, freer, comm, kind, offline, none = match.groups()
    if verdict:
        return (judge_leak if verdict == "LEAK" else judge_stopped)(page, function, module, bursts, freer)
    if none:
        accused = groups(page, ("LEAK",))
        return Answer(not accused, False, doors(page))
    words = list(said(page))
    if offline:
        right = any(w.startswith("OFFLINE CGROUPS") for w in words)
    else:
        # "HELD BY python3[4711]: 775 open files, +10/s", "HELD: 1,006 SysV queues, created by python3"
        right = any(w.startswith("HELD") and re.search(rf"\b{comm}\b", w) and re.search(kind, w) for w in words)
    # what a program keeps is no leak of the kernel, whatever else is said
    return Answer(right and not groups(page, ("LEAK",)), right, doors(page))
