# SPDX-License-Identifier: GPL-2.0-only
"""
Where the kernel's memory comes from: /proc/allocinfo, which counts by source line, beside kleak's sites.

Programs that keep what they ask for and a module that leaks allocate in some fifty ways.  What became more
meanwhile is compared function by function: kleak's sites get their lines from the kernel's debug info, and
each belongs to the first function of its stack that has a line in allocinfo.
"""
import os
import re

import between

# What programs keep: of the load program, and of the one that leaks are tried with; the module is one kind more.
LOADS = ["queue 300", "message 500", "semaphore 300", "eventfd 500", "socket 300", "epoll 200", "timer 200",
         "thread 50", "map 5"]
DEEDS = {"netns": 5, "file": 300, "deleted": 200, "queue": 200, "eventfd": 200, "timerfd": 200, "inotify": 100,
         "map": 50, "ring": 20, "pidfd": 100, "thread": 50, "mount": 50, "mq": 50, "key": 100, "lock": 200,
         "connection": 100, "group": 10}
TAG = re.compile(r"^ *(-?\d+) +(\d+) (\S+):(\d+) (?:\[(\S+)\] )?func:(\S+) *$", re.M)
# Pages of processes and of the page cache, and those behind what is counted by object: kleak leaves them out.
ELSEWHERE = re.compile(r"^(mm/(memory|shmem|filemap|swap_state|readahead|userfaultfd|huge_memory)\.c:|"
                       r"include/(linux/(highmem|pagemap)|asm-generic/pgalloc)\.h:|arch/x86/(mm/pgtable\.c|include/asm/pgalloc\.h):|"
                       r"mm/slub\.c:(alloc_slab_page|alloc_slab_obj_exts)|mm/percpu-vm\.c:)")
# Objects that allocinfo does not count (SLAB_NO_OBJ_EXT): of the caches themselves.
NOT_COUNTED = ("kmem_cache", "kmem_cache_node")
CPUS = 2
VM_STRUCT = 96 # kmalloc-96
# Two functions that make the same object for each other.
ALIASES = {"mm/vmalloc.c:preload_this_cpu_lock": "mm/vmalloc.c:alloc_vmap_area"}
# They allocate for their callers, and kleak's stacks begin there.
PASSED_ON = {"mm/util.c:kstrdup", "mm/util.c:kstrndup", "mm/util.c:kmemdup_nul", "mm/util.c:memdup_user_nul",
             "lib/kasprintf.c:kvasprintf"}
MOST_EXCESS, MOST_MISSED = 0.0001, 0.001


def file_of(path):
    """That of a module is named as its build called it."""
    return os.path.basename(path) if path.startswith("/") else path


def allocinfo(text):
    """{"file:function": bytes}"""
    sums = {}
    for bytes_, _, file, _, _, function in TAG.findall(text):
        place = f"{file_of(file)}:{function}"
        place = ALIASES.get(place, place)
        sums[place] = sums.get(place, 0) + int(bytes_)
    return sums


def place_of(site, tags):
    """The first function in the stack that has a line of its own in allocinfo."""
    for frame in site["stack"]:
        place = f"{file_of(frame['file'] or '')}:{(frame['symbol'] or '').split('.')[0]}"
        if place in tags:
            return place
    return "?:" + " < ".join(f"{f['symbol']}({f['file']})" for f in site["stack"][:3])


def spread(site, areas):
    """[(place or None for that of the site, bytes)]: what vmalloc notes of an area has lines of its own."""
    if site["cache"] == "vmap_area":
        return [("mm/vmalloc.c:alloc_vmap_area", site["bytes"])]
    if site["origin"] == "percpu":
        # allocinfo counts its vectors of cgroups, too: a pointer for each 4 bytes (pcpu_obj_full_size())
        return [(None, site["bytes"] * (CPUS + 2) // CPUS)]
    notes = areas.get(tuple(f["addr"] for f in site["stack"]), 0)
    if site["origin"] == "slab" and site["cache"].startswith("kmalloc") and notes and \
            site["bytes"] == VM_STRUCT * site["objects"]:
        note = min(notes, site["objects"])
        return [("mm/vmalloc.c:__get_vm_area_node", VM_STRUCT * note), (None, site["bytes"] - VM_STRUCT * note)]
    return [(None, site["bytes"])]


def of_kleak(report, tags):
    """{"file:function": bytes}, {"file:function": [(origin, cache, bytes of an object)]}"""
    areas, sums, made_of = {}, {}, {}
    for site in report["sites"]:
        if site["origin"] == "vmalloc":
            stack = tuple(f["addr"] for f in site["stack"])
            areas[stack] = areas.get(stack, 0) + site["objects"]
    for site in report["sites"]:
        if site["cache"] in NOT_COUNTED:
            continue
        for place, n in spread(site, areas):
            if not n:
                continue
            place = place or place_of(site, tags)
            sums[place] = sums.get(place, 0) + n
            made_of.setdefault(place, []).append((site["origin"], site["cache"], max(1, n // max(site["objects"], 1))))
    return sums, made_of


def measure(boot, program):
    stress = [f'say "{load}"' for load in LOADS] + [f"act {deed} {number} {deed}" for deed, number in DEEDS.items()]
    return judge(program, between.watch(boot, program, "/proc/allocinfo", stress, "kmemleak=off", between.LINE_BY_LINE))


def of_the_kernel(sums):
    return {place: n for place, n in sums.items() if not ELSEWHERE.match(place)}


def judge(program, read):
    before, after = [allocinfo(text) for text in read.before], [allocinfo(text) for text in read.after]
    tags = set().union(*before, *after)
    (first, _), (last, made_of) = (of_kleak(report, tags) for report in read.reports)
    listed = {place: last.get(place, 0) - first.get(place, 0) for place in first.keys() | last.keys()}
    return between.compare(program, of_the_kernel(between.growth(before, after)), of_the_kernel(listed), made_of, read,
                           PASSED_ON)


def run(boot):
    """True when nothing is wrong."""
    return between.table("functions that allocated", "bytes by /proc/allocinfo",
                         [measure(boot, program) for program in ("kleak", "kleak-asan")], MOST_EXCESS, MOST_MISSED)
