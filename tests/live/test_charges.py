#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Whom objects are charged to, on this kernel: a process in a cgroup of its own, which is removed in the end."""
import contextlib
import json
import os
import re
import signal
import subprocess
import tempfile
import time

from kleak import KLEAK, ROOT, Kleak, Load, check_schema, need_root, tap

FILES = 500


def hierarchy():
    """Where cgroups with the memory controller are made: version 2, or 1."""
    for root in "/sys/fs/cgroup", "/sys/fs/cgroup/unified":
        try:
            with open(f"{root}/cgroup.subtree_control", encoding="ascii") as text:
                if "memory" in text.read().split():
                    return root
        except OSError:
            pass
    if os.path.isdir("/sys/fs/cgroup/memory"):
        return "/sys/fs/cgroup/memory"
    raise tap.Skip("no memory controller in which cgroups can be made")


def census(option, name):
    done = subprocess.run([KLEAK, "census", option, "--json"], stdout=subprocess.PIPE, check=True, timeout=60)
    return check_schema(name, done.stdout)


def files_of(charges, path):
    """How many objects of filp the cgroup is charged with."""
    groups = [g for g in charges["cgroups"] if (g["path"] or "").endswith(path)]
    return sum(c["objects"] for g in groups for c in g["caches"] if c["name"] == "filp")


def remove(group):
    for _ in range(50):
        try:
            os.rmdir(group)
            break
        except OSError:
            time.sleep(0.1)


@contextlib.contextmanager
def load_in_a_cgroup():
    """A load in a cgroup of its own: its directory, the load."""
    group = f"{hierarchy()}/kleak test {os.getpid()}"
    try:
        os.mkdir(group)
    except OSError as error:
        raise tap.Skip(f"no cgroup can be made: {error}") from error
    try:
        with Load() as load:
            with open(f"{group}/cgroup.procs", "w", encoding="ascii") as procs:
                procs.write(str(load.pid))
            yield group, load
    finally:
        remove(group)


def test_objects_of_a_cgroup():
    with load_in_a_cgroup() as (group, load):
        name = "/" + os.path.basename(group)
        before = files_of(census("--by-cgroup", "charges"), name)
        load.do(f"eventfd {FILES}")
        after = files_of(census("--by-cgroup", "charges"), name)
        # Files that are closed go a grace period later.
        assert FILES - 5 <= after - before <= FILES, (before, after)
    alive = census("--zombies", "zombies")["cgroups_alive"]
    assert alive >= 1


def waits_for_signals(pid):
    """Has it opened a signalfd, which it does for that?"""
    for fd in os.listdir(f"/proc/{pid}/fd"):
        with contextlib.suppress(OSError):
            if "signalfd" in os.readlink(f"/proc/{pid}/fd/{fd}"):
                return True
    return False


def test_which_cgroup_grows():
    """The first one is that which grew, by so many objects; Ctrl-C ends the wait and not the answer."""
    with load_in_a_cgroup() as (group, load):
        name = "/" + os.path.basename(group)
        with subprocess.Popen([KLEAK, "census", "--by-cgroup", "--duration", "1h", "--json"],
                              stdout=subprocess.PIPE) as kleak:
            end = time.monotonic() + 60
            while not waits_for_signals(kleak.pid):
                assert time.monotonic() < end, "it does not wait"
                time.sleep(0.2)
            load.do(f"eventfd {20 * FILES}")
            kleak.send_signal(signal.SIGINT)
            out, _ = kleak.communicate(timeout=60)
        assert kleak.returncode == 0, kleak.returncode
        charges = check_schema("charges", out)
        first = charges["cgroups"][0]
        assert first["path"].endswith(name) and not first["new"], [c["path"] for c in charges["cgroups"]][:5]
        (files,) = [c for c in first["caches"] if c["name"] == "filp"]
        # Files that are closed go a grace period later.
        assert 20 * FILES - 5 <= files["grew_objects"] <= 20 * FILES, files
        assert first["grew_bytes"] >= files["grew_objects"] * 192 and charges["growth_s"] > 0, first


def test_metrics_of_a_cgroup():
    with tempfile.TemporaryDirectory() as folder, load_in_a_cgroup() as (group, load):
        load.do(f"eventfd {FILES}")
        done = subprocess.run([KLEAK, "census", "--by-cgroup", "--top", "500", "--prom", f"{folder}/charges.prom"],
                              stdout=subprocess.PIPE, text=True, check=True)
        with open(f"{folder}/charges.prom", encoding="utf-8") as text:
            lines = text.read().splitlines()
        check = subprocess.run([os.path.join(ROOT, "tests/unit/check_prom.py"), f"{folder}/charges.prom"], check=False)
    assert check.returncode == 0 and os.path.basename(group) in done.stdout
    label = f'{{cgroup="/{os.path.basename(group)}"'
    numbers = dict(line.rsplit(" ", 1) for line in lines if line[0] != "#")
    slab = int(numbers[f'kleak_charged_bytes{label},kind="slab"}}'])
    assert FILES * 192 < slab <= int(numbers[f"kleak_charged_kernel_bytes{label}}}"]), numbers


