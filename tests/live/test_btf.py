#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""Types from a file (--btf), with and without BTF that the kernel has of its own."""
import os
import shutil
import struct
import subprocess
import tempfile

from kleak import KLEAK, ROOT, Kleak, Load, need_root, run, sites_of, tap

OWN = "/sys/kernel/btf/vmlinux"
# The kernel's file is hidden.  The kernel itself still has its BTF, but kleak does not use it then.
HIDDEN = ("unshare", "-m", "sh", "-c", 'mount -t tmpfs none /sys/kernel/btf && exec "$@"', "sh")


def copy_to(place):
    if not os.path.exists(OWN):
        raise tap.Skip("this kernel has no BTF to copy")
    return shutil.copy(OWN, os.path.join(place, "btf"))


def hidden(*argv):
    done = subprocess.run([*HIDDEN, KLEAK, *argv], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                          check=False)
    if "mount" in done.stderr or "unshare" in done.stderr:
        raise tap.Skip(f"cannot hide BTF here: {done.stderr.strip()}")
    return done


def check_counts(copy, under, spot):
    """What a process allocates is found to the object."""
    with Load() as load, Kleak("--btf", copy, "--pid", str(load.pid), under=under) as kleak:
        load.do("message 500")
        report = kleak.until(lambda r: sum(s["objects"] for s in sites_of(r, "load_msg")) == 500)
        sites = sites_of(report, "load_msg")
        assert sum(s["objects"] for s in sites) == 500, sites
        assert any(spot in s for s in report["blind_spots"]), report["blind_spots"]
        assert any(f"they are from {copy}" in s for s in report["blind_spots"]), report["blind_spots"]
        kleak.stop()


def test_a_copy():
    with tempfile.TemporaryDirectory() as place:
        copy = copy_to(place)
        done = run("--btf", copy, "--explain")
        assert done.returncode == 0 and f"\ntypes from {copy}\n" in done.stdout, done
        own = run("--explain")
        assert "\ntypes from the kernel's own BTF\n" in own.stdout, own
        hooks_on = [text[text.index("hooks on"):text.index("hooks off")] for text in (done.stdout, own.stdout)]
        assert hooks_on[0] == hooks_on[1], hooks_on
        check_counts(copy, (), "before kleak started")


def test_no_btf_of_its_own():
    with tempfile.TemporaryDirectory() as place:
        copy = copy_to(place)
        done = hidden("--btf", copy, "--explain")
        assert done.returncode == 0 and f"\ntypes from {copy}; the kernel has no BTF of its own\n" in done.stdout, done
        on = done.stdout[done.stdout.index("hooks on"):done.stdout.index("hooks off")]
        assert "raw_tp kfree\n" in on and "fentry" not in on and "fexit" not in on, on
        kprobes = "kprobe kmem_cache_free_bulk\n" in on
        check_counts(copy, HIDDEN, "kprobes stand in" if kprobes else "fexit needs BTF in the kernel itself")
        for argv in (["run", "--btf", copy, "--", "true"], ["census", "--btf", copy, "--top", "3"],
                     ["diagnose", "--btf", copy, "--now", "--evidence", "1", "--for", "12", "--interval", "1"]):
            done = hidden(*argv)
            assert done.returncode in (0, 3, 4, 5) and "libbpf" not in done.stderr, (argv, done)


def test_neither():
    done = hidden()
    assert done.returncode == 1 and done.stdout == "" and done.stderr.count("\n") == 1, done
    assert "no BTF" in done.stderr and "--btf FILE" in done.stderr, done
    done = hidden("ledger", "--", "true")
    assert done.returncode == 0 and done.stderr == "" and "MemTotal" in done.stdout, done


def refused(file, *words):
    done = run("--btf", file, "--explain")
    assert done.returncode == 1 and done.stdout == "", done
    assert done.stderr.startswith(f"kleak: --btf {file}: ") and done.stderr.count("\n") == 1, done.stderr
    for word in words:
        assert word in done.stderr, (word, done.stderr)


def of_another_kernel(copy):
    """Change how large a struct inode is."""
    with open(copy, "rb") as file:
        bytes_ = bytearray(file.read())
    header, types, types_len, strings = struct.unpack_from("<4I", bytes_, 4)
    name = bytes_.index(b"\0inode\0", header + strings) + 1 - header - strings
    for at in range(header + types, header + types + types_len, 4):
        its_name, info, size = struct.unpack_from("<3I", bytes_, at)
        if its_name == name and info >> 24 & 0x1f == 4:
            struct.pack_into("<I", bytes_, at + 8, size - 8)
    with open(copy, "wb") as file:
        file.write(bytes_)


def test_wrong_files():
    with tempfile.TemporaryDirectory() as place:
        text = os.path.join(place, "text")
        with open(text, "w", encoding="ascii") as file:
            file.write("no BTF")
        refused(text, "it holds no BTF")
        refused(os.path.join(place, "missing"), "No such file or directory")
        refused(os.path.join(ROOT, "build/filecount.bpf.o"), "it is no kernel's")
        copy = copy_to(place)
        of_another_kernel(copy)
        if not os.path.isdir("/sys/kernel/slab/inode_cache"):
            raise tap.Skip("this kernel does not tell how large the objects of its caches are")
        refused(copy, "it is of another kernel: a struct inode has")
    done = run("ledger", "--btf", OWN)
    assert done.returncode == 2 and "--btf belongs to" in done.stderr, done


need_root()
if __name__ == "__main__":
    tap.main(globals())
