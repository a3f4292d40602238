#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Objects that a known process makes: exactly as many as it made, and none after it freed them."""
import json
import math
import os
import subprocess
import tempfile
import time

from kleak import KLEAK, PATIENCE, Kleak, Load, Process, need_root, run, sites_of, tap, total

MESSAGE = "load_msg"  # alloc_msg(), inlined
MAP = "__bpf_map_area_alloc"

# command of the load program, how many, the function that allocates, origin
KINDS = [
    ("queue", 300, "newque", "slab"),
    ("message", 1000, MESSAGE, "slab"),
    ("semaphore", 300, "newary", "slab"),
    ("eventfd", 500, "do_eventfd", "slab"),
    ("socket", 400, "sock_alloc_inode", "slab"),
    ("map", 20, MAP, "vmalloc"),
]


def holds(function, origin, objects):
    return lambda report: total(report, function, origin=origin) == objects


def check_kind(kind, n, function, origin):
    with Load() as load, Kleak("--pid", str(load.pid)) as kleak:
        load.do(f"{kind} {n}")
        report = kleak.until(holds(function, origin, n), patience=10)
        assert total(report, function, origin=origin) == n, \
            f"{function}: {total(report, function, origin=origin)} objects, made {n}"
        for site in sites_of(report, function, origin):
            assert site["allocations"] >= site["objects"] and site["bytes"] >= site["requested_bytes"]
            assert site["age_median_s"] < 20
        if kind == "map":
            # 1 MiB of values each, and what the kernel puts in front
            held = total(report, function, "bytes", origin)
            assert n << 20 <= held <= n * ((1 << 20) + 8192), held
        load.do("free")
        report = kleak.until(holds(function, origin, 0), patience=20)
        left = total(report, function, origin=origin)
        assert left == 0, f"{function}: {left} of {n} objects listed after they were freed"
        last = kleak.stop()
        assert total(last, function, origin=origin) == 0


def test_message_queues():
    check_kind(*KINDS[0])


def test_messages():
    check_kind(*KINDS[1])


def test_semaphores():
    check_kind(*KINDS[2])


def test_eventfds():
    check_kind(*KINDS[3])


def test_sockets():
    check_kind(*KINDS[4])


def test_bpf_maps_in_vmalloc():
    check_kind(*KINDS[5])


def test_what_slab_takes_for_itself_is_no_leak():
    """Vectors of owners, sheaves: rows of their own, and a verdict, whoever needed a new slab."""
    with Load() as load, Kleak("--origin", "slab") as kleak:
        load.do("eventfd 5000")
        own = [s for s in kleak.fresh()["sites"]
               if any((f["symbol"] or "").split(".")[0] in
                      ("alloc_slab_obj_exts", "memcg_alloc_slab_cgroups", "alloc_empty_sheaf",
                       "__alloc_empty_sheaf") for f in s["stack"])]
        if not own:
            raise tap.Skip("this kernel's slabs need nothing beside")
        assert all(s["verdict"]["name"] == "CACHE" for s in own), own


def test_what_waits_for_rcu_is_pending():
    """Passed to kfree_rcu(), which has it for up to 5 s, and freed later."""
    def items(report):
        return sum(s["objects"] for s in report["sites"] if s["cache"] == "eventpoll_epi")

    if "kfree_rcu() counts as outstanding" in run("--explain").stdout:
        raise tap.Skip("a blind spot on this kernel")
    with Load() as load, Kleak("--pid", str(load.pid), interval=0.3) as kleak:
        load.do("epoll 100")
        if items(kleak.fresh()) != 100:
            raise tap.Skip("this kernel keeps epoll's items in another cache")
        load.do("free")
        report = kleak.until(lambda r: not items(r), patience=1.5)
        assert items(report) == 0, items(report)
        report = kleak.until(lambda r: not r["events"]["pending"], patience=15)
        assert report["events"]["pending"] == 0, report["events"]


def test_what_lies_in_a_sheaf_on_its_way_is_pending():
    with open("/proc/kallsyms", encoding="ascii") as symbols:
        if " rcu_free_sheaf\n" not in symbols.read():
            raise tap.Skip("this kernel has no sheaves")
    with Load() as load, Kleak("--top", "0", interval=0.3) as kleak:
        load.process.stdin.write(f"churn {PATIENCE}\n")

        def waiting(report):
            return sum(s["pending_objects"] for s in report["sites"] if s["cache"] == "maple_node")

        # a sheaf is on its way for a few milliseconds: not in every report
        report = kleak.until(waiting)
        most = waiting(report)
        assert most > 0, report["events"]
        load.process.kill()
        # others let go of such nodes at any time
        report = kleak.until(lambda r: waiting(r) < max(1, most / 4), patience=15)
        assert waiting(report) < max(1, most / 4), (most, report["events"])


