#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-only
"""
Where BPF has no atomic operations, up to 5.11: every command that traces says so before anything
else, and what needs no BPF works.
"""
import guest

guest.VERSIONS = ["5.10"]

NOTHING_TRACES = r"""
for command in "--explain" "--duration 1" "census" "diagnose" "run -- true" "run --explain -- true"; do
	kleak $command >/out 2>/err
	echo "$command: $? $(wc -c </out) $(cat /err)"
done
kleak ledger --duration 1 >/out 2>/err
echo "ledger: $? $(grep -om1 'slab, unreclaimable' /out)$(cat /err)"
"""

SENTENCE = ("kleak: this kernel's BPF has no atomic operations (Linux 5.12 and later have them): "
            "kleak cannot trace it; kleak ledger works")


def nothing_traces(version):
    done = guest.call(version, "--add", "kleak:/bin/kleak", "--", "sh", "-c", NOTHING_TRACES)
    lines = done.stdout.splitlines()
    assert len(lines) == 7, done.stdout + done.stderr
    for line in lines[:-1]:
        assert line.split(": ", 1)[1] == f"1 0 {SENTENCE}", line
    assert lines[-1] == "ledger: 0 slab, unreclaimable", lines[-1]


guest.main(nothing_traces)
