# SPDX-License-Identifier: GPL-2.0-only
"""
A book of the kernel's beside kleak's reports, while programs keep what they ask for and a module leaks.

The book is read before a report and after it: the report is of an instant between the two, so that what came
or went meanwhile lies between the two readings.  What is compared is how much became more from one report to a
later one.
"""
import base64
import collections
import json
import os
import re
import subprocess
import tempfile

import guest
import sanitizers

DEBUG = "build/guest/lab/debug"
SCRIPT = """
%(exports)s
mount -t tmpfs none /dev/shm
mkdir -p /dev/mqueue /run && mount -t mqueue none /dev/mqueue
echo 100000 > /proc/sys/fs/inotify/max_user_instances
echo +memory > /sys/fs/cgroup/cgroup.subtree_control
mkfifo /do /done /never /reports /saved
load < /do > /done &
loads=$!
exec 3> /do 4< /done 5<> /never
say() { echo "$1" >&3; read answer <&4; [ "$answer" = ok ] || echo "load: $1: $answer" >&2; }
act() { # until the guest goes, which nothing that is open shall hold up
    actor $1 600000 most=$2 burst=$2 log=/run/$3 > /dev/null 2>&1 3>&- 4>&- 5>&- &
    for wait in $(seq 100); do [ -s /run/$3.made ] && return; sleep 0.2; done
    echo "actor: $1 did not" >&2
}
read answer <&4
insmod /kleak_test.ko
# the first chunk of per-CPU memory, which allocinfo does not count, is full from here on
act netns 12 fill-netns
act group 60 fill-group
# what kleak itself writes would be its own memory, which it leaves out
cat < /reports > /tmp/out &
cat < /saved > /tmp/saved &
kleak --json --interval %(interval)s --origin slab,vmalloc,percpu,pages --max-objects 1000000 --save /saved > /reports 2> /tmp/err &
tracer=$!
while [ ! -s /tmp/out ]; do
    sleep 0.2
    kill -0 $tracer || { cat /tmp/err /tmp/sanitizer.* 2> /dev/null; exit 1; }
done
pause() { read -t $1 nothing <&5; } # with no process that comes and goes
copy() { %(copy)s < %(book)s > /tmp/book.$1; }
reports() { wc -l < /tmp/out; }
books() {
    pause 10
    for try in 1 2 3 4 5 6; do
        copy $1.1
        from=$(reports)
        pause %(pause)s
        to=$(reports)
        copy $1.2
        [ $to -ge $((from + 2)) ] && break
    done
    echo "report $to tries $try"
    kill -0 $tracer || { cat /tmp/err /tmp/sanitizer.* 2> /dev/null; exit 1; }
}
sleep 5
books before
%(stress)s
echo run > /proc/kleak_test
say "churn 5"
sleep 20
books after
kill -INT $tracer
wait $tracer; echo "status $?"
cat /tmp/sanitizer.* 2> /dev/null
cat /tmp/err >&2
for when in before.1 before.2 after.1 after.2; do
    echo "--- $when"
    cat /tmp/book.$when
done
echo "--- saved"
base64 /tmp/saved
kill $loads
"""
Read = collections.namedtuple("Read", "before after reports")


