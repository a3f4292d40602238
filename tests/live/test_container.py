#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""kleak where there is nothing else, as in the image of deploy/container: in a root folder with namespaces of its
own, and in a container of crun or runc, where one of them is installed."""
import contextlib
import json
import os
import re
import shutil
import subprocess
import tempfile

from kleak import KLEAK, PATIENCE, ROOT, growing, need_root, tap

# kleak as it goes into an image; without one ./kleak with its libraries.
STATIC = os.environ.get("KLEAK_IMAGE", KLEAK)
TRACING = ("CAP_BPF", "CAP_PERFMON", "CAP_SYSLOG")


@contextlib.contextmanager
def image():
    """The root folder: what FROM scratch leaves, and the libraries that a kleak needs that is not static."""
    with tempfile.TemporaryDirectory() as root:
        shutil.copy(STATIC, f"{root}/kleak")
        listed = subprocess.run(["ldd", STATIC], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=False)
        for library in re.findall(r"(/\S+) \(0x", listed.stdout):
            os.makedirs(root + os.path.dirname(library), exist_ok=True)
            shutil.copy(library, root + library)
        for folder in ("proc", "sys", "dev", "out"):
            os.mkdir(f"{root}/{folder}")
        yield root


def in_root(root, capabilities, *argv):
    """In PID and mount namespaces of its own, with these capabilities (and that for chroot())."""
    some = ",".join(["-all", "+sys_chroot", *(f"+{name.lower().removeprefix('cap_')}" for name in capabilities)])
    script = f"""mount -t proc proc {root}/proc && mount -t sysfs sysfs {root}/sys &&
                 exec setpriv --bounding-set={some} --inh-caps=-all --no-new-privs chroot {root} "$@" """
    done = subprocess.run(["unshare", "--mount", "--pid", "--fork", "sh", "-c", script, "sh", *argv],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, timeout=PATIENCE, check=False)
    if re.search("^(unshare|mount|setpriv):", done.stderr, re.M):
        raise tap.Skip(done.stderr.strip())
    return done


def engine():
    found = shutil.which("runc") or shutil.which("crun")
    if not found:
        raise tap.Skip("neither crun nor runc is installed: no container was tried")
    return found


def in_container(root, capabilities, *argv):
    """With the file systems, masks and namespaces that engines give by default, but for seccomp and cgroups."""
    with tempfile.TemporaryDirectory() as bundle:
        subprocess.run([engine(), "spec"], cwd=bundle, check=True)
        with open(f"{bundle}/config.json", encoding="utf-8") as text:
            config = json.load(text)
        config["process"].update(terminal=False, args=list(argv), cwd="/")
        config["process"]["capabilities"] = {kind: list(capabilities) for kind in
                                             ("bounding", "effective", "permitted")}
        config["root"] = {"path": root, "readonly": True}
        config["mounts"] = [mount for mount in config["mounts"] if mount["destination"] != "/sys/fs/cgroup"]
        config["linux"].pop("resources", None)
        with open(f"{bundle}/config.json", "w", encoding="utf-8") as text:
            json.dump(config, text)
        manager = ["--cgroup-manager=disabled"] if os.path.basename(engine()) == "crun" else []
        done = subprocess.run([engine(), f"--root={bundle}/state", *manager, "run", f"--bundle={bundle}",
                               f"kleak-test-{os.getpid()}"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              timeout=PATIENCE, check=False)
    if done.returncode and "kleak:" not in done.stderr and not done.stdout:
        raise tap.Skip(f"no container can be run here: {done.stderr.strip()}")
    return done


def check_books(run, root):
    done = run(root, (), "/kleak", "check", "--max", "kernel=100%")
    assert done.returncode == 0 and done.stdout.startswith("KLEAK OK: kernel "), done
    done = run(root, (), "/kleak", "ledger", "--json", "--duration", "0.2", "--interval", "0.1")
    assert done.returncode == 0, done
    last = json.loads(done.stdout.splitlines()[-1])
    assert not last["unread"] and last["caches_total"] > 10, last["unread"]


def check_tracing(run, root):
    done = run(root, (), "/kleak", "--duration", "1")
    assert done.returncode == 1 and "CAP_BPF and CAP_PERFMON" in done.stderr, done
    with growing():
        done = run(root, TRACING, "/kleak", "--json", "--duration", "1.5", "--interval", "0.5")
    assert done.returncode == 0, done
    last = json.loads(done.stdout.splitlines()[-1])
    assert last["events"]["allocations"] > 0, last["events"]
    assert any(frame["symbol"] for site in last["sites"] for frame in site["stack"]), last["sites"]
    done = run(root, TRACING, "/kleak", "diagnose", "--explain")
    for sentence in ("this is a PID namespace of its own", "CAP_DAC_READ_SEARCH", "CAP_SYS_PTRACE"):
        assert sentence in done.stdout, done


def test_books_in_a_root_of_its_own():
    with image() as root:
        check_books(in_root, root)


def test_tracing_in_a_root_of_its_own():
    with image() as root:
        check_tracing(in_root, root)


def test_books_in_a_container():
    engine()
    with image() as root:
        check_books(in_container, root)


def test_tracing_in_a_container():
    engine()
    with image() as root:
        check_tracing(in_container, root)


def test_what_the_daemonset_runs():
    with open(os.path.join(ROOT, "deploy/container/daemonset.yaml"), encoding="ascii") as text:
        argv = json.loads(re.search(r"^ *args: (\[.*\])$", text.read(), re.M).group(1))
    assert argv[-2:] == ["--prom", "/metrics/kleak-books.prom"], argv
    with image() as root:
        os.mkdir(f"{root}/metrics")
        done = in_root(root, (), "/kleak", *argv, "--duration", "0.5")
        assert done.returncode == 0, done
        with open(f"{root}/metrics/kleak-books.prom", encoding="ascii") as metrics:
            assert "\nkleak_books_unread 0\n" in metrics.read()


if __name__ == "__main__":
    need_root()
    tap.main(globals())
