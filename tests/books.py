# SPDX-License-Identifier: GPL-2.0-only
"""kleak's sums against /proc/slabinfo, cache by cache."""
import re

# What the load program keeps, and the caches that are exactly its own.
KEPT = ["queue 2000", "message 5000", "semaphore 2000", "eventfd 3000", "socket 3000", "hide"]
LEAST = (("filp", 6000), ("sock_inode_cache", 3000), ("kmalloc-2k", 5000))
# Those that mostly the load program fills, under the names that kernels merge them by.
FILLED = ("filp", "sock_inode_cache", "dentry", "lsm_file_cache", "lsm_inode_cache", "signal_cache")
# what its churn makes and frees again: nothing of it may be left
CHURNED = ["maple_node", "vm_area_struct", "mm_struct", "task_struct", "files_cache", "eventpoll_epi",
           "skbuff_head_cache", "skbuff_small_head", "UDP", "anon_vma_chain"]
KMALLOC = re.compile(r"^(?:kmalloc(?:-cg|-rcl)?|msg_msg|memdup_user|dma-kmalloc)-(\w+)$")
# On a machine that is not ours, what is fewer is others' business.
MANY = 100
# Freed objects that SLUB keeps in sheaves, hundreds for each CPU and node, count as active in slabinfo.
IN_SHEAVES = ("maple_node", "vm_area_struct")
# Files that kleak itself opens are not recorded.  Up to 6.11 they are freed after a grace period, when
# nobody can tell any more whose they were: then they are frees of what is unknown, some ten a report.
OWN = ("filp", "lsm_file_cache")


def class_of(cache):
    """kmalloc's events do not tell its caches of one size apart (buckets, accounting)."""
    match = KMALLOC.match(cache)
    return f"kmalloc-{match.group(1)}" if match else cache


def slabinfo(text):
    """{cache: active objects}, {cache: objects in a slab}, {cache: objects on a CPU's list of partial slabs}"""
    active, in_slab, partial = {}, {}, {}
    for line in text.splitlines()[2:]:
        fields = line.split()
        name = class_of(fields[0])
        active[name] = active.get(name, 0) + int(fields[1])
        in_slab[name] = in_slab.get(name, 0) + int(fields[4])
        partial[name] = partial.get(name, 0) + most_partial(int(fields[3]))
    return active, in_slab, partial


def most_partial(size):
    """Free objects in what a CPU keeps of partial slabs: mm/slub.c, set_cpu_partial(), slub_set_cpu_partial()."""
    return 2 * next(nr for least, nr in ((4096, 6), (1024, 24), (256, 52), (0, 120)) if size >= least)


def traced(report):
    """{cache: (live, unknown frees, events)}"""
    sums = {}
    for c in report["caches"]:
        live, unknown, events = sums.get(class_of(c["name"]), (0, 0, 0))
        sums[class_of(c["name"])] = (
            live + c["live"], unknown + c["unknown_frees"],
            events + c["allocations"] + c["frees"] + c["implicit_frees"] + c["unknown_frees"])
    return sums


def check_identity(report):
    """allocations = frees + implicit frees + found free + live, but for events while the tables were read."""
    e = report["events"]
    off = e["allocations"] - e["frees"] - e["implicit_frees"] - e["found_free"] - e["evicted"] \
        - e["unsampled"] - e["live"]
    assert abs(off) <= e["in_motion"], f"off by {off}: {e}"
    bytes_off = e["allocated_bytes"] - e["freed_bytes"] - e["live_bytes"]
    assert e["in_motion"] or bytes_off == 0, f"off by {bytes_off} bytes: {e}"
    if report["final"]:
        assert e["in_motion"] == 0 and off == 0, e


