#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The module says what it leaks; the report must say the same, to the byte."""
import json

from guest import at_least, boot, is_arm64, main

SCRIPT = """
trace() {
    rm -f /tmp/reports
    kleak --json --interval 2 --max-objects 600000 $@ > /tmp/reports 2> /tmp/messages &
    tracer=$!
    while [ ! -s /tmp/reports ]; do sleep 0.1; done
}
stop() {
    kill -INT $tracer
    wait $tracer || { echo "kleak ended with status $?"; cat /tmp/messages; dmesg | tail -n 30 | tr -s -; }
}
fresh() { # a report that began after this: those that take long come seldom
    had=$(wc -l < /tmp/reports)
    while [ $(wc -l < /tmp/reports) -lt $((had + 2)) ]; do sleep 0.2; done
    sed -n $((had + 2))p /tmp/reports
}
insmod /kleak_test.ko
trace --origin slab,vmalloc,percpu,pages
echo run > /proc/kleak_test
sleep 2
echo shrink > /proc/kleak_test
sleep 14    # kfree_rcu() waits up to 5 s, twice, and then for a grace period
cat /proc/kleak_test
echo ---
fresh
echo ---
# once more, freed this time
echo free > /proc/kleak_test
echo run > /proc/kleak_test
echo free > /proc/kleak_test
sleep 14
stop
tail -n 1 /tmp/reports
echo ---
cat /proc/kleak_test
grep '^kleak_test' /proc/slabinfo
echo ---
# as where the kernel refuses fentry: the allocator's books and queues have to tell
trace --no-fentry
echo run > /proc/kleak_test
sleep 2
echo shrink > /proc/kleak_test
sleep 10
before=$(wc -l < /tmp/reports) # and one was being made
# again and again: a report that is late still finds some waiting
for _ in 1 2 3 4 5 6 7 8 9 10 11 12; do
    echo rcu > /proc/kleak_test
    sleep 1
    tail -n +$((before + 1)) /tmp/reports | grep -q '"pending":[1-9]' && break
done
sleep 8
stop
tail -n +$((before + 1)) /tmp/reports
echo free > /proc/kleak_test
"""


BULK = ("kleak_leak_bulk", "kleak_leak_page_bulk")  # seen by fexit and kprobes alone


def name_of(frame):
    return (frame["symbol"] or "").split(".")[0]


def of_module(report):
    """{(function, origin): what is listed of it}, of the sites in the module."""
    listed = {}
    for site in report["sites"]:
        if not site["stack"] or site["stack"][0]["module"] != "kleak_test":
            continue
        function = name_of(site["stack"][0])
        sums = listed.setdefault((function, site["origin"]), {
            "function": function, "origin": site["origin"], "cache": set(),
            "objects": 0, "bytes": 0, "requested_bytes": 0})
        sums["cache"].add(site["cache"])
        for field in ("objects", "bytes", "requested_bytes"):
            sums[field] += site[field]
    for sums in listed.values():
        sums["cache"] = "|".join(sorted(sums["cache"]))
    return listed


def take_metadata(listed, expected):
    """An area's vm_struct and its array of pages are slab objects of the same site."""
    for function, origin in [key for key in listed if key[1] == "slab"]:
        areas = expected.get((function, "vmalloc"))
        if areas:
            metadata = listed.pop((function, "slab"))
            assert areas["objects"] <= metadata["objects"] <= 2 * areas["objects"], metadata


def expect_of(version, expected):
    """What the module says is of x86: arm64 has no kmalloc caches below 128 bytes up to 6.4, nor between 128 and 256."""
    for e in expected.values():
        kind, _, size = e["cache"].rpartition("-")
        if is_arm64(version) and not at_least(version, 6, 5) and kind.startswith("kmalloc") and size.isdigit():
            e["cache"] = f"{kind}-{e['bytes'] // e['objects']}"
    return expected


def check_listed(listed, expected):
    take_metadata(listed, expected)
    wrong = [f"{name}: listed {listed.get(name)}, expected {expected.get(name)}"
             for name in expected.keys() | listed.keys() if listed.get(name) != expected.get(name)]
    assert not wrong, "\n".join(wrong)


