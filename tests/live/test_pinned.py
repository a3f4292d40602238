#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Objects of reclaimable caches: those that are held are told from those that can go."""
import os
import resource
import socket
import tempfile

from kleak import Kleak, need_root, tap

FILES = 500
MEMORY = "/dev/shm"  # tmpfs
DISK = "/var/tmp"


def is_memory(folder):
    with open("/proc/self/mounts", encoding="utf-8") as mounts:
        return any(line.split()[1:3] == [folder, "tmpfs"] for line in mounts)


def names(folder, what="file"):
    return [os.path.join(folder, f"{what}-{i}") for i in range(FILES)]


def site_of(report, kind):
    """The site with most of these objects: kleak follows this process alone."""
    sites = [s for s in report["sites"] if kind in s["cache"] and s["objects"] >= FILES]
    return max(sites, key=lambda s: s["objects"]) if sites else None


def verdict_of(kleak, kind):
    """The verdict, once its objects are a second old; None: there are none of them any more."""
    def is_looked_at(report):
        site = site_of(report, kind)
        pinned = site["verdict"]["pinned"] if site else None
        return pinned and pinned["of"] >= FILES

    report = kleak.until(is_looked_at)
    assert is_looked_at(report) or not site_of(report, kind), site_of(report, kind)
    return site_of(report, kind)["verdict"] if is_looked_at(report) else None


def seen(kleak, kind="dentry"):
    verdict = verdict_of(kleak, kind)
    assert verdict, f"no {kind} is listed"
    return verdict


def left_behind(make, *kinds):
    """The verdicts of what make(folder) leaves.  The caches may be dropped meanwhile, by a test beside: then again."""
    for _ in range(3):
        with tempfile.TemporaryDirectory(dir=DISK) as folder, watch() as kleak:
            make(folder)
            verdicts = [verdict_of(kleak, kind) for kind in kinds]
            kleak.stop()
        if all(verdicts):
            return verdicts
    raise AssertionError(f"of {kinds} are left {verdicts}")


def watch():
    return Kleak("--pid", str(os.getpid()), "--origin", "slab", "--top", "0", interval=0.5)


def allow_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, FILES + 100)), hard))


def test_open_unlinked_files_are_pinned():
    if not is_memory(MEMORY):
        raise tap.Skip(f"{MEMORY} is no tmpfs")
    allow_files()
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder, watch() as kleak:
        held = []
        for name in names(folder):
            held.append(os.open(name, os.O_CREAT | os.O_RDWR))
            os.unlink(name)
        verdict = seen(kleak)
        for fd in held:
            os.close(fd)
        kleak.stop()
    pinned = verdict["pinned"]
    assert verdict["reclaimable"] and verdict["name"] != "CACHE", verdict
    assert pinned["sampled"] == 64 and pinned["low"] >= 0.9, verdict
    assert pinned["references"] == pinned["pinned"] and pinned["file_system"] == "tmpfs", verdict


def test_inodes_are_pinned_by_their_dentries():
    allow_files()
    with watch() as kleak:
        held = [socket.socket(socket.AF_UNIX) for _ in range(FILES)]
        pinned = seen(kleak, "sock_inode_cache")["pinned"]
        for one in held:
            one.close()
        kleak.stop()
    assert pinned["dentries"] >= 62 and pinned["low"] >= 0.9, pinned
    assert pinned["file_system"] == "sockfs", pinned


def test_files_that_exist_in_memory_are_told_apart():
    if not is_memory(MEMORY):
        raise tap.Skip(f"{MEMORY} is no tmpfs")
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder, watch() as kleak:
        for name in names(folder):
            os.close(os.open(name, os.O_CREAT | os.O_RDWR))
        pinned = seen(kleak)["pinned"]
        kleak.stop()
    assert pinned["files"] >= 62 and pinned["low"] >= 0.9, pinned


def check_can_go(verdict):
    assert verdict["name"] == "CACHE" and verdict["why"] == "the kernel can reclaim it", verdict
    assert verdict["pinned"]["high"] <= 0.1, verdict


def look_for(folder):
    for name in names(folder, "missing"):
        assert not os.path.exists(name)


def create(folder):
    for name in names(folder):
        os.close(os.open(name, os.O_CREAT | os.O_RDWR))


def test_what_nobody_uses_can_go():
    """Names that were looked for, and files that were closed."""
    if is_memory(DISK):
        raise tap.Skip(f"{DISK} is tmpfs")
    for make, kinds in ((look_for, ["dentry"]), (create, ["dentry", "inode"])):
        for verdict in left_behind(make, *kinds):
            check_can_go(verdict)


need_root()
if __name__ == "__main__":
    tap.main(globals())
