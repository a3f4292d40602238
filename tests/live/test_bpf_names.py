#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""BPF programs in call stacks: each is called by its own name, whoever had its addresses before."""
import os
import re
import time

from kleak import ROOT, Kleak, Load, need_root, tap

JIT = os.path.join(ROOT, "build", "live-jit")
REUSED = 3  # addresses that two programs were seen to have, one after the other
ROUNDS = 300
STAYS = 25
VALUE = 4096  # bytes of an array


class Jit(Load):
    """A process whose BPF programs allocate."""

    def __init__(self):
        super().__init__(JIT)

    def answer(self):
        lines = []
        while True:
            line = self.process.stdout.readline().strip()
            if line == "ok":
                return lines
            if not line or line.startswith("failed"):
                raise tap.Skip(f"BPF programs that make maps cannot run here: {line}")
            lines.append(line)

    def load(self, name):
        """The first and the last address of its code."""
        [line] = self.do(f"load {name}")
        return tuple(int(word, 16) for word in line.split())


def frame_of(site):
    """The program's frame in a stack that makes an array, not what the slab allocator notes of it."""
    if site["bytes"] < site["objects"] * VALUE:
        return None
    names = [frame["symbol"] or "" for frame in site["stack"]]
    if not any(name.startswith("array_map_alloc") for name in names):
        return None
    for callee, frame in zip(site["stack"], site["stack"][1:]):
        if re.match(r"_*(bpf_sys_bpf|sys_bpf|kern_sys_bpf)", callee["symbol"] or "") and frame["module"] != callee["module"]:
            return frame
    return None


def made(report):
    """{program: objects}; those without a name are None's."""
    sums = {}
    for site in report["sites"]:
        frame = frame_of(site)
        if frame:
            found = re.fullmatch(r"bpf_prog_[0-9a-f]{16}_(\w+)", frame["symbol"] or "")
            assert frame["module"] == "bpf", site["stack"]
            assert found or frame["symbol"] is None, site["stack"]
            name = found.group(1) if found else None
            sums[name] = sums.get(name, 0) + site["objects"]
    return sums


def churn(jit, names, rounds, expected, pause=0.03):
    """Load, run and unload one after the other; how often one was exactly where another one had been."""
    was_at, reused = {}, 0
    for i in range(rounds):
        name = names[i % len(names)]
        start, _ = jit.load(name)
        reused += was_at.get(start, name) != name
        was_at[start] = name
        jit.do(f"run {name} {i % len(names) + 1}")
        expected[name] = expected.get(name, 0) + i % len(names) + 1
        jit.do(f"unload {name}")
        time.sleep(pause)
        if reused >= REUSED and i % len(names) == len(names) - 1:
            break
    return reused


def test_programs_at_reused_addresses_have_their_own_names_and_counts():
    expected = {}
    with Kleak(interval=1) as kleak, Jit() as jit:
        reused = churn(jit, ("alpha", "beta", "gamma"), ROUNDS, expected)
        report = kleak.until(lambda r: made(r) == expected, 10)
        kleak.stop()
    if reused < REUSED:
        raise tap.Skip("no program was loaded to where another one had been")
    assert made(report) == expected, (made(report), expected)


def test_a_program_that_came_later_and_stays_is_named():
    expected = {"stays": STAYS}
    with Kleak(interval=1) as kleak, Jit() as jit:
        jit.load("stays")
        jit.do(f"run stays {STAYS}")
        assert made(kleak.fresh()) == expected
        churn(jit, ("alpha", "beta"), 20, expected)
        jit.do("run stays 5")
        expected["stays"] += 5
        report = kleak.until(lambda r: made(r) == expected, 10)
        assert made(report) == expected, (made(report), expected)
        jit.do("unload stays")
        report = kleak.until(lambda r: made(r) == expected, 10)
        assert made(report) == expected, (made(report), expected)
        kleak.stop()


def test_a_program_of_before_is_named_until_another_one_has_its_place():
    expected = {"first": 7}
    with Jit() as jit:
        jit.load("first")
        with Kleak(interval=1) as kleak:
            jit.do("run first 7")
            assert made(kleak.fresh()) == expected
            jit.do("unload first")
            time.sleep(0.1)
            churn(jit, ("second", "third"), 20, expected)
            report = kleak.until(lambda r: made(r) == expected, 10)
            kleak.stop()
    assert made(report) == expected, (made(report), expected)


need_root()
if __name__ == "__main__":
    tap.main(globals())
