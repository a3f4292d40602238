#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The books of cgroups, on whichever hierarchy this machine counts memory in."""
import contextlib
import itertools
import json
import os
import signal
import subprocess
import threading
import time

from kleak import KLEAK, Load, Process, check_schema, need_root, run, tap

NAME = "kleak test \t\"quoted\" \x1b[31m"  # terminals and JSON have to stand it; the kernel refuses newlines
MESSAGE = 2048 + 8  # bytes: the object of 1048, and where it is charged


@contextlib.contextmanager
def stream(*argv):
    """Statements as they are made."""
    with Process([KLEAK, "ledger", "--json", "--interval", "0.1", *argv], stdout=subprocess.PIPE, text=True) as kleak:
        lines = []
        yield map(json.loads, (lines.append(line) or line for line in kleak.stdout))
        kleak.send_signal(signal.SIGINT)
        kleak.communicate()
    assert kleak.returncode == 0, kleak.returncode
    check_schema("cgroups", "".join(lines))


def hierarchy():
    done = run("ledger", "--json", "--cgroups", "--duration", "0.1")
    if done.returncode:
        raise tap.Skip(done.stderr.strip())
    page = json.loads(done.stdout.splitlines()[0])
    return page["mount"], page["cgroup_version"]


def put(folder, name, text):
    with open(os.path.join(folder, name), "w", encoding="ascii") as file:
        file.write(text)


@contextlib.contextmanager
def cgroup(name=NAME):
    mount, version = hierarchy()
    folder = os.path.join(mount, f"{name}{os.getpid()}")
    try:
        if version == 2:
            put(mount, "cgroup.subtree_control", "+memory")
        os.mkdir(folder)
    except OSError as error:
        raise tap.Skip(f"no cgroup can be made here: {error}") from error
    try:
        yield folder, version
    finally:
        for _ in range(50):  # who was in there may still be on the way out
            with contextlib.suppress(OSError):
                os.rmdir(folder)
            if not os.path.exists(folder):
                break
            time.sleep(0.1)


def limit(folder, version, size):
    put(folder, "memory.max" if version == 2 else "memory.limit_in_bytes", str(size))


def row(page, folder):
    return next(r for r in page["cgroups"] if r["path"] == "/" + os.path.basename(folder))


def test_what_is_allocated_is_in_its_books():
    with cgroup() as (folder, version), Load() as load:
        limit(folder, version, 512 << 20)
        put(folder, "cgroup.procs", str(load.pid))
        load.do("message 10")  # what comes once
        with stream("--cgroup", folder) as pages:
            first = next(pages)["cgroups"][0]
            load.do("message 4000")
            next(pages)  # which may have been made already
            page = next(pages)
        last = page["cgroups"][0]
        assert page["one"] and last["path"] == "/" + os.path.basename(folder), last["path"]
        assert last["max_bytes"] == 512 << 20 and last["limit"]["path"] == last["path"], last
        grown = last["kernel"]["bytes"] - first["kernel"]["bytes"]
        # 400 queues, and what CPUs are charged ahead
        assert 4000 * MESSAGE <= grown <= 4000 * MESSAGE + 400 * 600 + (1 << 20), grown
        known = [c for c in last["classes"] if c["known"]]
        assert sum(c["bytes"] for c in known) == last["usage_bytes"], known


def test_near_its_limit():
    with cgroup("kleak-near-") as (folder, version), Load() as load:
        limit(folder, version, 24 << 20)
        put(folder, "cgroup.procs", str(load.pid))
        over = threading.Event()

        def drip():
            while not over.wait(0.1):
                load.do("message 200")

        thread = threading.Thread(target=drip)
        thread.start()
        try:
            with stream("--cgroup", folder) as pages:
                states = (page["cgroups"][0]["near_limit"] for page in itertools.islice(pages, 60))
                near = next((state for state in states if state["state"] == "near"), None)
        finally:
            over.set()
            thread.join()
        assert near and 0 < near["soonest_s"] <= near["oom_s"] < 120, near
        assert near["growing"] in ("slab_unreclaimable", "kernel_other"), near


def test_they_come_and_go():
    with cgroup() as (folder, _):
        with stream("--cgroups") as pages:
            next(pages)
            os.mkdir(folder + "/below")
            below = next(r for page in pages for r in page["cgroups"] if r["path"].endswith("/below"))
            os.rmdir(folder + "/below")
            last = next(page for page in pages if page["gone"])
        assert below["came"] and below["path"] == "/" + os.path.basename(folder) + "/below", below
        assert last["came"] >= 1 and below["id"] not in {r["id"] for r in last["cgroups"]}, last
        text = run("ledger", "--cgroups", "--top", "0", "--duration", "0.1").stdout
        assert "\x1b" not in text and "\\x1b[31m" in text, text


def test_one_that_is_removed_ends_it():
    with cgroup() as (folder, _):
        with stream("--cgroup", "/" + os.path.basename(folder)) as pages:
            next(pages)
            os.rmdir(folder)
            last = list(pages)[-1]
    assert last["final"] and last["cgroups"][0]["gone"], last


def test_bad_input():
    hierarchy()
    for path, part in (("no such cgroup", "there is no cgroup"), ("/proc", "is no cgroup whose memory is counted here"),
                       ("/../x", "cgroup namespace")):
        done = run("ledger", "--cgroup", path, "--duration", "1")
        assert done.returncode == 1 and part in done.stderr and done.stderr.count("\n") == 1, done
        assert not done.stdout, done.stdout


need_root()
if __name__ == "__main__":
    tap.main(globals())
