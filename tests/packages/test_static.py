#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""make static: one file that needs no library, the same wherever it is built, and works in an initramfs."""
import json
import os
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path[:0] = [os.path.join(ROOT, "tests"), os.path.join(ROOT, "tests/guest")]
import guest  # noqa: E402
import tap  # noqa: E402

BUILT = {"x86_64": os.path.join(ROOT, "build/static/kleak-x86_64"), "aarch64": os.path.join(ROOT, "build/static/kleak-aarch64")}
CROSS = ["ARCH=arm64", "CROSS_COMPILE=aarch64-linux-gnu-"]
MOST_BYTES = 5_000_000

# Nothing but busybox, the module that leaks, and kleak.
SCRIPT = """
insmod /kleak_test.ko
for library in /lib/*.so* /lib/*/*.so* /lib64/*; do [ ! -e $library ] || echo "a library: $library"; done
kleak --version
echo leakrate kzalloc 10 > /proc/kleak_test
kleak diagnose --json --max-overhead 100 --interval 0.5 --evidence 10 --for 100s > /tmp/page
echo "status $?"
echo stop > /proc/kleak_test
kleak --debuginfod --duration 1 2>&1
echo "status $?"
kleak --screen --interval 0.5 --duration 1 </dev/console >/dev/console 2>/tmp/said
echo "screen on $TERM, as init has it: $? $(cat /tmp/said)"
for type in vt102 unheard-of; do
	TERM=$type kleak --screen --interval 0.5 --duration 1 </dev/console >/dev/console 2>/tmp/said
	echo "screen on $type: $? $(cat /tmp/said)"
done
echo ---
cat /tmp/page
"""
UNKNOWN = ("kleak: --screen: the terminal cannot do it, or is not known (TERM={}): set TERM to what it is like, linux, "
           "vt100, vt102, vt220, xterm, xterm-256color, screen, screen-256color, tmux or tmux-256color, or leave out --screen")


def elf_parts(path):
    return subprocess.run(["readelf", "-lSW", path], stdout=subprocess.PIPE, text=True, check=True).stdout


def check_file(path):
    assert os.path.getsize(path) < MOST_BYTES, os.path.getsize(path)
    parts = elf_parts(path)
    for word in ("INTERP", "DYNAMIC", ".debug_", ".symtab"):
        assert word not in parts, word


def test_the_file():
    check_file(BUILT["x86_64"])


def test_the_file_for_arm64():
    check_file(BUILT["aarch64"])


def check_built_elsewhere(machine, *words):
    """Byte for byte, in a folder of another name and depth."""
    with tempfile.TemporaryDirectory() as place:
        tree = os.path.join(place, "another", "folder")
        os.makedirs(tree)
        subprocess.run(f"tar -c --exclude=./build --exclude=./.git --exclude=./kleak . | tar -x -C {tree}",
                       cwd=ROOT, shell=True, check=True)
        if words:  # Debian's libraries are the same
            os.makedirs(f"{tree}/build")
            os.symlink(f"{ROOT}/build/sysroot", f"{tree}/build/sysroot")
        done = subprocess.run(["make", f"-j{os.cpu_count()}", *words, "static"], cwd=tree, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:]
        with open(BUILT[machine], "rb") as here, open(f"{tree}/build/static/kleak-{machine}", "rb") as there:
            assert here.read() == there.read(), "another folder makes another file"


def test_built_elsewhere():
    check_built_elsewhere("x86_64")


def test_built_elsewhere_for_arm64():
    check_built_elsewhere("aarch64", *CROSS)


def check_in_initramfs(version, machine):
    done = guest.call(version, "--one-thread", "--timeout", "1500", "--add", f"{BUILT[machine]}:/bin/kleak",
                      "--add", f"{guest.module(version)}:/kleak_test.ko", "--", "sh", "-c", SCRIPT, timeout=1600)
    assert done.returncode == 0, done.stderr + done.stdout[-3000:]
    said, page = done.stdout.split("---\n")
    lines = said.splitlines()
    assert lines[0].startswith("kleak "), said
    assert lines[1].startswith(f"{machine}, static, libbpf v") and lines[1].endswith(", debuginfod: no"), said
    assert lines[2] == "status 3", said
    assert lines[3].startswith("kleak: --debuginfod: this kleak is linked statically"), said
    assert lines[4:] == ["status 1", "screen on linux, as init has it: 0 ", "screen on vt102: 0 ",
                         "screen on unheard-of: 1 " + UNKNOWN.format("unheard-of")], said
    names = [s["stack"][0]["symbol"] for s in json.loads(page)["report"]["sites"] if s["verdict"]["name"] == "LEAK"]
    assert names == ["kleak_leak_kzalloc"], names
    with open(os.path.join(ROOT, f"build/guest/{version}/console.log"), encoding="utf-8", errors="replace") as console:
        shown = console.read()
    assert "\x1b[" in shown and "SUnreclaim" in shown, shown[-2000:]


def test_in_an_initramfs_of_6_1():
    check_in_initramfs("6.1", "x86_64")


def test_in_an_initramfs_of_6_12():
    check_in_initramfs("6.12", "x86_64")


def test_in_an_initramfs_for_arm64():
    check_in_initramfs("arm64/6.12", "aarch64")


if __name__ == "__main__":
    tap.main(globals())
