#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Against the kernel's own books: /proc/slabinfo, cache by cache, and VmallocUsed."""
import glob
import mmap
import os
import re
import select
import socket
import tempfile
import time

from kleak import Kleak, Load, need_root, tap

KEPT = ["queue 2000", "message 5000", "semaphore 2000", "eventfd 3000", "socket 3000"]
# what the churn makes and frees again: nothing of it may be left
CHURNED = ["maple_node", "vm_area_struct", "mm_struct", "task_struct", "files_cache", "eventpoll_epi",
           "skbuff_head_cache", "skbuff_small_head", "UDP", "anon_vma_chain"]
KMALLOC = re.compile(r"^(?:kmalloc(?:-cg|-rcl)?|msg_msg|memdup_user|dma-kmalloc)-(\w+)$")


def flush():
    """Have every cache give back what its CPUs keep: then active objects are exact."""
    for path in glob.glob("/sys/kernel/slab/*/shrink"):
        try:
            with open(path, "w", encoding="utf-8") as shrink:
                shrink.write("1")
        except OSError:
            pass


def class_of(cache):
    """kmalloc's events do not tell its caches of one size apart (buckets, accounting)."""
    match = KMALLOC.match(cache)
    return f"kmalloc-{match.group(1)}" if match else cache


def slabinfo():
    """{cache: active objects}, {cache: objects in a slab}"""
    active, in_slab = {}, {}
    with open("/proc/slabinfo", encoding="utf-8") as lines:
        for line in list(lines)[2:]:
            fields = line.split()
            name = class_of(fields[0])
            active[name] = active.get(name, 0) + int(fields[1])
            in_slab[name] = in_slab.get(name, 0) + int(fields[4])
    return active, in_slab


def traced(report):
    """{cache: (live, unknown deaths, events)}"""
    sums = {}
    for c in report["caches"]:
        live, unknown, events = sums.get(class_of(c["name"]), (0, 0, 0))
        sums[class_of(c["name"])] = (
            live + c["live"], unknown + c["unknown_deaths"],
            events + c["births"] + c["deaths"] + c["implicit_deaths"] + c["unknown_deaths"])
    return sums


def churn(seconds):
    """Processes, mappings, sockets, pipes, epoll, files: made and gone."""
    end = time.monotonic() + seconds
    with tempfile.TemporaryDirectory() as place:
        while time.monotonic() < end:
            pid = os.fork()
            if pid == 0:
                maps = [mmap.mmap(-1, 4096 * (i + 1)) for i in range(20)]
                os._exit(len(maps) - 20)
            os.waitpid(pid, 0)
            one, other = socket.socketpair()
            one.send(b"x" * 2000)
            other.recv(3000)
            one.close()
            other.close()
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as datagrams:
                datagrams.sendto(b"y" * 500, ("127.0.0.1", 9))
            reading, writing = os.pipe()
            poll = select.epoll()
            poll.register(reading)
            os.write(writing, b"x" * 100)
            poll.close()
            os.close(reading)
            os.close(writing)
            for i in range(5):
                path = os.path.join(place, f"file{i}")
                with open(path, "w", encoding="utf-8") as file:
                    file.write("z" * 5000)
                os.unlink(path)


def grown(after, before):
    return {name: after.get(name, 0) - before.get(name, 0) for name in after}


def test_slabinfo_agrees_cache_by_cache():
    if not glob.glob("/sys/kernel/slab/*/shrink"):
        raise tap.Skip("/sys/kernel/slab is not there: active objects cannot be told exactly")
    with Load() as load, Kleak(interval=1) as kleak:
        kleak.next()
        flush()
        books, first = slabinfo()[0], kleak.fresh()
        for command in KEPT:
            load.do(command)
        churn(8)
        time.sleep(12)  # RCU and kfree_rcu()
        report = kleak.fresh()
        flush()
        active, in_slab = slabinfo()
        compare(grown(active, books), in_slab, [first, report, kleak.fresh()])
        kleak.stop()


def compare(growth, in_slab, reports):
    first, last = reports[0], reports[1]
    before, after, later = map(traced, reports)
    kfree = sum(sign * (r["events"]["unknown_deaths"] - sum(c["unknown_deaths"] for c in r["caches"]))
                for sign, r in ((1, last), (-1, first)))
    # What a kernel hides from BPF: some do not show what PID 1 allocates, which looks into /proc/*/fd.
    hidden = max(0, growth.get("proc_inode_cache", 0) - after.get("proc_inode_cache", (0, 0, 0))[0])
    wrong = []
    print(f"# {'cache':24} {'slabinfo':>9} {'live':>9} {'unknown':>9} {'off':>6}")
    for name in sorted(growth.keys() | after.keys()):
        live = after.get(name, (0, 0, 0))[0] - before.get(name, (0, 0, 0))[0]
        unknown = after.get(name, (0, 0, 0))[1] - before.get(name, (0, 0, 0))[1]
        if name not in growth or not (live or growth[name]):
            continue
        off = live - unknown - growth[name]
        # 1%; what CPUs keep on lists of their own counts as active, at both readings; and what
        # happened while the files were read.
        allowed = 0.01 * max(live, growth[name]) + 2 * os.cpu_count() * in_slab[name]
        allowed += 2 * (later.get(name, (0, 0, 0))[2] - after.get(name, (0, 0, 0))[2])
        if name.startswith("kmalloc-"):
            allowed += kfree + 0.1 * hidden  # slabs' vectors of memory cgroups
        elif name in ("dentry", "lsm_inode_cache", "proc_inode_cache"):
            allowed += 1.05 * hidden
        print(f"# {name:24} {growth[name]:9} {live:9} {unknown:9} {off:6}")
        if abs(off) > allowed:
            wrong.append(f"{name}: off by {off}, allowed {allowed:.0f}")
    assert not wrong, wrong
    # A process that somebody started meanwhile and that still runs holds some hundred of each.
    running = max(0, after.get("mm_struct", (0, 0, 0))[0] - before.get("mm_struct", (0, 0, 0))[0])
    for name in CHURNED:
        live = after.get(name, (0, 0, 0))[0] - before.get(name, (0, 0, 0))[0]
        assert live < 50 + 300 * running, \
            f"{live} of {name} listed after they were freed; {running} new processes run"
    for name, least in (("filp", 6000), ("sock_inode_cache", 3000), ("kmalloc-2k", 5000)):
        assert after[name][0] - before.get(name, (0, 0, 0))[0] >= least, name


def test_vmallocused_agrees():
    with Load() as load, Kleak("--origin", "vmalloc", interval=1) as kleak:
        kleak.fresh()
        load.do("map 40")
        report = kleak.fresh()
        book = next(c for c in report["ledger"] if c["class"] == "vmalloc")
        assert book["traced_bytes"] >= 40 << 20
        assert abs(book["explained"] - 1) < 0.01, book
        load.do("free")
        report = kleak.until(lambda r: r["ledger"][2]["traced_bytes"] < 1 << 20, patience=20)
        book = next(c for c in report["ledger"] if c["class"] == "vmalloc")
        assert abs(book["kernel_delta_bytes"] - book["traced_bytes"]) < 1 << 18, book
        kleak.stop()


need_root()
if __name__ == "__main__":
    tap.main(globals())
