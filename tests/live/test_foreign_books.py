#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Books as other kernels print them, over this one's: what is odd costs its line, and is said."""
import contextlib
import json
import os
import re
import subprocess
import tempfile

from kleak import KLEAK, PATIENCE, need_root
import tap

ODD_CACHE = ("racing_cache 18446744073709551613 0 192 21 1 : tunables 0 0 0 "
             ": slabdata 0 0 0\n")
ODD_AREA = "0x0000000000000001-0x0000000000000002 -4096 f+0x1/0x2 pages=1 vmalloc\n"


def book(name):
    with open(f"/proc/{name}", encoding="utf-8") as text:
        return text.read()


@contextlib.contextmanager
def over_proc(**texts):
    """What stands before a command that is to see these texts in /proc, in a namespace of its own."""
    with tempfile.TemporaryDirectory() as folder:
        script = ""
        for name, text in texts.items():
            path = os.path.join(folder, name)
            with open(path, "w", encoding="utf-8") as out:
                out.write(text)
            script += f"mount --bind {path} /proc/{name} && "
        script += 'exec "$@"'
        argv = ["unshare", "--mount", "sh", "-c", script, "sh"]
        if subprocess.run([*argv, "true"], stderr=subprocess.DEVNULL, check=False).returncode:
            raise tap.Skip("cannot mount over /proc here")
        yield argv


def run(before, *argv):
    done = subprocess.run([*before, KLEAK, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True, timeout=PATIENCE, check=False)
    assert done.returncode == 0, done.stderr
    return done


def ledger(before):
    return json.loads(run(before, "ledger", "--json", "--duration", "0.1").stdout.splitlines()[-1])


def class_of(statement, name):
    return next(c for c in statement["classes"] if c["class"] == name)


def with_field(name, kilobytes):
    text, nr = re.subn(rf"^{name}: .*$", f"{name}: {kilobytes} kB", book("meminfo"), flags=re.M)
    assert nr == 1, f"no {name} in /proc/meminfo"
    return text


def test_an_odd_line_costs_itself():
    lines = book("slabinfo").splitlines(keepends=True)
    middle = len(lines) // 2
    slabs = "".join(lines[:middle] + [ODD_CACHE] + lines[middle:])
    with over_proc(slabinfo=slabs, vmallocinfo=ODD_AREA + book("vmallocinfo"),
                   meminfo=with_field("Percpu", 18014398509481980)) as before:
        statement = ledger(before)
        text = run(before, "ledger", "--duration", "0.1").stdout
        trace = run(before, "--duration", "1", "--interval", "0.3")
    said = ["1 line of /proc/meminfo was not understood",
            "1 line of /proc/slabinfo was not understood",
            "1 line of /proc/vmallocinfo was not understood"]
    assert statement["unread"] == said, statement["unread"]
    assert statement["caches_total"] > 10 and statement["callers_total"], statement
    assert not class_of(statement, "percpu")["known"]
    assert class_of(statement, "slab_unreclaimable")["known"]
    for sentence in said:
        assert sentence in text, text
    # once, and not in each report; this one reads no vmallocinfo
    for sentence in said[:2]:
        assert trace.stderr.count(sentence) == 1, trace.stderr


def test_vmalloc_used_that_counts_something_else():
    areas = book("vmallocinfo")
    page = os.sysconf("SC_PAGESIZE")
    own = sum(int(pages) * page for pages in re.findall(r"pages=(\d+) vmalloc", areas))
    spanned = sum(int(size) for size in re.findall(r"^0x\S+ +(\d+)", areas, flags=re.M))
    for used, why in ((0, "VmallocUsed is 0"), (spanned // 1024, "VmallocUsed is no RAM")):
        with over_proc(meminfo=with_field("VmallocUsed", used), vmallocinfo=areas) as before:
            statement = ledger(before)
            text = run(before, "ledger", "--duration", "0.1").stdout
        vmalloc = class_of(statement, "vmalloc")
        stacks = class_of(statement, "kernel_stack")["bytes"]
        assert vmalloc["known"] and why in vmalloc["remark"], vmalloc
        assert vmalloc["bytes"] in (own - stacks, own), (vmalloc, own, stacks)
        assert why in text, text


def test_a_sum_above_the_total():
    """Something is counted twice: that is said."""
    with over_proc(meminfo=with_field("MemFree", 1 << 40)) as before:
        statement = ledger(before)
    unaccounted = class_of(statement, "unaccounted")
    assert unaccounted["bytes"] < 0 and "counts twice" in unaccounted["remark"], unaccounted


if __name__ == "__main__":
    need_root()
    tap.main(globals())
