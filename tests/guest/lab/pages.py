# SPDX-License-Identifier: GPL-2.0-only
"""
Who takes pages: page_owner, which counts the pages in use by stack, beside kleak --origin pages.

What became more is compared by the function that asked the page allocator.  Both leave the same pages out:
of slabs, areas, per-CPU memory, page tables, processes and the page cache, which are counted there.
"""
import re

import between

LOADS = ["socket 200", "eventfd 200", "queue 200"]
DEEDS = {"ring": 20, "map": 20, "connection": 100, "netns": 3, "thread": 20, "group": 5}
BOOK = "/sys/kernel/debug/page_owner_stacks/show_stacks" # 6.8
RECORD = re.compile(r"((?: \S+(?: \[\S+\])?\n)+)nr_base_pages: (\d+)\n")
# The page allocator's own functions, of which a stack says nothing.
PLUMBING = re.compile(r"^(post_alloc_hook|prep_new_page|get_page_from_freelist|rmqueue\w*|"
                      r"(__)?alloc_(frozen_)?pages?(_(?!bulk_array)\w+)?|(__)?folio_alloc(_\w+)?|(__)?get_free_pages?|"
                      r"get_zeroed_page|alloc_pages_bulk\w*|__alloc_pages_bulk\w*|alloc_pages_exact\w*|bpf_trampoline_\w+)$")
# What page_owner takes for its stacks: it has a stand-in for a stack there, which it made when it began.
OWN = re.compile(r"^(init_page_owner|stack_depot_save\w*|__?set_page_owner|save_stack)$")
# Whose pages are counted as something else.
BACKING = re.compile(r"^(allocate_slab|alloc_slab_page|new_slab|___slab_alloc|__vmalloc_node_range|__vmalloc_area_node|"
                     r"vm_area_alloc_pages|pcpu_\w+|___kmalloc_large_node|__kmalloc_large_node|__kmalloc_large|kmalloc_large\w*|"
                     r"pte_alloc_one|__pte_alloc\w*|pgd_alloc|__pmd_alloc|__pud_alloc|__p4d_alloc|split_large_page|"
                     r"__change_page_attr\w*|alloc_low_pages|vma_alloc_folio|shmem_\w+|filemap_alloc_folio|"
                     r"__filemap_get_folio|page_cache_ra_\w+|(__)?handle_mm_fault|setup_arg_pages|get_arg_page)$")
MOST_EXCESS, MOST_MISSED = 0.0001, 0.001


def name_of(frame):
    return re.split(r"[+.]", frame)[0].removesuffix("_noprof")


def caller_of(names):
    """The function that asked for pages; None: they are page_owner's, or are counted elsewhere."""
    if any(BACKING.match(name) or OWN.match(name) for name in names):
        return None
    return next((name for name in names if not PLUMBING.match(name)), "?")


def of_page_owner(text):
    """{function: pages}"""
    sums = {}
    for stack, pages in RECORD.findall(text):
        caller = caller_of([name_of(line.split()[0]) for line in stack.splitlines()])
        if caller:
            sums[caller] = sums.get(caller, 0) + int(pages)
    return sums


def of_kleak(report):
    """{function: pages}"""
    sums = {}
    for site in report["sites"]:
        if site["origin"] == "pages":
            names = [name_of(f["symbol"] or f["addr"]) for f in site["stack"] if not f["inlined"]]
            caller = next((name for name in names if not PLUMBING.match(name)), "?")
            if not any(OWN.match(name) for name in names):
                sums[caller] = sums.get(caller, 0) + site["bytes"] // 4096
    return sums


def measure(boot, program):
    read = between.watch(boot, program, BOOK, [f'say "{load}"' for load in LOADS] +
                         [f"act {deed} {number} {deed}" for deed, number in DEEDS.items()],
                         "kmemleak=off page_owner=on")
    return judge(program, read)


def judge(program, read):
    grown = between.growth([of_page_owner(text) for text in read.before], [of_page_owner(text) for text in read.after])
    first, last = (of_kleak(report) for report in read.reports)
    listed = {name: last.get(name, 0) - first.get(name, 0) for name in first.keys() | last.keys()}
    made_of = {name: [("pages", "pages", 1)] for name in listed}
    return between.compare(program, grown, listed, made_of, read)


def run(boot):
    """True when nothing is wrong."""
    return between.table("functions that took pages", "pages by page_owner",
                         [measure(boot, program) for program in ("kleak", "kleak-asan")], MOST_EXCESS, MOST_MISSED)
