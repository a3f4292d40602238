#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The corpus of leaks: what it counts as right, and that its cases are whole."""
import os
import re
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
LEAKS = os.path.join(ROOT, "tests/guest/leaks")
sys.path[:0] = [os.path.join(ROOT, "tests"), LEAKS]
import cases  # noqa: E402
import expect  # noqa: E402
import tap  # noqa: E402


def text(name):
    with open(os.path.join(LEAKS, name), encoding="utf-8") as file:
        return file.read()


def page(*rows, next_steps=()):
    """A page with these rows, a site each: verdict, frames from the headline on, the module that is named."""
    groups, sites = [], []
    for i, (verdict, frames, module) in enumerate(rows):
        stack = [{"symbol": frame, "module": module} for frame in frames]
        sites.append({"id": f"{i:x}", "verdict": {"name": verdict, "arrivals": None}, "cache": "kmalloc-64", "stack": stack})
        if verdict in ("LEAK", "GROWING"):
            groups.append({"verdict": verdict, "headline": stack[:3], "growth_bytes_per_min": 100,
                           "modules": [{"name": module}] if module else [],
                           "sites": [{"id": f"{i:x}", "cache": "kmalloc-64"}]})
    return {"report": {"sites": sites}, "groups": groups, "next": list(next_steps)}


GUILTY = ("LEAK", ["lose_it.isra.0", "leak_write", "vfs_write"], "leak_it")
VICTIM = ("LEAK", ["shmem_alloc_inode", "alloc_inode"], None)
HIDDEN = ("LEAK", ["__alloc_skb", "lose_it"], None)


def test_a_leak_is_right_at_the_head_of_the_first_row():
    answer = expect.judge(page(GUILTY, VICTIM), "LEAK at lose_it [leak_it]")
    assert answer.right and answer.named and "lose_it [leak_it]" in answer.door, answer
    assert expect.judge(page(VICTIM), "LEAK at shmem_alloc_inode").right


def test_a_victim_first_is_a_wrong_door():
    answer = expect.judge(page(VICTIM, GUILTY), "LEAK at lose_it [leak_it]")
    assert not answer.right and answer.named and "shmem_alloc_inode" in answer.door, answer


def test_a_constructor_at_the_head_is_not_right():
    answer = expect.judge(page(HIDDEN), "LEAK at lose_it [leak_it]")
    assert not answer.right and answer.named, answer


def test_the_module_has_to_be_named():
    other = ("LEAK", ["lose_it"], None)
    assert not expect.judge(page(other), "LEAK at lose_it [leak_it]").right


def test_who_frees_has_to_be_told():
    wanted, told = "LEAK at lose_it [leak_it], freed by find_it", page(GUILTY)
    site = told["report"]["sites"][0]
    site["freed_by"] = None
    assert not expect.judge(told, wanted).right
    for frames, right in ((["find_it", "vfs_write"], True), (["vfs_write", "find_it"], False)):
        site["freed_by"] = {"noted": 3, "stacks": [{"frees": 3, "stack": [{"symbol": f} for f in frames]}]}
        assert expect.judge(told, wanted).right is right, frames
    assert expect.judge(told, "LEAK at lose_it [leak_it]").right


def test_growth_is_that_of_all_rows_of_the_function():
    assert expect.growth(page(GUILTY, VICTIM, HIDDEN), "LEAK at lose_it [leak_it]") == 200
    assert expect.growth(page(GUILTY), "HELD BY actor: file") == 0


def test_growing_is_no_answer():
    growing = ("GROWING", ["lose_it"], "leak_it")
    answer = expect.judge(page(growing), "LEAK at lose_it [leak_it]")
    assert not answer.right and not answer.named and answer.door == "", answer


def test_nothing_traced_is_no_answer():
    nothing = {"report": None, "groups": [], "next": []}
    assert not expect.judge(nothing, "LEAK at lose_it").right
    assert not expect.judge(nothing, "HELD BY actor: file").right
    assert expect.judge(nothing, "no LEAK").right


def test_what_stopped_may_be_held():
    held = page(("HELD", ["lose_it"], "leak_it"))
    assert not expect.judge(held, "STOPPED at lose_it [leak_it]").right
    for shape, right in (("ongoing", False), ("stopped", True)):
        held["report"]["sites"][0]["verdict"]["arrivals"] = {"shape": shape}
        assert expect.judge(held, "STOPPED at lose_it [leak_it]").right is right, shape
    assert expect.judge(page(GUILTY), "STOPPED at lose_it [leak_it]").right
    assert not expect.judge(held, "LEAK at lose_it [leak_it]").right


def test_bursts_have_to_be_told():
    wanted, told = "LEAK at lose_it [leak_it], in bursts", page(GUILTY)
    for arrivals, right in ((None, False), ({"shape": "ongoing"}, False), ({"shape": "bursts"}, True)):
        told["report"]["sites"][0]["verdict"]["arrivals"] = arrivals
        assert expect.judge(told, wanted).right is right, arrivals


def test_a_program_that_holds_is_named_with_what_it_holds():
    words = ["HELD BY actor[71]: 775 open files, +10/s"]
    assert expect.judge(page(next_steps=words), "HELD BY actor: file").right
    assert not expect.judge(page(next_steps=words), "HELD BY actor: eventfd").right
    assert not expect.judge(page(next_steps=words), "HELD BY python3: file").right
    assert expect.judge(page(next_steps=["HELD: 1,006 SysV queues, created by actor (ipcs -q)"]),
                        "HELD BY actor: SysV").right


def test_a_leak_beside_it_is_the_wrong_door():
    words = ["HELD BY actor[71]: 775 open files, +10/s"]
    assert not expect.judge(page(VICTIM, next_steps=words), "HELD BY actor: file").right


def test_offline_cgroups_are_named():
    assert expect.judge(page(next_steps=["OFFLINE CGROUPS: 157, pinned by tmpfs pages"]), "OFFLINE CGROUPS").right
    assert not expect.judge(page(VICTIM), "OFFLINE CGROUPS").right


def test_an_innocent_that_is_accused_is_not_right():
    assert not expect.judge(page(GUILTY), "no LEAK").right
    assert expect.judge(page(("HELD", ["a"], None)), "no LEAK").right


def test_the_cases_are_whole():
    every = cases.LEAKS + cases.INNOCENTS
    assert len(cases.LEAKS) >= 24 and len(cases.INNOCENTS) >= 14
    assert len({c.name for c in every}) == len(every)
    deeds, readme = set(re.findall(r'\{"([\w-]+)", \w+\}', text("actor.c"))), text("README.md")
    for case in every:
        assert expect.GRAMMAR.fullmatch(case.expect), case
        assert f"| {case.name} |" in readme, f"README.md does not list {case.name}"
        if not case.does.startswith("sh:"):
            assert case.does.split()[0] in deeds, case
        if case.module:
            source = text(f"{case.module}.c")
            assert case.expect == "no LEAK" or "Source: " in source, f"{case.module}.c does not say its source"
            named = re.search(r"at (\w+) \[", case.expect)
            assert not named or f" {named[1]}(" in source, f"{case.module}.c has no {named[1]}"


if __name__ == "__main__":
    tap.main(globals())
