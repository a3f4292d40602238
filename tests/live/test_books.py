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


def meminfo():
    with open("/proc/meminfo", encoding="ascii") as text:
        return text.read()


def late():
    """
    Bytes of a class that all CPUs together may not have entered into the kernel's book, at both readings
    (mm/vmstat.c, calculate_normal_threshold()).
    """
    with open("/proc/zoneinfo", encoding="ascii") as text:
        most = max(int(line.split()[-1]) for line in text if "vm stats threshold" in line)
    return 2 * most * os.cpu_count() * os.sysconf("SC_PAGESIZE")


def unseen(report, before, after):
    """Inodes of /proc and their dentries that no event told of: some kernels hide what PID 1 does."""
    grew = books.slabinfo(after)[0].get("proc_inode_cache", 0) - books.slabinfo(before)[0].get("proc_inode_cache", 0)
    live = unknown = 0
    for cache in report["caches"]:
        if cache["name"] == "proc_inode_cache":
            live, unknown = live + cache["live"], unknown + cache["unknown_frees"]
    return 1200 * max(0, grew - (live - unknown))


def check_percpu(report, mem):
    """Where the kernel tells where its variables are; nothing is known elsewhere."""
    with open("/proc/kallsyms", encoding="ascii") as text:
        tells = any(line.endswith(" pcpu_chunk_lists\n") for line in text)
    if tells:
        books.check_percpu(report, mem, os.cpu_count())
        return
    book = next(book for book in report["ledger"] if book["class"] == "percpu")
    assert book["older_bytes"] is book["room_bytes"] is book["rest_bytes"] is None, book


def test_the_books_close():
    wait_for_tables()
    if not os.access("/proc/slabinfo", os.R_OK):
        raise tap.Skip("/proc/slabinfo cannot be read: nothing tells what of slabs is in use")
    before = slabinfo()
    with Load() as load, Kleak("--top", "1", interval=1) as kleak:
        # older memory is what others have allocated before
        for command in ("queue 500", "message 500", "map 4"):
            load.do(command)
        with mixed_load(6):
            load.do("churn 6")
        # where reading what is in use takes long it is left out of reports
        busy = kleak.until(lambda r: r["ledger"][0]["rest_bytes"] is not None)
        mem = meminfo()
        books.check_closed(busy, mem, late(), unseen(busy, before, slabinfo()))
        check_percpu(busy, mem)
        load.do("free")
        time.sleep(3)  # until every CPU has entered its part
        report = kleak.stop()
        books.check_closed(report, meminfo(), 0, unseen(report, before, slabinfo()))
        check_percpu(report, meminfo())


def test_older_memory_is_told():
    wait_for_tables()
    with Load() as load:
        for command in ("queue 2000", "message 2000", "eventfd 2000", "map 16"):
            load.do(command)
        with Kleak("--top", "1", interval=1) as kleak:
            kleak.fresh()
            load.do("free")
            time.sleep(8)  # RCU and what vfree() leaves to others
            report = kleak.stop()
            older = {book["class"]: book["older_bytes"] for book in report["ledger"]}
            # 2000 messages of 1 KB and more, as many queues and files; an area of 16 MB
            assert older["slab_unreclaimable"] < -(3 << 20), older
            assert older["vmalloc"] <= -(16 << 20), older


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
