#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""On a kernel that has no BTF of its own: types from a file, and what is lost is told."""
import json

from guest import at_least, boot, main, module

LEAKS = {"kmalloc": "slab", "cache": "slab", "vmalloc": "vmalloc", "percpu": "percpu", "page": "pages"}
FEW = 7

# First what such a kernel does with programs that need its BTF: the module does what it shall.
SCRIPT = f"""
cp /sys/kernel/btf/vmlinux /btf
insmod /kleak_test.ko
insmod /kleak_nobtf.ko
kleak run -- true > /dev/null 2> /tmp/err
echo "status $?"
grep "cannot load" /tmp/err || echo
mount -t tmpfs none /sys/kernel/btf
kleak run -- true > /dev/null 2> /tmp/err
echo "status $?"
cat /tmp/err
kleak ledger -- true 2>&1 >/dev/null
echo ---
kleak --btf /btf --explain
echo ---
kleak run --btf /btf --json --origin slab,vmalloc,percpu,pages -- sh -c '
for leak in {" ".join(LEAKS)}; do echo leak $leak {FEW} > /proc/kleak_test; done'
echo ---
kleak run --btf /btf --scan --json -- true
echo ---
kleak diagnose --btf /btf --json --now --evidence 2 --for 20 --interval 1
echo "status $?"
"""


def without_btf(version):
    refused, plan, report, scanned, diagnosis = boot(
        version, SCRIPT, "--add", f"{module(version, 'kleak_nobtf')}:/kleak_nobtf.ko").split("---\n")
    refused = refused.splitlines()
    # the programs for kernels before bpf_rdonly_cast() need nothing of its own BTF
    loads = not at_least(version, 6, 2)
    assert refused[0] == ("status 0" if loads else "status 1"), refused
    assert loads or "cannot load the BPF programs" in refused[1], refused
    assert refused[2] == "status 1" and "--btf FILE" in refused[3] and len(refused) == 4, refused

    assert "\ntypes from /btf; the kernel has no BTF of its own\n" in plan, plan
    on = plan[plan.index("hooks on"):plan.index("hooks off")]
    spots = plan[plan.index("blind spots"):]
    assert "raw_tp kfree\n" in on and "fentry" not in on and "fexit" not in on, plan
    assert "they are from /btf" in spots and "kprobes stand in" in spots, plan
    assert "fexit needs BTF in the kernel itself" in plan, plan

    report = json.loads(report)
    found = {leak: sum(s["objects"] for s in report["sites"]
                       if s["stack"][0]["symbol"] == f"kleak_leak_{leak}" and s["origin"] == origin)
             for leak, origin in LEAKS.items()}
    assert found == {leak: FEW for leak in LEAKS}, found
    assert not report["losses"].get("wrong_stack"), report["losses"]
    assert json.loads(scanned)["scan"], scanned
    diagnosis, status = diagnosis.splitlines()
    assert json.loads(diagnosis)["type"] == "diagnosis" and status == "status 0", (diagnosis, status)


if __name__ == "__main__":
    main(without_btf, kernels=["6.1"])