def test_ages_in_a_time_namespace():
    """Its CLOCK_MONOTONIC is 100 days on, beyond 32 bits of ticks; the programs know no such clock."""
    under = ["unshare", "--time", "--monotonic", "8640000", "--"]
    try:
        subprocess.run([*under, "true"], check=True, stderr=subprocess.DEVNULL)
    except (OSError, subprocess.CalledProcessError) as error:
        raise tap.Skip("no time namespaces here") from error
    with Load() as load, \
         Kleak("--pid", str(load.pid), "--min-age", "2", interval=0.3, under=under) as kleak:
        load.do("eventfd 50")
        report = kleak.fresh()
        assert total(report, "do_eventfd") == 0, "listed before they were old enough"
        report = kleak.until(holds("do_eventfd", "slab", 50), patience=10)
        ages = [s["age_median_s"] for s in sites_of(report, "do_eventfd", "slab")]
        assert ages and all(2 <= age < 20 for age in ages), ages


def test_pid_filter_leaves_others_out():
    with Load() as load, Load() as other, Kleak("--pid", str(load.pid)) as kleak:
        other.do("eventfd 700")
        load.do("eventfd 50")
        report = kleak.until(holds("do_eventfd", "slab", 50), patience=10)
        assert total(report, "do_eventfd") == 50
        other.do("eventfd 1000")
        report = kleak.fresh()
        assert total(report, "do_eventfd") == 50
        # whoever frees: closed by the other process's exit or ours, a free counts
        assert report["filter"]["pid"] == load.pid


def opens(pid, path):
    """Does this process have that file open?"""
    folder = f"/proc/{pid}/fd"
    try:
        return any(os.readlink(os.path.join(folder, fd)) == path for fd in os.listdir(folder))
    except OSError:
        return False  # closed meanwhile


def test_a_process_that_goes_before_its_exit_can_be_seen():
    """Its number may be another's by then."""
    with Load() as load:
        with Process([KLEAK, "--json", "--pid", str(load.pid), "--interval", "0.5", "--duration", "1"],
                     stdout=subprocess.PIPE, stderr=subprocess.PIPE) as kleak:
            # names are read when it is known whom to follow, and before programs are attached
            while not opens(kleak.pid, "/proc/kallsyms"):
                assert kleak.poll() is None, kleak.stderr.read()
            load.process.kill()
            load.process.wait()
            out, err = kleak.communicate(timeout=30)
            assert kleak.returncode == 0, err
            for line in out.splitlines():
                assert f"process {load.pid} has exited" in (json.loads(line)["note"] or ""), line


def test_a_stack_that_was_another_processs():
    with Load() as load, Kleak("--pid", str(load.pid)) as kleak:
        load.do("thread 500")
        report = kleak.fresh()
        assert total(report, "do_eventfd") == 500, total(report, "do_eventfd")


def test_whole_kernel_sees_both():
    with Load() as load, Load() as other, Kleak() as kleak:
        load.do("eventfd 300")
        other.do("eventfd 200")
        # other processes of the machine may make and free some as well
        report = kleak.until(lambda r: total(r, "do_eventfd") >= 500, patience=10)
        assert total(report, "do_eventfd") >= 500, sites_of(report, "do_eventfd")
        freed = total(report, "do_eventfd", "frees")
        load.do("free")
        other.do("free")
        # nothing is left, or what others have made meanwhile
        def are_gone(report):
            return total(report, "do_eventfd") < 20 or total(report, "do_eventfd", "frees") >= freed + 500

        assert are_gone(kleak.until(are_gone, patience=20))


def find_cgroup2():
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        for line in mounts:
            fields = line.split()
            if fields[2] == "cgroup2":
                return fields[1]
    raise tap.Skip("no cgroup2 file system is mounted")


def move(pid, cgroup):
    with open(os.path.join(cgroup, "cgroup.procs"), "w", encoding="utf-8") as procs:
        procs.write(str(pid))


