#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What bash completes: commands, the options of each, values, files."""
import os
import pty
import select
import shutil
import subprocess
import sys
import tempfile
import time

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import tap  # noqa: E402
from check_words import TABLE, VERBS  # noqa: E402

FILE = os.path.join(ROOT, "build/kleak.bash")
CALL = f'source {FILE}; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kleak; printf "%s\\n" "${{COMPREPLY[@]}}"'


def complete(*words, cwd=None):
    """What the last of the words may become; bash takes = for a word of its own."""
    if not shutil.which("bash"):
        raise tap.Skip("no bash")
    done = subprocess.run(["bash", "--norc", "-c", CALL, "bash", "kleak", *words], stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, text=True, check=False, cwd=cwd)
    assert done.returncode == 0 and not done.stderr, done
    return set(done.stdout.split("\n")) - {""}


def test_commands():
    assert complete("") == VERBS - {"kleak"}, complete("")
    assert complete("di") == {"diagnose", "diff"}
    assert complete("census", "") == {option for option, row in TABLE.items() if "census" in row.verbs}


def test_options_of_each_command():
    for verb in VERBS:
        words = [] if verb == "kleak" else [verb]
        wanted = {option for option, row in TABLE.items() if verb in row.verbs}
        assert complete(*words, "--") == wanted, (verb, complete(*words, "--") ^ wanted)
    assert complete("run", "--exit-c") == {"--exit-code"}
    assert complete("ledger", "--exit-c") == set()


def test_values():
    for option, row in TABLE.items():
        if row.choices:
            assert complete("report", option, "") == row.choices, option
            assert complete("report", option, "=") == row.choices, option
    assert complete("--sort", "=", "g") == {"growth"}
    assert complete("--sort=g") == {"--sort=growth"}  # without = in COMP_WORDBREAKS
    assert complete("--top", "") == set()
    assert complete("--top", "5", "--sort", "a") == {"age"}
    assert complete("--top", "=", "5", "--so") == {"--sort"}
    assert complete("--scan", "--so") == {"--sort"}
    assert complete("--scan", "=", "5", "--so") == {"--sort"}
    assert str(os.getpid()) in complete("-p", str(os.getpid()))


def test_lists():
    assert complete("--origin", "slab,v") == {"slab,vmalloc"}
    assert complete("--origin", "slab,pages,") == {"slab,pages,vmalloc", "slab,pages,percpu"}


def test_caches():
    if not os.access("/proc/slabinfo", os.R_OK):
        raise tap.Skip("/proc/slabinfo cannot be read")
    assert "dentry" in complete("census", "--cache", "dent")
    assert "kmalloc-64,dentry" in complete("--cache", "kmalloc-64,dent")
    assert not [word for word in complete("--cache", "") if word.startswith(("#", "slabinfo"))]


def test_files():
    with tempfile.TemporaryDirectory() as place:
        os.mkdir(os.path.join(place, "folder"))
        for name in ("a file", "a night.kleak"):
            with open(os.path.join(place, name), "w", encoding="ascii"):
                pass
        assert complete("report", "a", cwd=place) == {"a file", "a night.kleak"}
        assert complete("diff", "a file", "a n", cwd=place) == {"a night.kleak"}
        assert complete("--svg", "", cwd=place) == {"a file", "a night.kleak", "folder"}
        assert complete("--debug-dir", "", cwd=place) == {"folder"}


def test_words():
    assert complete("kmemleak", "") == {"scan", "list", "clear"}
    assert "true" in complete("run", "--", "tru")
    assert "true" in complete("run", "--top", "5", "tru")
    assert complete("run", "ls", "--ex") == set()  # an option of ls is none of ours


def typed(text, wanted):
    """What an interactive bash has made of the text when `wanted` is there, or after some seconds."""
    pid, terminal = pty.fork()
    if not pid:
        os.execvp("bash", ["bash", "--norc", "--noprofile", "-i"])
    try:
        os.write(terminal, f"PS1='> '; source {FILE}\n{text}".encode())
        shown, end = b"", time.monotonic() + 20
        while wanted not in shown and select.select([terminal], [], [], max(0, end - time.monotonic()))[0]:
            shown += os.read(terminal, 4096)
    finally:
        os.close(terminal)
        os.waitpid(pid, 0)
    return shown


def test_keys_in_a_terminal():
    if not shutil.which("bash"):
        raise tap.Skip("no bash")
    wanted = b"kleak run --exit-code --weight=growth"
    shown = typed("kleak ru\t--exi\t--weight=gr\t", wanted)
    assert wanted in shown, shown


if __name__ == "__main__":
    tap.main(globals())
