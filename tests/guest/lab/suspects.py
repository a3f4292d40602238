# SPDX-License-Identifier: GPL-2.0-only
"""
Which line of source leaks, and by which stack: a module leaks at known rates, beside programs that come and
go, and `kleak diagnose` lays the lines that /proc/allocinfo counts beside the stacks that were traced.

Pages are traced the second time only: the first time their line has to say so.  Before it leaks, nothing may be
said to.  At the end the kernel stops counting.
"""
import json
import os
import re

import guest

# NAME of a leak of tests/kmod: objects a second, bytes of each as the kernel counts them
RATES = {"kzalloc": (10, 1024), "vmalloc": (2, 5 * 4096), "page": (4, 4096)}
SCRIPT = """
mkfifo /do /done
load < /do > /done &
exec 3> /do 4< /done
read answer <&4
insmod /kleak_test.ko
( while :; do echo "churn 1" >&3; read answer <&4; done ) > /dev/null 2>&1 &
churning=$!
echo "--- nothing leaks"
kleak diagnose --json --interval 2 --evidence 30 --for 90 --now
echo "status $?"
%(leaks)s
now() { read up rest < /proc/uptime; echo "uptime $up"; cat /proc/kleak_test; }
for origins in slab,vmalloc,percpu slab,vmalloc,percpu,pages; do
    echo "--- $origins"
    now
    kleak diagnose --json --interval 2 --evidence 30 --for 90 --origin $origins --html /tmp/page.html
    echo "status $?"
    sed -n "/class=.books lines/,/<\\/table>/p" /tmp/page.html | grep "<b>kleak_leak_"
    now
done
echo "--- stopped"
echo 0 > /proc/sys/vm/mem_profiling
kleak diagnose --json --interval 1 --evidence 10 --for 30 --now
echo "status $?"
kill $churning
exec 3>&-
"""


def rates(text):
    """{NAME: objects a second} of the module's own counts, before and after."""
    times = [float(t) for t in re.findall(r"^uptime ([\d.]+)", text, re.M)]
    made = [{}, {}]
    for part, counts in zip(text.split("uptime ")[1:], made):
        for line in re.findall(r"^\{\"function\":.*$", part, re.M):
            row = json.loads(line)
            counts[row["function"].removeprefix("kleak_leak_")] = row["objects"]
    return {name: (made[1][name] - made[0].get(name, 0)) / (times[1] - times[0]) for name in RATES}


def page_of(text):
    """What was printed; tells the lines that are not the module's."""
    page = next(json.loads(line) for line in text.splitlines() if line.startswith('{"version"'))
    for line in page["lines"] or ():
        if line["module"] != "kleak_test":
            print(f"# beside: {line['place']} {line['function']}: {line['growth_bytes_per_min']:.0f} bytes/min, "
                  f"{[s['headline'][0]['symbol'] for s in line['stacks'] if s['headline']] or line['no_stack']}")
    print(f"# answer: {page['answer']}, traced {page['traced_s']:.0f} s")
    return page


def judge(text, pages):
    """A row for each leak."""
    page = page_of(text)
    per_s, rows = rates(text), []
    for name, (_, size) in RATES.items():
        function = f"kleak_leak_{name}"
        lines = [line for line in page["lines"] if line["function"] == function]
        row = {"leak": name, "pages": pages, "true": per_s[name] * size * 60, "line": None, "stack": None}
        rows.append(row)
        if len(lines) != 1:
            continue
        line, = lines
        on_page = f"<b>{function}</b>" in text
        stacks = [(s["verdict"], [f["symbol"] for f in s["headline"]]) for s in line["stacks"]]
        row.update(line=line["place"], growth=line["growth_bytes_per_min"], stack=stacks[0] if stacks else line["no_stack"],
                   right=on_page and line["module"] == "kleak_test" and abs(line["growth_bytes_per_min"] / row["true"] - 1) < 0.1)
        if name == "page" and not pages:
            row["right"] = row["right"] and line["no_stack"] == "pages_not_traced" and not stacks
        else:
            # of an area what vmalloc notes of it is a stack of its own
            row["right"] = row["right"] and stacks and all(names[0] == function for _, names in stacks)
    return rows


def measure(boot):
    leaks = "\n".join(f"echo leakrate {name} {rate} > /proc/kleak_test" for name, (rate, _) in RATES.items())
    out = boot(SCRIPT % {"leaks": leaks}, "--mem", "1500", "--add", f"{guest.module('lab')}:/kleak_test.ko",
               append="kmemleak=off")
    if os.environ.get("KEEP"):
        with open(f"{os.environ['KEEP']}.suspects", "w", encoding="utf-8") as file:
            file.write(out)
    quiet, first, second, stopped = re.split(r"^--- .*\n", out, flags=re.M)[1:]
    page = page_of(quiet)
    nothing = {"leak": "none", "pages": False, "true": 0, "line": None, "stack": f"answer: {page['answer']}",
               "right": page["answer"] == "none"}
    page = page_of(stopped)
    # lines are not known then: nothing may be said of them, and how to have them counted
    told = any("vm.mem_profiling=1" in sentence for sentence in page["next"])
    unknown = {"leak": "not counted", "pages": False, "true": 0, "line": None, "stack": f"answer: {page['answer']}",
               "right": page["lines"] is None and (told or page["answer"] != "undecided")}
    return [nothing] + judge(first, False) + judge(second, True) + [unknown]


def run(boot):
    """True when nothing is wrong."""
    rows = measure(boot)
    print("| pages traced | leak | bytes/min | line | by the line | stack |")
    print("|---|---|---:|---|---:|---|")
    for row in rows:
        stack = row["stack"]
        words = f"{stack[0]} {' < '.join(map(str, stack[1]))}" if isinstance(stack, tuple) else stack
        print(f"| {'yes' if row['pages'] else 'no'} | {row['leak']} | {row['true']:.0f} | {os.path.basename(row['line'] or '')} | "
              f"{row.get('growth', 0):.0f} | {words} |{'' if row.get('right') else ' (!)'}")
    return all(row.get("right") for row in rows)
