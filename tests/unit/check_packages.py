#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""tools/install-packages asks apt for what is missing, and for nothing else."""
import os
import re
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
PROGRAM = os.path.join(ROOT, "tools/install-packages")
sys.path.insert(0, os.path.join(ROOT, "tests"))
import tap  # noqa: E402


def guest_packages():
    with open(PROGRAM, encoding="ascii") as text:
        return re.search(r'guest\) echo "(.*?)"', text.read()).group(1).split()


def ask(lines):
    """What is said and what apt-get is called with, where dpkg-query prints these lines."""
    with tempfile.TemporaryDirectory() as place:
        for name, script in {"dpkg-query": "cat <<'END'\n" + "\n".join(lines) + "\nEND",
                             "apt-get": f'echo "$@" >>{place}/asked', "id": "echo 0"}.items():
            path = os.path.join(place, name)
            with open(path, "w", encoding="ascii") as file:
                file.write(f"#!/bin/sh\n{script}\n")
            os.chmod(path, 0o755)
        done = subprocess.run([PROGRAM, "guest"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
                              check=True, env=dict(os.environ, PATH=f"{place}:{os.environ['PATH']}"))
        asked = ""
        if os.path.exists(f"{place}/asked"):
            with open(f"{place}/asked", encoding="ascii") as file:
                asked = file.read()
    return done.stderr, asked


def lines_of(packages):
    return [f"install ok installed, {package}, " for package in packages]


def test_nothing_is_missing():
    assert ask(lines_of(guest_packages())) == ("", "")


def test_by_another_name():
    """As from Debian 13 on, where libelf1t64 provides libelf1."""
    lines = lines_of(p for p in guest_packages() if p != "libelf1")
    lines.append("install ok installed, libelf1t64, libelf1 (= 0.192-4), elf-library")
    assert ask(lines) == ("", "")


def test_what_is_missing():
    there = [p for p in guest_packages() if p not in ("cpio", "kmod")]
    # removed, of a longer name, and named only in another's provides as part of a word
    lines = lines_of(there) + ["deinstall ok config-files, cpio, ", "install ok installed, kmod-extra, old-kmod"]
    said, asked = ask(lines)
    assert said == "install-packages: installing cpio kmod\n", said
    assert asked.split("\n")[0].endswith(" cpio kmod"), asked


if __name__ == "__main__":
    tap.main(globals())
