#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What kleak says of machines that differ from this one."""
import base64
import json
import os
import subprocess
import tempfile

from guest import ROOT, at_least, boot, has_fentry, is_arm64, main, once

# A guest takes a while to boot, and kleak to load: what can share a guest does.
TRACED = """
insmod /kleak_test.ko
mkdir /debug
cp /kleak_test.ko /debug
kleak run --json --exit-code --cache kmalloc-128 --debug-dir /debug -- sh -c 'echo leak kmalloc 7 > /proc/kleak_test' 2>/said
echo "status $?"
echo ---
kleak run --exit-code --save /saved --cache kmalloc-128 -- sh -c 'echo leak kmalloc 5 > /proc/kleak_test' >/dev/null
echo "status $?"
base64 -w 0 /saved
echo
echo ---
kleak --json --interval 1 > /tmp/out &
tracer=$!
while [ ! -s /tmp/out ]; do sleep 0.1; done
echo leak kmalloc 10 > /proc/kleak_test
sleep 2
echo forget > /proc/kleak_test
rmmod kleak_test
sleep 3
kill -INT $tracer; wait $tracer
tail -n 1 /tmp/out
echo ---
kleak --explain
echo ---
echo 0 > /proc/sys/kernel/kptr_restrict
echo 2 > /proc/sys/kernel/kptr_restrict
kleak --explain
echo ---
kleak --duration 1 --origin vmalloc
echo "status $?"
echo 0 > /proc/sys/kernel/kptr_restrict
echo ---
echo confidentiality > /sys/kernel/security/lockdown
cat /sys/kernel/security/lockdown
kleak --duration 1 2>&1
echo "status $?"
"""

READ = """
cat /sys/devices/system/node/possible /sys/devices/system/node/has_memory /sys/devices/system/cpu/possible
insmod /kleak_test.ko
echo leak ctor 305 > /proc/kleak_test
kleak census --json --cache kleak_test_ctor
echo ---
mount -t debugfs none /sys/kernel/debug 2> /dev/null
kleak ledger --json --interval 0.2 > /tmp/out &
while [ ! -s /tmp/out ]; do sleep 0.1; done
echo leak cache 3000 > /proc/kleak_test
echo leak vmalloc 50 > /proc/kleak_test
kill -INT $!; wait $!
tail -n 1 /tmp/out
"""

traced = once(lambda version: boot(version, TRACED).split("---\n"))
# Memory of node 1 only, many CPUs that may come, and a cache whose objects' users the kernel notes.
read = once(lambda version: boot(
    version, READ, "--append", "slub_debug=U,kleak_test possible_cpus=128", "--machine",
    "-object memory-backend-ram,id=ram,size=1024M -numa node,nodeid=0,cpus=0-1"
    " -numa node,nodeid=1,memdev=ram").split("---\n"))


def node_without_memory(version):
    """Nor do CPUs that may come hide what the others have: some free objects of the last slab."""
    lines = read(version)[0].splitlines()
    # by ACPI alone, from 6.9 on; arm64 never had an option
    possible = "0-1" if at_least(version, 6, 9) or is_arm64(version) else "0-127"
    assert lines[:3] == ["0-1", "1", possible], lines
    cache = json.loads(lines[3])["caches"][0]
    assert (cache["name"], cache["objects"]) == ("kleak_test_ctor", 305), cache


def ledger_reads_alloc_traces(version):
    """Booted with slub_debug=U, the kernel itself tells who allocated from the cache that grew."""
    last = json.loads(read(version)[1])
    cache, caller = last["caches"][0], last["callers"][0]
    assert (cache["name"], cache["delta_objects"]) == ("kleak_test", 3000), cache
    assert caller["name"].startswith("kleak_leak_vmalloc+") and caller["delta_areas"] == 50, caller
    traces = next(s for s in last["sources"] if s["name"] == "alloc_traces")
    assert traces["found"] and traces["remark"].startswith("kleak_test: 3000 of 3000 objects by kleak_leak_cache+"), \
        traces


def explain(version):
    plan, hidden, vmalloc, locked = traced(version)[3:]
    bulk = "kmem_cache_alloc_bulk_noprof" if at_least(version, 6, 10) else "kmem_cache_alloc_bulk"
    on = plan[plan.index("hooks on"):plan.index("hooks off")]
    assert "raw_tp kfree\n" in on, plan
    if not has_fentry(version):
        assert "fentry kmem_cache_free_bulk: fentry refused: Not supported by this kernel's BPF" in plan, plan
    else:
        for line in ("fentry kmem_cache_free_bulk  (2 copies)", "fentry kvfree_call_rcu",
                     f"fexit  {bulk}  (2 copies)"):
            assert line in on, plan
        assert "refused" not in plan, plan
    assert "Operation" not in plan and "Unknown" not in plan, plan
    assert "vmalloc is not traced" in hidden and "stacks are printed as numbers" in hidden, hidden
    assert vmalloc == "status 1\n", vmalloc
    assert "[confidentiality]" in locked, locked
    assert "locked down" in locked and locked.endswith("status 1\n"), locked


def names_of_a_module_that_is_gone(version):
    report = json.loads(traced(version)[2])
    sites = [s for s in report["sites"] if s["stack"][0]["symbol"] == "kleak_leak_kmalloc"]
    assert sum(s["objects"] for s in sites) == 10, report["sites"]
    assert sites[0]["stack"][0]["module"] == "kleak_test"


def line_of(start):
    """Of the test module's source."""
    with open(os.path.join(ROOT, "tests/kmod/kleak_test.c"), encoding="utf-8") as source:
        return next(n for n, line in enumerate(source, 1) if line.startswith(start))


def named_elsewhere(version, saved):
    """What was saved there without debug info has source lines here, on another kernel."""
    with tempfile.NamedTemporaryFile() as file:
        file.write(saved)
        file.flush()
        done = subprocess.run([os.path.join(ROOT, "kleak"), "report", "--json", "--debug-dir",
                               os.path.join(ROOT, "build/kmod", version), file.name],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=True)
    site = next(s for s in json.loads(done.stdout)["sites"] if s["stack"][0]["symbol"] == "kleak_leak_kmalloc")
    assert site["objects"] == 5, site
    assert (site["stack"][0]["file"], site["stack"][0]["line"]) == ("kleak_test.c", line_of("LEAK(kmalloc,")), \
        (site, done.stderr)


def run(version):
    """And what the command left is named with its source line, by the module's own debug info."""
    out, saved = traced(version)[:2]
    report, status = out.splitlines()
    report = json.loads(report)
    sites = [s for s in report["sites"] if s["stack"][0]["symbol"] == "kleak_leak_kmalloc"]
    assert sum(s["objects"] for s in sites) == 7, out
    first, module = sites[0]["stack"][0], [f for f in sites[0]["stack"] if f["module"]]
    assert (first["file"], first["line"]) == ("kleak_test.c", line_of("LEAK(kmalloc,")), first
    assert len(module) > 1 and all(f["file"] == "kleak_test.c" and f["line"] for f in module), module
    assert status == "status 3", out
    status, saved = saved.splitlines()
    assert status == "status 3", status
    named_elsewhere(version, base64.b64decode(saved))


if __name__ == "__main__":
    main(run, names_of_a_module_that_is_gone, explain, ledger_reads_alloc_traces, node_without_memory,
         kernels=["6.12", "arm64/6.1"])
