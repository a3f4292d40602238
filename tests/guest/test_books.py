#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Against /proc/slabinfo where nobody else runs: every cache must agree, and the books close."""
import json

from guest import boot, built, main, once
import books

SCRIPT = """
mkfifo /do /done
load < /do > /done &
exec 3> /do 4< /done
told() { read answer <&4; [ "$answer" = ok ] || exit 1; }
flush() { for cache in /sys/kernel/slab/*/shrink; do echo 1 > $cache; done 2>/dev/null; }
fresh() {
    seen=$(wc -l < /tmp/out)
    while [ $(wc -l < /tmp/out) -lt $((seen + 2)) ]; do sleep 0.1; done
    tail -n 1 /tmp/out
}
told
kleak --json --interval 1 > /tmp/out &
tracer=$!
while [ ! -s /tmp/out ]; do sleep 0.1; done
fresh; flush; echo ---
cat /proc/slabinfo; echo ---
fresh; echo ---
for command in COMMANDS; do echo "$command" >&3; told; done
sleep 12
fresh; flush; echo ---
cat /proc/slabinfo; echo ---
fresh; echo ---
cat /proc/meminfo; echo ---
kill -INT $tracer
wait $tracer
tail -n 1 /tmp/out
exec 3>&- 4<&-
echo ===
"""


# After that, in the same shell: cgroups with a memory controller have some KB of per-CPU memory each.
PERCPU = """
mkdir -p /cg
mount -t cgroup2 none /cg
echo +memory > /cg/cgroup.subtree_control
make() { i=0; while [ $i -lt $2 ]; do mkdir /cg/$1$i || exit 1; i=$((i + 1)); done; }
destroy() { i=0; while [ $i -lt $2 ]; do rmdir /cg/$1$i || exit 1; i=$((i + 1)); done; }
insmod /kleak_test.ko
make old 40
rm /tmp/out
kleak --json --interval 1 > /tmp/out &
tracer=$!
while [ ! -s /tmp/out ]; do sleep 0.1; done
fresh; echo ---
echo leak percpu 20000 > /proc/kleak_test
fresh; echo ---
make new 100
destroy new 50
destroy old 40
sleep 10
fresh; echo ---
cat /proc/meminfo; echo ---
grep -c " pcpu_chunk_lists$" /proc/kallsyms; echo ---
kill -INT $tracer
wait $tracer
tail -n 1 /tmp/out
"""


COMMANDS = " ".join(f'"{command}"' for command in books.KEPT + ["churn 6"])
read = once(lambda version: boot(version, SCRIPT.replace("COMMANDS", COMMANDS) + PERCPU, "--add",
                                 f"{built(version, 'live-load')}:/bin/load").split("===\n"))


def slabinfo_agrees_in_every_cache(version):
    first, before, begun, report, after, ended, meminfo, final = read(version)[0].split("---\n")
    reports = [json.loads(text) for text in (first, begun, report, ended)]
    books.compare(before, after, reports, 2, alone=True)
    # the last report has what of slabs is in use, however long reading that takes
    books.check_closed(json.loads(final), meminfo)


def percpu_books_close(version):
    *reports, meminfo, symbols, final = read(version)[1].split("---\n")
    if symbols == "0\n":
        # without CONFIG_KALLSYMS_ALL, as arm64 6.1 has it: then that is not known, and said to be so
        book = next(book for book in json.loads(final)["ledger"] if book["class"] == "percpu")
        assert book["room_bytes"] is None and book["rest_bytes"] is None, book
        assert abs(book["traced_bytes"] - 20000 * 24 * 2) < 500000, book
        return
    begun, leaked, _, final = (books.check_percpu(json.loads(report), meminfo, 2)
                                     for report in (*reports, final))
    grown = leaked["traced_bytes"] - begun["traced_bytes"]
    assert abs(grown - 20000 * 24 * 2) < 10000, grown
    # nothing else goes on here
    assert abs(leaked["older_bytes"]) < 10000, leaked
    assert abs(final["rest_bytes"]) < 4096, final
    # what was there before kleak is gone; half of what came since is still there
    gone = begun["older_bytes"] - final["older_bytes"]
    kept = final["traced_bytes"] - leaked["traced_bytes"]
    assert 0.9 < gone / 40 / (kept / 50) < 1.1, (gone, kept)


if __name__ == "__main__":
    main(slabinfo_agrees_in_every_cache, percpu_books_close, kernels=["6.1", "6.12"])
