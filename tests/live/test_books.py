#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Against the kernel's own books: /proc/slabinfo, cache by cache, and VmallocUsed."""
import contextlib
import glob
import os
import shutil
import subprocess
import time

from kleak import Kleak, Load, need_root, tap
import books


def flush():
    """Have every cache give back what its CPUs keep: then active objects are exact."""
    for path in glob.glob("/sys/kernel/slab/*/shrink"):
        try:
            with open(path, "w", encoding="utf-8") as shrink:
                shrink.write("1")
        except OSError:
            pass


def mixed_load(seconds):
    """stress-ng where there is one: all of it is freed in the end."""
    if not shutil.which("stress-ng"):
        return contextlib.nullcontext()
    return subprocess.Popen(["stress-ng", "--quiet", "--fork", "1", "--mmap", "1", "--mmap-bytes", "16M",
                             "--sock", "1", "--epoll", "1", "--pipe", "1", "--temp-path", "/tmp",
                             "--timeout", str(seconds)])


def slabinfo():
    with open("/proc/slabinfo", encoding="utf-8") as text:
        return text.read()


def test_slabinfo_agrees_cache_by_cache():
    if not glob.glob("/sys/kernel/slab/*/shrink"):
        raise tap.Skip("/sys/kernel/slab is not there: active objects cannot be told exactly")
    # what is not shown counts, too
    with Load() as load, Kleak("--top", "1", interval=1) as kleak:
        first = kleak.fresh()
        flush()
        before, begun = slabinfo(), kleak.fresh()
        for command in books.KEPT:
            load.do(command)
        with mixed_load(8):
            load.do("churn 8")
        time.sleep(12)  # RCU and kfree_rcu()
        report = kleak.fresh()
        flush()
        after = slabinfo()
        books.compare(before, after, [first, begun, report, kleak.fresh()], os.cpu_count(), alone=False)
        kleak.stop()


def wait_for_tables():
    """Those of the kleak before are freed after its end, and lie in vmalloc."""
    same, end, used = 0, time.monotonic() + 30, None
    while same < 10 and time.monotonic() < end:
        time.sleep(0.1)
        with open("/proc/meminfo", encoding="ascii") as text:
            now = next(line for line in text if line.startswith("VmallocUsed:"))
        same = same + 1 if now == used else 0
        used = now


def test_vmallocused_agrees():
    wait_for_tables()
    with Load() as load, Kleak("--origin", "vmalloc", interval=1) as kleak:
        kleak.fresh()
        load.do("map 40")
        report = kleak.fresh()
        book = next(c for c in report["ledger"] if c["class"] == "vmalloc")
        assert book["traced_bytes"] >= 40 << 20
        assert abs(book["explained_share"] - 1) < 0.01, book
        load.do("free")
        report = kleak.until(lambda r: r["ledger"][2]["traced_bytes"] < 1 << 20, patience=20)
        book = next(c for c in report["ledger"] if c["class"] == "vmalloc")
        assert abs(book["kernel_delta_bytes"] - book["traced_bytes"]) < 1 << 18, book
        kleak.stop()


need_root()
if __name__ == "__main__":
    tap.main(globals())
