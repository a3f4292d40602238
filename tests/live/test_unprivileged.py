#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Without root: each capability that is missing costs what README.md says, and that is said; PID namespaces."""
import json
import os
import shutil
import subprocess
import tempfile
import threading

from kleak import KLEAK, PATIENCE, Load, need_root, sites_of, tap, total

ALL = ("bpf", "perfmon", "syslog", "dac_read_search", "sys_ptrace")


class Nobody:
    """kleak as another user, with some capabilities."""

    def __init__(self):
        self.place = tempfile.TemporaryDirectory()
        os.chmod(self.place.name, 0o755)
        self.program = shutil.copy(KLEAK, self.place.name)

    def run(self, capabilities, *argv):
        some = ",".join(["-all", *(f"+{name}" for name in capabilities)])
        done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", f"--inh-caps={some}",
                               f"--ambient-caps={some}", f"--bounding-set={some}", "--no-new-privs", self.program,
                               *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=2 * PATIENCE,
                              check=False)
        if done.stderr.startswith("setpriv:"):
            raise tap.Skip(done.stderr.strip())
        return done

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.place.cleanup()


def without(*names):
    return [name for name in ALL if name not in names]


def blind_spots(nobody, capabilities):
    done = nobody.run(capabilities, "diagnose", "--explain")
    assert done.returncode == 0, done.stderr
    return done.stdout[done.stdout.index("\nblind spots\n"):]


def test_what_each_one_costs():
    with Nobody() as nobody:
        assert "CAP_" not in blind_spots(nobody, ALL)
        for name, sentences in (("syslog", ("stacks are printed as numbers", "vmalloc is not traced", "CAP_SYSLOG")),
                                ("dac_read_search", ("/proc/slabinfo cannot be read", "cgroups of those", "CAP_DAC_READ_SEARCH")),
                                ("sys_ptrace", ("namespaces and mounts of other users", "CAP_SYS_PTRACE"))):
            text = blind_spots(nobody, without(name))
            for sentence in sentences:
                assert sentence in text, (name, text)
            for other in without(name, "bpf", "perfmon"):
                assert f"CAP_{other.upper()}" not in text, (name, other, text)


def test_what_it_takes():
    with Nobody() as nobody:
        for name in ("bpf", "perfmon"):
            done = nobody.run(without(name), "--duration", "1")
            assert done.returncode == 1 and not done.stdout, done
            assert "CAP_BPF and CAP_PERFMON" in done.stderr and done.stderr.count("\n") == 1, done.stderr


def test_it_finds_what_root_finds():
    with Nobody() as nobody, Load() as load:
        load.do("eventfd 1")
        done = nobody.run(["bpf", "perfmon"], "--json", "--duration", "1", "--pid", str(load.pid))
        assert done.returncode == 0, done.stderr
        last = json.loads(done.stdout.splitlines()[-1])
        assert any("CAP_SYSLOG" in spot for spot in last["blind_spots"]), last["blind_spots"]
        # the numbers of its stack can be named by who may
        assert not sites_of(last, "do_eventfd"), last["sites"]
        assert all(frame["symbol"] is None for site in last["sites"] for frame in site["stack"]), last["sites"]


class Opening:
    """Opens an eventfd every few milliseconds: another machine may do nothing in a second."""

    def __init__(self):
        self.load = Load()
        self.ended = threading.Event()
        self.thread = threading.Thread(target=self.open)

    def open(self):
        while not self.ended.wait(0.01):
            self.load.do("eventfd 1")

    def __enter__(self):
        self.load.__enter__()
        self.thread.start()
        return self

    def __exit__(self, *how):
        self.ended.set()
        self.thread.join()
        self.load.__exit__(*how)


def test_names_without_root():
    with Nobody() as nobody, Opening():
        done = nobody.run(["bpf", "perfmon", "syslog"], "--json", "--duration", "1")
    assert done.returncode == 0, done.stderr
    last = json.loads(done.stdout.splitlines()[-1])
    assert not any("CAP_SYSLOG" in spot for spot in last["blind_spots"]), last["blind_spots"]
    assert sites_of(last, "do_eventfd"), last["sites"]


def test_file_capabilities():
    """As setcap gives them to the program."""
    if not shutil.which("setcap"):
        raise tap.Skip("no setcap")
    with Nobody() as nobody:
        names = ",".join(f"cap_{name}" for name in without("sys_ptrace"))
        set_ = subprocess.run(["setcap", f"{names}=ep", nobody.program], stderr=subprocess.PIPE, text=True, check=False)
        if set_.returncode:
            raise tap.Skip(f"no capabilities of files here: {set_.stderr.strip()}")
        with Opening():
            done = subprocess.run(["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", nobody.program,
                                   "--json", "--duration", "1"], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                  text=True, check=False)
        assert done.returncode == 0, done.stderr
        last = json.loads(done.stdout.splitlines()[-1])
        assert sites_of(last, "do_eventfd"), last["sites"]
        assert not any("CAP_" in spot for spot in last["blind_spots"]), last["blind_spots"]


def in_a_namespace(*argv):
    done = subprocess.run(["unshare", "--pid", "--fork", "--mount-proc", *argv], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=False)
    if "unshare" in done.stderr:
        raise tap.Skip(done.stderr.strip())
    return done


INSIDE = """
import os, subprocess, sys
kleak = subprocess.Popen([sys.argv[1], "--json", "--duration", "3", "--interval", "1", "--pid", str(os.getpid())],
                         stdout=subprocess.PIPE, text=True)
kleak.stdout.readline()
files = [os.eventfd(0) for _ in range(77)]
print(os.getpid(), kleak.communicate()[0].splitlines()[-1])
"""


def test_pid_namespace():
    """--pid has the numbers of the namespace that kleak runs in, as in a container."""
    with Load() as load:
        load.do("eventfd 5")  # of another process
        done = in_a_namespace("python3", "-c", INSIDE, KLEAK)
    assert done.returncode == 0, done.stderr
    number, _, text = done.stdout.partition(" ")
    last = json.loads(text)
    assert int(number) < 20, f"process {number}: this is no namespace of its own"
    assert last["filter"]["pid"] == int(number), last["filter"]
    assert total(last, "do_eventfd", origin="slab") == 77, sites_of(last, "do_eventfd")


def test_pid_namespace_is_told():
    told = in_a_namespace(KLEAK, "diagnose", "--explain").stdout
    assert "this is a PID namespace of its own" in told, told
    done = in_a_namespace(KLEAK, "--duration", "1", "--pid", str(os.getpid()))
    assert done.returncode == 1 and "there is no process" in done.stderr, done


if __name__ == "__main__":
    need_root()
    tap.main(globals())
