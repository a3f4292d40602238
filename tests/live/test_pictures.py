#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Pictures of what this kernel does: complete, kept up to date, and what the report says."""
import json
import os
import re
import stat
import subprocess
import tempfile
import time
import xml.etree.ElementTree as ElementTree

from kleak import KLEAK, Kleak, Load, need_root, run, tap

HTML = "{http://www.w3.org/1999/xhtml}"
LINE = re.compile(r"(.+) ([1-9][0-9]*)")  # as speedscope; flamegraph.pl takes more


def read(path):
    with open(path, encoding="utf-8") as text:
        return text.read()


def folded(path):
    """[(frames, weight)]"""
    lines = [LINE.fullmatch(line) for line in read(path).splitlines()]
    assert all(lines), read(path)
    return [(m.group(1).split(";"), int(m.group(2))) for m in lines]


def test_all_of_them_say_what_the_report_says():
    with tempfile.TemporaryDirectory() as place, Load() as load:
        paths = {kind: os.path.join(place, kind) for kind in ("folded", "svg", "html")}
        options = [word for kind, path in paths.items() for word in (f"--{kind}", path)]
        with Kleak("--pid", str(load.pid), "--top", "1", *options) as kleak:
            load.do("eventfd 77")
            last = kleak.stop()
        assert len(last["sites"]) == 1
        stacks = folded(paths["folded"])
        assert sum(weight for _, weight in stacks) == last["sites_total"]["bytes"]
        first = last["sites"][0]
        assert stacks[0][1] == first["bytes"] and stacks[0][0][-1] == f"[{first['cache']}]"
        names = [f["symbol"] for f in reversed(first["stack"])]
        assert [f.split("_[")[0] for f in stacks[0][0][:-1]] == names, (stacks[0], names)
        for kind in ("svg", "html"):
            root = ElementTree.parse(paths[kind]).getroot()
            assert names[-1] in "".join(root.itertext()), kind
        rows = [e for e in root.iter(HTML + "tbody") if e.get("class") == "site"]
        assert len(rows) == last["sites_total"]["sites"]
        assert sum(row.get("data-b") != "0" for row in rows) == len(stacks)
        assert sum(int(row.get("data-b")) for row in rows) == last["sites_total"]["bytes"]
        for path in paths.values():
            assert stat.S_IMODE(os.stat(path).st_mode) == 0o600
        assert sorted(os.listdir(place)) == sorted(paths), os.listdir(place)


def test_a_killed_run_leaves_the_last_one():
    with tempfile.TemporaryDirectory() as place, Load() as load:
        path = os.path.join(place, "objects")
        load.do("eventfd 5")
        with Kleak("--pid", str(load.pid), "--folded", path, "--weight", "objects") as kleak:
            load.do("eventfd 61")
            kleak.until(lambda report: any(s["objects"] == 61 for s in report["sites"]))
            deadline = time.monotonic() + 5
            while 61 not in [weight for _, weight in folded(path)]:
                assert time.monotonic() < deadline, read(path)
                time.sleep(0.1)
            kleak.process.kill()
            kleak.process.wait()
        assert 61 in [weight for _, weight in folded(path)]


def test_what_is_no_regular_file():
    """A pipe gets the last report only; a full device fails then, and spoils nothing else."""
    with tempfile.TemporaryDirectory() as place:
        pipe, copy = os.path.join(place, "pipe"), os.path.join(place, "copy")
        os.mkfifo(pipe)
        with open(copy, "w", encoding="utf-8") as out, subprocess.Popen(["cat", pipe], stdout=out):
            done = run("--duration", "1.5", "--interval", "0.5", "--json", "--html", "/dev/full",
                       "--svg", pipe)
        text = read(copy)
    assert text.count("<?xml") == 1 and text.endswith("</svg>\n")
    assert done.returncode == 1 and done.stderr.count("\n") == 1, done.stderr
    assert "/dev/full: No space left" in done.stderr and json.loads(done.stdout.splitlines()[-1])["final"]


def test_where_nothing_can_be_written():
    for path in ("/no/such/folder/x.svg", "/tmp"):
        done = run("--duration", "1", "--svg", path)
        assert done.returncode == 1 and done.stdout == "", done
        assert path in done.stderr and done.stderr.count("\n") == 1, done.stderr


need_root()
if __name__ == "__main__":
    assert os.path.exists(KLEAK)
    tap.main(globals())
