#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Whose handle is it: a program that keeps files and queues is found, by name and PID."""
import os
import re
import subprocess
import threading

from kleak import ROOT, Load, need_root, tap

HANDLES = os.path.join(ROOT, "build", "live-handles")
SECONDS = 9
STEP_S = 0.25


class Held:
    """A line of live-handles."""

    def __init__(self, line):
        self.word, self.kind, pid, per_s, sure, ratio, self.text = line.split(" ", 6)
        self.pid, self.per_s, self.sure, self.ratio = int(pid), float(per_s), sure == "1", float(ratio)


def watch(how, orders, *question, first=()):
    """
    What live-handles says while a program does the orders four times a second, the first ones once: the
    program's PID, lines.
    """
    with Load() as load:
        for order in first:
            load.do(order)
        done = threading.Event()

        def keep():
            while not done.wait(STEP_S):
                for order in orders:
                    load.do(order)

        thread = threading.Thread(target=keep)
        thread.start()
        try:
            words = [w.format(pid=load.pid) for w in question]
            ran = subprocess.run([HANDLES, how, str(SECONDS), *words], stdout=subprocess.PIPE,
                                 stderr=subprocess.PIPE, text=True, timeout=60, check=False)
        finally:
            done.set()
            thread.join()
        if ran.returncode and how == "iterator":
            raise tap.Skip(ran.stderr.strip())
        assert ran.returncode == 0, ran.stderr
        return load.pid, [Held(line) for line in ran.stdout.splitlines() if not line.startswith("read ")]


def only(lines, word, kind, pid):
    found = [h for h in lines if h.word == word and h.kind == kind and h.pid == pid]
    assert len(found) == 1, [vars(h) for h in lines]
    return found[0]


def check_eventfds(how):
    pid, lines = watch(how, ["eventfd 5"], "20", "0", "do_eventfd", "__x64_sys_eventfd2")
    grows = only(lines, "grows", "eventfd", pid)
    assert 12 < grows.per_s < 24, vars(grows)
    answers = [h for h in lines if h.word == "explains"]
    first = answers[0]
    assert (first.kind, first.pid, first.sure) == ("eventfd", pid, True), [vars(h) for h in answers]
    assert re.fullmatch(rf"HELD BY live-load\[{pid}\]: [\d,]+ eventfds, \+\d+/s", first.text), first.text
    assert not [h for h in answers if h.sure and h.pid != pid], [vars(h) for h in answers]


def test_eventfds():
    check_eventfds("iterator")


def test_eventfds_by_proc():
    check_eventfds("proc")


def test_sockets_are_told_by_protocol():
    pid, lines = watch("iterator", ["socket 3"])
    assert " sockets (UNIX), " in "\n".join(h.text for h in lines if h.pid == pid), [vars(h) for h in lines]
    assert only(lines, "grows", "file", pid)


def test_queues():
    # queues belong to a user: other tests have some, too
    pid, lines = watch("iterator", ["queue 6"], "24", "{pid}", "newque", "ipcget", "__x64_sys_msgget",
                       first=["user 54321"])
    first = [h for h in lines if h.word == "explains"][0]
    assert (first.kind, first.sure) == ("sysv_queue", True), vars(first)
    assert re.fullmatch(rf"HELD: [\d,]+ SysV queues, \+\d+/s, created by live-load\[{pid}\] \(ipcs -q\)",
                        first.text), first.text


def test_what_nothing_explains():
    """A site that grows without a handle: nobody is named for certain."""
    _, lines = watch("iterator", ["eventfd 1"], "400", "0", "do_eventfd", "__x64_sys_eventfd2")
    assert [h for h in lines if h.word == "grows" and h.kind == "eventfd"]
    assert not [h for h in lines if h.word == "explains" and h.sure], [vars(h) for h in lines]
    _, lines = watch("iterator", [], "20", "0", "leak_slowly", "process_one_work")
    assert not [h for h in lines if h.word == "explains" and h.sure], [vars(h) for h in lines]


if __name__ == "__main__":
    need_root()
    tap.main(globals())
