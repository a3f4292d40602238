#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""--explain tells the truth about this kernel: what is attached, what it takes, what is not seen."""
import collections
import re

from kleak import Kleak, Load, files_of, need_root, run, tap
import usage


def explain(*options):
    done = run("--explain", *options)
    assert done.returncode == 0, done.stderr
    return done.stdout


def block(text, title):
    return text[text.index(f"\n{title}\n"):].split("\n\n")[0].splitlines()[2:]


def hooks(lines):
    """{function or tracepoint: copies}"""
    found = {}
    for line in lines:
        match = re.match(r"  (raw_tp|fentry|fexit|kprobe|kretprobe) +(\w+)(?:  \((\d) copies\))?$", line)
        if match:
            found[match.group(1), match.group(2)] = int(match.group(3) or 1)
    return found


def check_plan(*options):
    text = explain(*options)
    with Kleak(*options) as kleak:
        links = list(files_of(kleak.process.pid, "bpf_link")) or \
            list(files_of(kleak.process.pid, "bpf-link"))
        attached = collections.Counter(link["tp_name"].strip() for link in links if "tp_name" in link)
        # an iterator is asked, and hooks onto nothing
        others = sum("tp_name" not in link and link["link_type"].strip() != "iter" for link in links)
        maps = sum(int(one["memlock"]) for one in files_of(kleak.process.pid, "bpf-map"))
        spots = kleak.reports[-1]["blind_spots"]
    told = hooks(block(text, "hooks on"))
    assert told, text
    assert attached == {name: n for (how, name), n in told.items() if how == "raw_tp"}, (attached, text)
    assert others == sum(n for (how, _), n in told.items() if how != "raw_tp"), (links, text)
    assert [line.strip() for line in block(text, "blind spots")] == spots, (text, spots)
    mib = float(re.search(r"^memory: ([\d.]+) MiB", text, re.M).group(1))
    assert abs(maps / 1048576 - mib) < 0.005 * mib + 0.1, (maps / 1048576, mib)
    return text


def test_everything():
    text = check_plan("--origin", "slab,vmalloc,percpu,pages")
    assert "(--origin pages)" not in text


def test_default():
    text = check_plan()
    assert "(--origin pages)" in text
    off = "\n".join(block(text, "hooks off"))
    refused = "fentry kmem_cache_free_bulk: fentry refused" in off and "  kprobe kmem_cache_free_bulk\n" not in text
    spots = "\n".join(block(text, "blind spots"))
    # seen late is not unseen: test_books holds kleak to that
    assert ("only in the allocator's books" in spots) == refused, text
    assert "until its address is used again" not in spots, text
    # the KernelStack of all threads: no tested kernel has larger ones
    assert "kernel stacks have" not in spots, text


def test_one_process():
    with Load() as load:
        check_plan("--pid", str(load.pid), "--max-objects", "5000")


def test_own_memory():
    most = float(re.search(r"up to ([\d.]+) MiB", explain("--max-objects", "20000")).group(1))
    with Load() as load, Kleak("--max-objects", "20000", "--pid", str(load.pid)) as kleak:
        load.do("message 19000")
        kleak.fresh()
        own = usage.anon_kb(kleak.process.pid) / 1024
        assert own < most, (own, most)
        assert most < 100, most


need_root()
if __name__ == "__main__":
    tap.main(globals())