def read_expected(version, text):
    """{(function, origin): what the module says is to be listed}"""
    expected = [json.loads(line) for line in text.splitlines()]
    assert not any("failures" in e for e in expected), expected
    expected = {(e["function"], e["origin"]): e for e in expected}
    assert len(expected) >= 26
    return expect_of(version, expected)


def only_report(text):
    """The one line, unless kleak died: then the script prints why before it."""
    assert text.count("\n") == 1, text[:3000]
    return json.loads(text)


def check_books(version, report, final=True):
    e = report["events"]
    assert report["final"] == final and (e["in_motion"] == 0 or not final), (report["final"], e)
    off = e["allocations"] - e["frees"] - e["implicit_frees"] - e["found_free"] \
        - e["evicted"] - e["unsampled"] - e["live"]
    assert abs(off) <= e["in_motion"], e
    assert e["unchecked"] == 0, e
    assert e["in_motion"] or e["allocated_bytes"] == e["freed_bytes"] + e["live_bytes"], e
    # frees that an interrupted program missed are found in the allocator's books
    known = {"frees_maybe_missed"}
    # where programs may be preempted each copy misses some, and the other one has those
    if at_least(version, 7, 0):
        known.add("allocations_maybe_missed")
    lost = {cause: n for cause, n in report["losses"].items() if n and cause not in known}
    assert not lost, lost


def check_without_fentry(version, reports, expected):
    """
    What waits for a grace period stands in kfree_rcu()'s queues, from 7.0 on in a sheaf, as what is
    free does; bulk allocations are not seen.
    """
    lines = reports.splitlines()
    assert len(lines) >= 3, reports[:3000]
    *soon, last = map(json.loads, lines)
    waiting = [report for report in soon if report["events"]["pending"] or at_least(version, 7, 0)]
    assert waiting, [(r["elapsed_s"], r["events"]) for r in soon]
    # one may have been made just when some were allocated and not freed yet
    freed = [[name for name in of_module(report) if "free" in name[0]] for report in waiting]
    assert not all(freed), freed
    check_books(version, last)
    # none of the module's, which are listed below; what the guest itself has passed to it just now may wait
    assert last["events"]["pending"] < 10, last["events"]
    # what a destroyed cache leaves was left before
    expected = {name: e for name, e in expected.items()
                if name[1] != "pages" and name[0] not in (*BULK, "kleak_leak_destroyed")}
    check_listed(of_module(last), expected)


def exact(version):
    expected, with_leaks, without, rest, hardened = boot(version, SCRIPT, "--mem", "1500").split("---\n")
    expected = read_expected(version, expected)
    assert (("kleak_leak_vrealloc", "vmalloc") in expected) == at_least(version, 6, 12), expected.keys()
    report = json.loads(with_leaks)
    check_books(version, report, final=False)
    check_listed(of_module(report), expected)

    # a stack ends where the interrupt came in
    ends = {name_of(s["stack"][0]): name_of(s["stack"][-1]) for s in report["sites"] if s["stack"]}
    assert ends["kleak_leak_timer"] in ("handle_softirqs", "__do_softirq"), ends
    assert ends["kleak_leak_irq"] == ("el1_interrupt" if is_arm64(version) else "asm_sysvec_irq_work"), ends

    report = only_report(without)
    check_books(version, report)
    # what is left of the destroyed cache cannot be freed
    destroyed = ("kleak_leak_destroyed", "slab")
    assert of_module(report) == {destroyed: expected[destroyed]}, of_module(report)
    left = [line for line in rest.splitlines() if "kleak_leak" in line]
    assert len(left) == 1 and "kleak_leak_destroyed" in left[0], rest
    # the sizes that the module states for its own caches
    sizes = {line.split()[0]: int(line.split()[3]) for line in rest.splitlines()
             if line.startswith("kleak_test")}
    sizes.pop("kleak_test_gone", None)
    assert sizes == {"kleak_test": 200, "kleak_test_ctor": 168, "kleak_test_bulk": 120}, sizes
    check_without_fentry(version, hardened, expected)


if __name__ == "__main__":
    main(exact, kernels=["6.1", "6.12", "arm64/6.1", "arm64/6.12"])
