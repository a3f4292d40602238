#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The kernel's own books: kleak ledger on this kernel."""
import json
import os
import subprocess
import tempfile

from kleak import KLEAK, check_schema, need_root, run, tap


def statements(*argv, **more):
    done = run("ledger", "--json", *argv, **more)
    assert done.returncode == 0, done.stderr
    check_schema("ledger", done.stdout)
    return [json.loads(line) for line in done.stdout.splitlines()]


def classes(statement):
    return {c["class"]: c for c in statement["classes"]}


def test_classes_add_up_and_stream():
    stream = statements("--interval", "0.2", "--duration", "3")
    assert len(stream) >= 10 and stream[-1]["final"] and not stream[0]["final"]
    for statement in stream:
        total = sum(c["bytes"] for c in statement["classes"] if not c["outside_total"])
        assert total == statement["total_bytes"], (total, statement["total_bytes"])
    last = stream[-1]
    assert last["available"]["growth_bytes_per_min"] is not None
    assert stream[0]["available"]["growth_bytes_per_min"] is None
    dentry = next(c for c in last["caches"] if c["name"] == "dentry")
    assert dentry["reclaimable"] is True and dentry["active_objects"] > 0
    assert not last["unread"], last["unread"]
    assert any(c["aliases"] for c in last["caches"])


def test_unprivileged():
    done = subprocess.run(["setpriv", "--reuid", "65534", "--clear-groups", KLEAK, "ledger", "--json",
                           "--duration", "0.2", "--interval", "0.1"], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode and "setpriv" in done.stderr:
        raise tap.Skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    statement = json.loads(done.stdout.splitlines()[-1])
    assert any("/proc/slabinfo" in sentence for sentence in statement["unread"]), statement["unread"]
    assert classes(statement)["slab_unreclaimable"]["bytes"] > 0


def left_behind(nr):
    """What `kleak ledger` says that a command left which makes `nr` message queues."""
    with tempfile.NamedTemporaryFile("r") as ids:
        try:
            before, after = statements(
                "--", "sh", "-c", f"for i in $(seq {nr}); do ipcmk -Q; done > {ids.name}")
        finally:
            made = [line.split()[-1] for line in ids if line.strip()]
            subprocess.run(["ipcrm"] + [word for queue in made for word in ("-q", queue)], check=True)
    assert len(made) == nr, len(made)
    assert (before["phase"], after["phase"]) == ("before", "after")
    grown = {c["name"]: c["delta_objects"] for c in after["caches"]}
    return grown["kmalloc-256"] + grown.get("kmalloc-cg-256", 0)


def test_what_a_command_leaves_behind():
    # What CPUs keep of a cache counts as in use, before and after; and others, tests that run beside this one among
    # them, make queues and remove them.
    said = [left_behind(1500)]
    while not 1000 <= said[-1] <= 2500 and len(said) < 4:
        said.append(left_behind(1500))
    assert 1000 <= said[-1] <= 2500, said


def test_drop_caches_says_so():
    done = run("ledger", "--json", "--drop-caches", "--duration", "0.3", "--interval", "0.2")
    assert done.returncode == 0 and "dropped before each reading" in done.stderr, done.stderr
    assert all(json.loads(line)["caches_dropped"] for line in done.stdout.splitlines())


def test_status_of_a_command():
    assert run("ledger", "--", "sh", "-c", "exit 7").returncode == 7
    for command, status in (("/no/such/command", 127), ("no-such-command", 127), ("/etc/passwd", 126)):
        done = run("ledger", "--", command)
        assert done.returncode == status and command in done.stderr, done
        assert not done.stdout and done.stderr.count("\n") == 1, done


def test_bad_input():
    for argv, part in ((["ledger", "--pid", "1"], "--pid belongs to kleak and kleak diagnose"),
                       (["ledger", "--for", "3m"], "kleak diagnose"),
                       (["diagnose", "--for", "20s"], "--evidence"),
                       (["diagnose", "--for", "soon"], "2h"),
                       (["diagnose", "extra"], "unexpected"),
                       (["--drop-caches"], "kleak ledger"),
                       (["--now"], "kleak diagnose"),
                       (["kmemleak"], "scan, list or clear"),
                       (["kmemleak", "dance"], "scan, list or clear")):
        done = run(*argv)
        assert done.returncode == 2, (argv, done)
        assert part in done.stderr and done.stderr.count("\n") == 1, (argv, done.stderr)


def test_kmemleak_is_not_here():
    if os.path.exists("/sys/kernel/debug/kmemleak"):
        raise tap.Skip("this kernel has kmemleak")
    done = run("kmemleak", "scan")
    assert done.returncode == 1 and "CONFIG_DEBUG_KMEMLEAK" in done.stderr, done


need_root()
if __name__ == "__main__":
    tap.main(globals())