def test_cgroup_filter_with_descendants():
    root = find_cgroup2()
    try:
        parent = tempfile.mkdtemp(prefix="kleak-test-", dir=root)
    except OSError as error:
        raise tap.Skip(f"cannot make a cgroup: {error}") from error
    child = os.path.join(parent, "child")
    os.mkdir(child)
    try:
        with Load() as inside, Load() as below, Load() as outside:
            move(inside.pid, parent)
            move(below.pid, child)
            with Kleak("--cgroup", parent) as kleak:
                outside.do("eventfd 900")
                inside.do("eventfd 100")
                below.do("eventfd 30")
                report = kleak.until(holds("do_eventfd", "slab", 130), patience=10)
                assert total(report, "do_eventfd") == 130, total(report, "do_eventfd")
                assert report["filter"]["cgroup"] == parent
                inside.do("free")
                below.do("free")
                outside.do("free")
                report = kleak.until(holds("do_eventfd", "slab", 0), patience=20)
                assert total(report, "do_eventfd") == 0
    finally:
        for path in (child, parent):
            for _ in range(50):
                try:
                    os.rmdir(path)
                    break
                except OSError:
                    time.sleep(0.1)


def test_size_filters():
    with Load() as load, Kleak("--pid", str(load.pid), "--min-size", "1000",
                               "--max-size", "4000") as kleak:
        load.do("eventfd 100")
        load.do("map 10")
        load.do("message 100")
        report = kleak.until(holds(MESSAGE, "slab", 100), patience=10)
        assert total(report, MESSAGE) == 100
        assert total(report, "do_eventfd") == 0
        assert all(s["origin"] == "slab" for s in report["sites"]), report["sites"]
        assert all(1000 <= s["bytes"] / s["objects"] <= 4000 for s in report["sites"])


def test_cache_filter():
    with Load() as load, Kleak("--pid", str(load.pid)) as kleak:
        load.do("message 100")
        report = kleak.until(holds(MESSAGE, "slab", 100), patience=10)
        cache = sites_of(report, MESSAGE)[0]["cache"]
    assert cache.startswith("kmalloc-"), cache
    for name in (cache, "sock_inode_cache"):
        with Load() as load, Kleak("--pid", str(load.pid), "--cache", name) as kleak:
            load.do("message 100")
            load.do("socket 100")
            report = kleak.until(lambda r: r["sites"] and r["events"]["live"] >= 100, patience=10)
            assert {s["cache"] for s in report["sites"]} == {name}, report["sites"]
            kind = MESSAGE if name == cache else "sock_alloc_inode"
            assert total(report, kind) == 100, total(report, kind)


def test_origin_filter():
    with Load() as load, Kleak("--pid", str(load.pid), "--origin", "vmalloc") as kleak:
        load.do("map 3")
        report = kleak.until(holds(MAP, "vmalloc", 3), patience=10)
        assert total(report, MAP) == 3
        assert {s["origin"] for s in report["sites"]} == {"vmalloc"}


def test_min_age_and_depth():
    with Load() as load, Kleak("--pid", str(load.pid), "--min-age", "4",
                               "--stack-depth", "2") as kleak:
        load.do("eventfd 100")
        report = kleak.fresh()
        assert total(report, "do_eventfd") == 0, "too young to be listed"
        assert report["events"]["live"] >= 100
        report = kleak.until(holds("do_eventfd", "slab", 100), patience=10)
        assert total(report, "do_eventfd") == 100
        assert all(len(s["stack"]) <= 2 for s in report["sites"])
        assert min(s["age_median_s"] for s in report["sites"]) >= 4


def errors_off(report, function, objects):
    """By how many standard errors the estimate of its objects is off."""
    sites = sites_of(report, function, "slab")
    seen = sum(s["objects"] for s in sites)
    error = math.sqrt(sum(s["objects_error"] ** 2 for s in sites))
    assert error > 0, sites
    print(f"# {seen} of {objects}, standard error {error:.0f}, 1 in {report['sampling']}")
    for site in sites:
        assert site["objects"] % report["sampling"] == 0, site
        # all of one size: bytes are no surer than objects
        assert math.isclose(site["bytes_error"] / site["bytes"],
                            site["objects_error"] / site["objects"],
                            rel_tol=1e-4), site
    return abs(seen - objects) / error