def compare(before_text, after_text, reports, cpus, alone):
    """
    Print the table and assert it.  `reports` are from right before and right after the first
    text, and the same of the second.  `alone`: nobody else runs, so every cache must agree.
    """
    books = slabinfo(before_text)[0]
    active, in_slab, partial = slabinfo(after_text)
    growth = {name: active[name] - books.get(name, 0) for name in active}
    first, last = reports[0], reports[2]
    before, begun, after, ended = map(traced, reports)
    kfree = sum(sign * (r["events"]["unknown_frees"] - sum(c["unknown_frees"] for c in r["caches"]))
                for sign, r in ((1, last), (-1, first)))
    # What a kernel hides from BPF: some do not show what PID 1 allocates, which looks into /proc.
    hidden = 0 if alone else max(0, growth.get("proc_inode_cache", 0)
                                 - after.get("proc_inode_cache", (0, 0, 0))[0])
    wrong, judged = [], 0
    print(f"# {'cache':24} {'slabinfo':>9} {'live':>9} {'unknown':>9} {'off':>6} {'allowed':>8}")
    for name in sorted(growth.keys() | after.keys()):
        live = after.get(name, (0, 0, 0))[0] - before.get(name, (0, 0, 0))[0]
        unknown = after.get(name, (0, 0, 0))[1] - before.get(name, (0, 0, 0))[1]
        if name not in growth or not (live or growth[name]):
            continue
        # Of what was freed unseen at allocation some was older than the run, and some was allocated in it
        # where the kernel hides allocations: slabinfo lies between the two.
        least, most = live - unknown, live - unknown if alone and name not in OWN else live
        if name.startswith("kmalloc-"):
            least -= kfree  # which names no cache
        # Nor do all kernels show what a softirq frees that interrupts PID 1: a burst of timers or RCU callbacks,
        # of what others made before the run, as TIME_WAIT sockets.  Then more is gone than was seen to go.
        if not alone and name not in FILLED and not name.startswith("kmalloc-"):
            least = min(least, growth[name])
        off = max(least - growth[name], growth[name] - most, 0)
        # 1%; what CPUs keep on lists of their own counts as active, at both readings; and what
        # changed while the files were read, both times: some things come and go.
        allowed = 0.01 * max(live, growth[name]) + 2 * cpus * in_slab[name]
        for start, end in ((before, begun), (after, ended)):
            was, now = start.get(name, (0, 0, 0)), end.get(name, (0, 0, 0))
            # a free of what is older is in the book or not, and in the report anyway
            allowed += abs(now[0] - was[0]) + (now[1] - was[1]) + 0.05 * (now[2] - was[2])
            # and each event may bring a slab onto a CPU's list again, where all that is free in it counts as active
            allowed += min((now[2] - was[2]) * in_slab[name], cpus * partial[name])
        if name.startswith("kmalloc-"):
            allowed += 0.1 * hidden  # slabs' vectors of memory cgroups
        elif name in ("dentry", "lsm_inode_cache", "proc_inode_cache"):
            allowed += 1.05 * hidden
        judge = alone or (max(live, growth[name]) >= MANY and name not in IN_SHEAVES)
        judged += judge
        print(f"# {name:24} {growth[name]:9} {live:9} {unknown:9} {off:6} {allowed:8.0f}"
              f"{'' if judge else '  (the machine, not judged)'}")
        if judge and off > allowed:
            wrong.append(f"{name}: off by {off}, allowed {allowed:.0f}")
    assert not wrong, wrong
    assert judged >= len(LEAST), f"only {judged} caches could be judged"
    # A process that somebody started meanwhile and that still runs holds some hundred of each; what
    # one that ends at this moment has freed waits for a grace period, and not for two reports.
    running = max(0, after.get("mm_struct", (0, 0, 0))[0] - before.get("mm_struct", (0, 0, 0))[0])
    for name in CHURNED:
        live = min(r.get(name, (0, 0, 0))[0] for r in (after, ended)) - before.get(name, (0, 0, 0))[0]
        # the network keeps skb heads itself: NAPI_SKB_CACHE_SIZE in net/core/skbuff.c
        kept = 64 * cpus if name == "skbuff_head_cache" else 0
        # passed to kfree_rcu(), whose sheaves go to RCU when they are full (7.0): listed as pending
        kept += min(r["events"]["pending"] for r in (reports[2], reports[3]))
        assert live < 50 + 300 * running + kept, \
            f"{live} of {name} listed after they were freed; {running} new processes run"
    # Some that were in use at the first reading, the reader's own files for one, are gone by now.
    for name, least in LEAST:
        kept = after[name][0] - before.get(name, (0, 0, 0))[0]
        assert kept >= 0.99 * least, f"{kept} of {name}, expected {least}"


# The books that are sums everywhere, and which part of the class their rest may be.
CLOSED = ("slab_unreclaimable", "slab_reclaimable", "vmalloc")
REST = 0.01


def field_of(text, name):
    """Bytes of a field of /proc/meminfo."""
    return 1024 * int(re.search(rf"^{name}:\s+(\d+) kB$", text, re.MULTILINE)[1])


def check_sum(book, allowed):
    """What the class grew by is the sum of its parts, all of them known, and what is left is no more than that."""
    parts = [book[f"{part}_bytes"] for part in ("traced", "older", "room", "rest")]
    assert None not in parts, book
    assert abs(book["kernel_delta_bytes"] - sum(parts)) < 1, book
    assert book["older_bytes"] < 1 << 20, book  # but for what kleak has allocated itself
    print(f"# {book['field']:13} {book['kernel_delta_bytes']:10} = " +
          " + ".join(f"{name} {part:.0f}" for name, part in zip(("new", "older", "room", "rest"), parts)) +
          f" (rest allowed {allowed:.0f})")
    assert abs(book["rest_bytes"]) <= allowed, book


def check_percpu(report, meminfo, cpus):
    """The same of per-CPU memory, of which a page for each CPU is the least that there is."""
    book = next(book for book in report["ledger"] if book["class"] == "percpu")
    check_sum(book, max(REST * field_of(meminfo, "Percpu"), 4096 * cpus))
    return book


def check_closed(report, meminfo, late=0, hidden=0):
    """
    Of what is left over is no more than 1% of the class.  late: bytes that CPUs have not entered yet
    (mm/vmstat.c); hidden: of what a kernel does not show.
    """
    for book in report["ledger"]:
        if book["class"] in CLOSED:
            allowed = REST * field_of(meminfo, book["field"]) + late
            check_sum(book, allowed + (hidden if book["class"] == "slab_reclaimable" else 0))