def at(report, function):
    return [s for s in report["sites"] if any(f["symbol"] == function for f in s["stack"])]


def test_only_what_a_cgroup_is_charged():
    with load_in_a_cgroup() as (group, load), Load() as other, Kleak("--charged-to", group) as kleak:
        other.do(f"queue {FILES}")
        load.do(f"eventfd {FILES}")
        # a site all of whose objects came and went while it was looked at is not known, and the machine is not ours
        report = kleak.until(lambda r: at(r, "do_eventfd") and r["charged_to"]["unknown_bytes"] < FILES * 64)
        files = [s for s in at(report, "do_eventfd") if s["cache"] == "filp"]
        assert files and files[0]["objects"] >= FILES, report["sites"]
        charged = files[0]["charged"]
        assert charged["looked_at"] == 64 and charged["unknown"] == 0, charged
        # others of this machine may make some at the same place, and are charged to others
        assert charged["to_filter"] == 64 or files[0]["objects"] > FILES, (charged, files[0]["objects"])
        its = {g["cgroup"]: g["objects"] for g in charged["cgroups"]}
        assert its.get("/" + os.path.basename(group)) == charged["to_filter"] > 0, charged
        assert "live-load" in {w["comm"] for w in files[0]["who"]}, files[0]["who"]
        # Queues that nobody in there has made are not listed, nor counted as not known: slabs tell.
        assert not at(report, "newque"), at(report, "newque")
        told = report["charged_to"]
        assert told["sites"] >= report["sites_total"]["sites"] > 0 and not told["removed"], told
        assert "slab" not in told["unknown_origins"] or told["unknown_bytes"] < FILES * 64, told
        assert told["bytes"] >= FILES * 192, told
        load.do("free")
    with load_in_a_cgroup() as (group, load), Kleak("--charged-to", group) as kleak:
        load.process.stdin.close()
        load.process.wait()
        remove(group)
        # what its last process has freed may still wait for a grace period
        report = kleak.until(lambda r: r["charged_to"]["removed"] and not r["sites"])
        assert report["charged_to"]["removed"] and not report["sites"], report


def test_a_page_of_what_is_charged():
    with tempfile.TemporaryDirectory() as folder, load_in_a_cgroup() as (group, load):
        saved = f"{folder}/saved.kleak"
        with Kleak("--charged-to", group, "--save", saved) as kleak:
            load.do(f"eventfd {FILES}")
            kleak.until(lambda r: at(r, "do_eventfd"))
            kleak.stop()
        page = subprocess.run([KLEAK, "report", "--top", "0", saved], stdout=subprocess.PIPE, text=True, check=True).stdout
    assert f"charged to {group}: about " in page and "64 of a site at most" in page, page
    # others of this machine may make some at the same place
    assert re.search(r"charged to it: [1-9]\d* of 64 objects looked at", page), page


def rows_of(report):
    return {row["cgroup"] or row["whom"]: row for row in report["by_cgroup"]}


def test_what_is_listed_by_cgroup():
    """Of two that allocate at one place each has its part of the site, and so have they in a saved file."""
    with tempfile.TemporaryDirectory() as folder, load_in_a_cgroup() as (group, load), Load() as other:
        name, saved = "/" + os.path.basename(group), f"{folder}/saved.kleak"
        with Kleak("--by-cgroup", "--cache", "filp", "--save", saved) as kleak:
            load.do(f"eventfd {FILES}")
            other.do(f"eventfd {FILES // 2}")
            report = kleak.until(lambda r: any(s["objects"] >= FILES * 3 // 2 for s in at(r, "do_eventfd")))
            its = rows_of(report)[name]
            # 64 objects of the site are looked at: about two thirds of them are its.
            assert FILES * 0.7 < its["objects"] < FILES * 1.3 and its["bytes"] > its["objects"] * 190, report["by_cgroup"]
            assert its["growth_bytes_per_min"] > 0 and its["sites"] >= 1, its
            total = sum(row["bytes"] for row in report["by_cgroup"])
            assert abs(total - report["sites_total"]["bytes"]) < 64 * len(report["sites"]), (total, report["sites_total"])
            (site, *_) = at(report, "do_eventfd")
            assert "live-load" in {w["comm"] for w in site["who"]}, site["who"]
            kleak.stop()
        text = subprocess.run([KLEAK, "report", "--by-cgroup", "--top", "1", saved], stdout=subprocess.PIPE, text=True,
                              check=True).stdout
    assert re.search(rf"^ +\S+ +\S+ +\d+ +\d+  {re.escape(name)}$", text, re.M), text
    assert "charged to: estimates, by" in text, text


def test_what_version_1_does_not_tell():
    """Whether others allocate than are charged: that it is not known is said, not left to be guessed."""
    explained = subprocess.run([KLEAK, "--explain", "--by-cgroup"], stdout=subprocess.PIPE, text=True, check=True).stdout
    told = "whether others have allocated what a cgroup is charged with is not told: memory is charged to cgroups of version 1"
    assert (told in " ".join(explained.split())) == (hierarchy() == "/sys/fs/cgroup/memory"), explained


need_root()
if __name__ == "__main__":
    tap.main(globals())
