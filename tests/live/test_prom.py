#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The metrics file: whole at every moment, who may read it, and what it says at the end."""
import os
import subprocess
import sys
import tempfile
import time

from kleak import KLEAK, PATIENCE, ROOT, Load, Process, need_root, run, tap

sys.path.insert(0, os.path.join(ROOT, "tests", "unit"))
import check_prom  # noqa: E402


def value(families, name, **labels):
    found = [number for key, number in families[name][1].items() if set(labels.items()) <= set(key)]
    assert len(found) <= 1, (name, labels, found)
    return found[0] if found else None


def test_metrics():
    with tempfile.TemporaryDirectory() as place, Load() as load:
        path = os.path.join(place, "kleak.prom")
        with Process([KLEAK, "--prom", path, "--interval", "0.2", "--pid", str(load.pid)],
                     stdout=subprocess.DEVNULL) as kleak:
            end, reports, objects = time.monotonic() + PATIENCE, set(), None
            while objects != 77 or len(reports) < 3:
                assert time.monotonic() < end, (reports, objects)
                if os.path.exists(path):
                    families = check_prom.check(path)
                    if not reports:
                        load.do("eventfd 77")
                    reports.add(value(families, "kleak_last_report_timestamp_seconds"))
                    assert value(families, "kleak_running") == 1
                    if "kleak_site_objects" in families:
                        objects = value(families, "kleak_site_objects", function="do_eventfd", origin="slab")
            assert os.stat(path).st_mode & 0o777 == 0o600
            kleak.terminate()
            assert kleak.wait(timeout=PATIENCE) == 0
        families = check_prom.check(path)
        assert value(families, "kleak_running") == 0
        assert value(families, "kleak_site_allocations_total", function="do_eventfd", origin="slab") == 77
        assert value(families, "kleak_events_total", event="allocations") >= 77
        assert abs(time.time() - value(families, "kleak_last_report_timestamp_seconds")) < 60
        assert os.listdir(place) == ["kleak.prom"], os.listdir(place)


def test_group_of_the_folder():
    with tempfile.TemporaryDirectory() as place:
        os.chown(place, -1, 65534)
        os.chmod(place, 0o2750)
        path = os.path.join(place, "kleak.prom")
        done = run("--prom", path, "--duration", "0.3", "--pid", str(os.getpid()))
        assert done.returncode == 0, done.stderr
        is_ = os.stat(path)
        assert (is_.st_mode & 0o777, is_.st_gid) == (0o640, 65534), is_
        assert value(check_prom.check(path), "kleak_running") == 0


def test_it_cannot_be_written():
    done = run("--prom", "/no/such/folder/kleak.prom")
    assert done.returncode == 1 and done.stdout == "" and done.stderr.count("\n") == 1, done
    done = run("--prom", "/dev/full", "--duration", "1", "--interval", "0.3")
    assert done.returncode == 1 and "final report" in done.stdout and done.stderr.count("\n") == 1, done.stderr


need_root()
if __name__ == "__main__":
    tap.main(globals())