def read_reports(saved):
    """The reports, with source lines."""
    with tempfile.NamedTemporaryFile(suffix=".kleak") as file:
        file.write(base64.b64decode(saved))
        file.flush()
        done = subprocess.run(["./kleak", "report", file.name, "--all", "--json", "--debug-dir", DEBUG],
                              cwd=guest.ROOT, stdout=subprocess.PIPE, check=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def taken_apart(out):
    marks, *books, saved = re.split(r"^--- \S+\n", out, flags=re.M)
    numbers = [int(n) for n in re.findall(r"^report (\d+) ", marks, re.M)]
    assert "status 0\n" in marks and len(numbers) == 2, marks
    reports = read_reports(saved)
    return Read(books[:2], books[2:], [reports[number - 1] for number in numbers])


# With no process that comes and goes; for a short book.
LINE_BY_LINE = 'while read -r line; do echo "$line"; done'


def watch(boot, program, book, stress, append, copy="cat"):
    """What `book` said around two reports, between which the lines `stress` of a script ran; Read."""
    module = guest.module("lab")
    subprocess.run(["cp", module, DEBUG], cwd=guest.ROOT, check=True)
    exports, slow = "", program != "kleak"
    if slow:
        pairs = sanitizers.variables("/tmp/sanitizer").items()
        # the address space that a sanitizer wants is not free where mappings start anywhere
        exports = "echo 28 > /proc/sys/vm/mmap_rnd_bits\nexport " + " ".join(f"{k}={v}" for k, v in pairs)
    out = boot(SCRIPT % {"stress": "\n".join(stress), "exports": exports, "book": book, "copy": copy, "interval": 12 if slow else 4,
                         "pause": 40 if slow else 14}, "--mem", "2500", "--add",
               f"{'build/' if slow else ''}{program}:/bin/kleak", "--add", "build/leak-actor:/bin/actor",
               "--add", f"{module}:/kleak_test.ko", append=append)
    if os.environ.get("KEEP"):
        with open(f"{os.environ['KEEP']}.{os.path.basename(book)}.{program}", "w", encoding="utf-8") as file:
            file.write(out)
    return taken_apart(out)


def growth(before, after):
    """{place: (least, most)}, of readings {place: amount} before and after each of two reports."""
    grown = {}
    for place in set().union(*before, *after):
        first, last = [b.get(place, 0) for b in before], [a.get(place, 0) for a in after]
        grown[place] = (min(last) - max(first), max(last) - min(first))
    return {place: bounds for place, bounds in grown.items() if any(bounds)}


class Older:
    """
    Objects from before the trace that were freed between two reports: kleak counts frees of what it had not
    recorded, by slab cache.  Where they are freed the kernel's book grows by less than kleak lists.  Of an area
    its vm_struct is freed in the same moment; of other allocators there is no such count by kind.
    """
    VM_STRUCT = "kmalloc-96"

    def __init__(self, first, last):
        before = {c["name"]: c["unknown_frees"] for c in first["caches"]}
        self.left = {c["name"]: c["unknown_frees"] - before.get(c["name"], 0) for c in last["caches"]}
        others = last["events"]["unknown_frees"] - first["events"]["unknown_frees"] - sum(self.left.values())
        self.left["vmalloc"] = self.left.get(self.VM_STRUCT, 0)
        self.left["percpu"] = self.left["pages"] = others

    def take(self, amount, made_of):
        """How much of `amount`, listed and not there, they account for; made_of: [(origin, cache, size)]."""
        taken = 0
        for origin, cache, size in sorted(made_of, key=lambda of: -of[2]):
            kind = cache if origin == "slab" else origin
            while amount - taken >= size and self.left.get(kind, 0) > 0:
                self.left[kind] -= 1
                taken += size
        return taken


def compare(program, grown, listed, made_of, read, passed_on=()):
    """
    A row; prints the largest differences.  made_of: {place: [(origin, cache, size of an object)]} of kleak's;
    passed_on: places of functions that allocate for their callers, where kleak has what they count.
    """
    older = Older(*read.reports)
    row = {"program": program, "places": len(grown), "grown": sum(max(least, 0) for least, _ in grown.values()),
           "listed": sum(listed.values()), "excess": 0, "missed": 0, "older": 0, "moved": 0,
           "losses": {k: n for k, n in read.reports[1]["losses"].items() if n}}
    rows = []
    off = {}
    for place in grown.keys() | {place for place, n in listed.items() if n}:
        least, most = grown.get(place, (0, 0))
        here = listed.get(place, 0)
        off[place] = max(here - max(most, 0), 0), max(least - max(here, 0), 0)
    for place, (excess, missed) in sorted(off.items(), key=lambda of: (-of[1][0], of[0])):
        least, most = grown.get(place, (0, 0))
        freed = older.take(excess, made_of.get(place, []))
        row["older"] += freed
        row["moved"] += missed if place in passed_on else 0
        row["excess"] += excess - freed
        row["missed"] += 0 if place in passed_on else missed
        rows.append((excess - freed + missed, f"{place}: the kernel {least} to {most}, kleak {listed.get(place, 0)}, older freed {freed}"))
    for by, text in sorted(rows, reverse=True)[:30]:
        if by:
            print(f"# {program}: {text}")
    # what such functions count and no caller has is missed
    both = min(row["moved"], row["excess"])
    row["missed"] += row["moved"] - both
    row["excess"] -= both
    row["moved"] = both
    print(f"# {program}: at callers of functions that pass on {both}; losses: {row['losses']}")
    return row


def table(who, book, rows, most_excess, most_missed):
    """True when no row is worse than that."""
    print(f"| program | {who} | {book} | by kleak | older freed meanwhile | listed and not there | missed |")
    print("|---|---:|---:|---:|---:|---:|---:|")
    all_right = True
    for row in rows:
        excess, missed = row["excess"] / row["grown"], row["missed"] / row["grown"]
        right = excess <= most_excess and missed <= most_missed
        print(f"| {row['program']} | {row['places']} | {row['grown']} | {row['listed']} | {row['older']} | "
              f"{row['excess']} ({100 * excess:.3f}%) | {row['missed']} ({100 * missed:.3f}%) |{'' if right else ' (!)'}")
        all_right = all_right and right
    return all_right