def test_more_objects_than_fit():
    with Load() as load, Kleak("--pid", str(load.pid), "--max-objects", "1024") as kleak:
        load.do("eventfd 100")
        report = kleak.fresh()
        assert report["sampling"] == 1 and total(report, "do_eventfd") == 100
        load.do("eventfd 9900")
        report = kleak.fresh()
        # 30,000: each has a context, a file, a dentry
        assert 32 <= report["sampling"] <= 128, report["sampling"]
        assert report["events"]["live"] <= 1024 and report["losses"]["table_full"] == 0
        assert report["events"]["unsampled"] > 0
        assert errors_off(report, "do_eventfd", 10000) < 3
        allocations = sum(s["allocations"] for s in sites_of(report, "do_eventfd", "slab"))
        assert 7000 < allocations < 13000, allocations
        load.do("free")
        assert total(kleak.fresh(), "do_eventfd") == 0
        kleak.stop()


def test_as_many_objects_as_fit():
    """Each of them finds a place before the table is as full as it may be, and is found there when it is freed."""
    with Load() as load, Kleak("--pid", str(load.pid), "--max-objects", "20000") as kleak:
        for _ in range(3):
            load.do("eventfd 4800")  # four objects each
            report = kleak.fresh()
            assert report["events"]["live"] > 19000, report["events"]
            assert report["sampling"] == 1 and report["losses"]["table_full"] == 0, report["losses"]
            assert total(report, "do_eventfd") == 4800
            load.do("free")
            report = kleak.until(lambda r: r["events"]["live"] < 1000, patience=20)
            assert report["events"]["live"] < 1000 and total(report, "do_eventfd") == 0, report["events"]
        kleak.stop()


def test_sampling_recovers():
    """A minute after a crowd has gone twice as many are recorded; what is older stands for as many as it did."""
    with Load() as load, Kleak("--pid", str(load.pid), "--max-objects", "1024") as kleak:
        load.do("eventfd 5000")
        coarse = kleak.fresh()
        assert coarse["sampling"] == coarse["sampling_most"] >= 16, coarse["sampling"]
        load.do("free")
        load.do("eventfd 600")
        before = kleak.fresh()
        assert before["sampling"] == coarse["sampling"]
        report = kleak.until(lambda r: r["sampling"] < before["sampling"], patience=90)
        assert report["sampling"] == before["sampling"] / 2
        assert report["sampling_most"] == before["sampling"]
        # nothing comes of that
        assert total(report, "do_eventfd") == total(before, "do_eventfd")
        load.do("eventfd 2000")
        report = kleak.fresh()
        assert errors_off(report, "do_eventfd", 2600) < 3
        load.do("free")
        assert total(kleak.fresh(), "do_eventfd") == 0
        kleak.stop()


def test_sampling_by_hand():
    with Load() as load, Kleak("--pid", str(load.pid), "--sample", "1/16") as kleak:
        load.do("eventfd 8000")
        report = kleak.fresh()
        assert report["sampling"] == 16 and report["events"]["unsampled"] == 0
        assert errors_off(report, "do_eventfd", 8000) < 3
        load.do("free")
        assert total(kleak.fresh(), "do_eventfd") == 0
        kleak.stop()


def test_an_overhead_budget():
    with Load() as load, Kleak("--max-overhead", "0.01", interval=1) as kleak:
        load.process.stdin.write("churn 6\n")
        # the sampling may be coarser already, by what starting cost, before there is any load
        report = kleak.until(lambda r: r["sampling"] > 1 and r["overhead"]["percent"] > 0.01, patience=10)
        assert report["sampling"] > 1, report["overhead"]
        overhead = report["overhead"]
        assert overhead["percent"] > overhead["limit_percent"] == 0.01, overhead
        assert overhead["events_per_s"] > 100 and 10 < overhead["ns_per_event"] < 10000, overhead
        load.answer()
        with open("/proc/sys/kernel/bpf_stats_enabled", encoding="ascii") as file:
            assert file.read().strip() == "0"
        kleak.stop()


def test_growth_is_the_slope():
    with Load() as load, Kleak("--pid", str(load.pid)) as kleak:
        for _ in range(10):
            load.do("eventfd 200")
            report = kleak.next()
        site = max(sites_of(report, "do_eventfd"), key=lambda s: s["bytes"])
        # about 200 every 0.5 s for the 5 s since the start
        expected = site["bytes"] / report["elapsed_s"] * 60
        assert abs(site["growth_bytes_per_min"] - expected) < 0.2 * expected, (site, expected)


need_root()
if __name__ == "__main__":
    tap.main(globals())
