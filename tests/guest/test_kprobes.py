#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Where fentry and fexit are refused kprobes see the same: the report says what the module says, to the
byte.  On kernels that refuse nothing (all but arm64/6.1) BTF is hidden and given as a file, without which
there is no fentry.
"""
import json
import re

from guest import boot, is_arm64, main
from test_exact import check_books, check_listed, name_of, of_module, read_expected

CHURN = 200  # objects of each way in which the module frees: several are bulk calls

SCRIPT = """
insmod /kleak_test.ko
if ! kleak --explain | grep -q "fexit refused"; then
    cp /sys/kernel/btf/vmlinux /tmp/btf
    mount -t tmpfs none /sys/kernel/btf
    types="--btf /tmp/btf"
fi
kleak $types --origin slab,vmalloc,percpu,pages --explain
echo ---
reports() { # so many more
    enough=$(($(wc -l < /tmp/reports) + $1))
    until [ $(wc -l < /tmp/reports) -ge $enough ] || ! kill -0 $tracer; do sleep 0.1; done
}
latest() { tail -n 2 /tmp/reports | head -n 1; } # a whole line
walked() { # so far, and of them to check what was known
    sed -n "s/.* \\([0-9]*\\) stacks walked, \\([0-9]*\\) of them to check.*/[\\1, \\2]/p" /tmp/messages | tail -n 1
}
processes() { # each maps files, for which maple nodes are allocated in bulk
    for n in $(seq 60); do /bin/busybox true; done
    reports 2
    latest
    walked
}
freed() { # kfree_rcu() waits up to 5 s, twice, and then for a grace period; on a busy machine longer
    reports 3
    for n in $(seq 60); do latest | grep -q kleak_free_ || break; sleep 1; done
}
kleak -v $types --json --interval 1 > /tmp/reports 2> /tmp/messages & # pages' stacks are always walked
tracer=$!
reports 1
processes > /dev/null # what they allocate by is known then
processes
processes
kill -INT $tracer
wait $tracer
rm /tmp/reports
echo ---
kleak $types --json --interval 1 --max-objects 600000 --origin slab,vmalloc,percpu,pages > /tmp/reports 2> /tmp/messages &
tracer=$!
until [ -s /tmp/reports ]; do sleep 0.1; done
reports 1
echo run > /proc/kleak_test
sleep 2
echo shrink > /proc/kleak_test
freed
cat /proc/kleak_test
echo ---
latest
echo ---
for n in $(seq 60); do # some wait for their grace period while a report is made
    echo rcu > /proc/kleak_test
    sleep 0.5
    latest | grep -q '"pending":[1-9]' && break
done
latest
echo ---
echo free > /proc/kleak_test
echo run > /proc/kleak_test
echo free > /proc/kleak_test
freed
kill -INT $tracer
wait $tracer || { echo "kleak ended with status $?"; cat /tmp/messages; dmesg | tail -n 30 | tr -s -; }
tail -n 1 /tmp/reports
"""


def check_plan(plan):
    hooks_on, rest = plan.split("hooks off")
    for function in ("kmem_cache_alloc_bulk", "alloc_pages_bulk"):
        assert len([line for line in hooks_on.splitlines() if function in line]) == 2, plan
    assert "  kprobe kmem_cache_free_bulk\n" in hooks_on and "  kprobe kvfree_call_rcu\n" in hooks_on, plan
    assert "fentry" not in hooks_on and "fexit" not in hooks_on and "its own queues" not in hooks_on, plan
    assert "kprobes stand in for fentry and fexit" in rest, plan
    assert "not recorded" not in rest and "524" not in rest, plan


def check_stacks(report):
    """They are walked where the function returns: the caller, and whoever called that."""
    for function in ("kleak_leak_bulk", "kleak_leak_page_bulk"):
        stacks = [[name_of(frame) for frame in site["stack"]] for site in report["sites"]
                  if site["stack"] and name_of(site["stack"][0]) == function]
        assert len(stacks) == 1 and "vfs_write" in stacks[0], stacks


def check_walks(before, after):
    """The stack of a bulk call is found where it returns, as that of others: few are walked."""
    (earlier, walks), (later, more) = (map(json.loads, lines) for lines in (before, after))
    share = ((more[0] - walks[0]) - (more[1] - walks[1])) / (later["events"]["allocations"] - earlier["events"]["allocations"])
    print(f"# walked: {share:.1%}")
    assert share < 0.05, (walks, more)
    assert later["losses"]["wrong_stack"] == 0, later["losses"]


def without_classes(sums):
    """The module names the size classes of x86-64; arm64 has none below 128."""
    return {name: {**of, "cache": re.sub(r"^(kmalloc-.*?)\d+k?$", r"\1N", of["cache"])} for name, of in sums.items()}


def kprobes(version):
    plan, busy, expected, with_leaks, waiting, without = boot(version, SCRIPT, "--mem", "1500").split("---\n")
    check_plan(plan)
    busy = busy.splitlines()
    check_walks(busy[:2], busy[2:])
    expected = read_expected(version, expected)
    assert {("kleak_leak_bulk", "slab"), ("kleak_leak_page_bulk", "pages")} <= expected.keys(), expected
    report = json.loads(with_leaks)
    check_books(version, report, final=False)
    listed = of_module(report)
    if is_arm64(version):
        listed, expected = without_classes(listed), without_classes(expected)
    check_listed(listed, expected)
    check_stacks(report)
    # bulk frees were seen when they happened, and not in the allocator's books later
    assert report["events"]["found_free"] + report["events"]["implicit_frees"] < CHURN, report["events"]
    # the queues are not looked into: the call itself shows what waits
    waiting = json.loads(waiting)
    assert waiting["events"]["pending"] > 0, waiting["events"]
    last = json.loads(without)
    check_books(version, last)
    destroyed = ("kleak_leak_destroyed", "slab")  # cannot be freed
    left = of_module(last)
    assert left.keys() == {destroyed} and left[destroyed]["objects"] == expected[destroyed]["objects"], left


if __name__ == "__main__":
    main(kprobes, kernels=["6.12"])
