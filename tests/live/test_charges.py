#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Whom objects are charged to, on this kernel: a process in a cgroup of its own, which is removed in the end."""
import json
import os
import subprocess
import time

from kleak import KLEAK, ROOT, Load, need_root, tap

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
    check = subprocess.run([os.path.join(ROOT, "tests/unit/check-schema.py"),
                            os.path.join(ROOT, f"tests/unit/{name}.schema.json")], input=done.stdout,
                           stderr=subprocess.PIPE, check=False)
    assert check.returncode == 0, check.stderr.decode()
    return json.loads(done.stdout)


def files_of(charges, path):
    """How many objects of filp the cgroup is charged with."""
    groups = [g for g in charges["cgroups"] if (g["path"] or "").endswith(path)]
    return sum(c["objects"] for g in groups for c in g["caches"] if c["name"] == "filp")


def test_objects_of_a_cgroup():
    name = f"/kleak test {os.getpid()}"
    group = hierarchy() + name
    try:
        os.mkdir(group)
    except OSError as error:
        raise tap.Skip(f"no cgroup can be made: {error}") from error
    try:
        with Load() as load:
            with open(f"{group}/cgroup.procs", "w", encoding="ascii") as procs:
                procs.write(str(load.pid))
            before = files_of(census("--by-cgroup", "charges"), name)
            load.do(f"eventfd {FILES}")
            after = files_of(census("--by-cgroup", "charges"), name)
            # Files that are closed go a grace period later.
            assert FILES - 5 <= after - before <= FILES, (before, after)
    finally:
        for _ in range(50):
            try:
                os.rmdir(group)
                break
            except OSError:
                time.sleep(0.1)
    alive = census("--zombies", "zombies")["cgroups_alive"]
    assert alive >= 1


need_root()
if __name__ == "__main__":
    tap.main(globals())
