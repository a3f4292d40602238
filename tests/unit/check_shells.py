#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What zsh and fish complete: commands, the options of each, values, files, another command's words."""
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

FISH = os.path.join(ROOT, "build/kleak.fish")
ZSH = os.path.join(ROOT, "build/kleak.zsh")
PATIENCE = 60
PLACE = tempfile.mkdtemp()
SESSION = []

# What is added to the list goes into a file; a key lists, says that no more comes, and begins anew.
CAPTURE = """
fpath=({place} $fpath)
autoload -Uz compinit && compinit -u -D
compadd() {{
	[[ ${{@[1,(i)(-|--)]}} == *-[[:alnum:]]#[OAD]\\ * ]] && {{ builtin compadd "$@"; return }}
	local -a hits
	builtin compadd -A hits "$@"
	print -rl -- $hits >>{place}/hits
	builtin compadd "$@"
}}
zle -C capture list-choices _generic
grab() {{ zle capture; print -r -- END >>{place}/hits; BUFFER= }}
zle -N grab
bindkey '^X' grab
setopt extended_glob
print -r -- READY
"""


class Zsh:
    """An interactive one, on a terminal."""

    def __init__(self, place):
        self.hits = f"{place}/hits"
        shutil.copy(ZSH, f"{place}/_kleak")
        with open(f"{place}/capture", "w", encoding="ascii") as script:
            script.write(CAPTURE.format(place=place))
        self.pid, self.terminal = pty.fork()
        if not self.pid:
            os.execvpe("zsh", ["zsh", "-f", "-i"], dict(os.environ, TERM="vt100", COLUMNS="200"))
        self.do(f"source {place}/capture", lambda shown: b"READY\r\n" in shown)

    def do(self, line, done, end="\n"):
        """Type it, and read until done(what was shown)."""
        os.write(self.terminal, (line + end).encode())
        last, shown = time.monotonic() + PATIENCE, b""
        while not done(shown):
            assert time.monotonic() < last, (line, shown)
            if select.select([self.terminal], [], [], 0.05)[0]:
                shown += os.read(self.terminal, 4096)

    def found(self):
        if not os.path.exists(self.hits):
            return []
        with open(self.hits, encoding="utf-8") as file:
            return file.read().split("\n")

    def complete(self, line, cwd):
        self.do(f"cd {cwd}; rm -f {self.hits}; print -r -- MO''VED", lambda shown: b"MOVED\r\n" in shown)
        self.do(line, lambda _: "END" in self.found(), "\x18")
        return {hit for hit in self.found() if hit} - {"END"}

    def end(self):
        os.close(self.terminal)
        os.waitpid(self.pid, 0)


def zsh(line, cwd="/"):
    """What the last word of the line may become."""
    if not shutil.which("zsh"):
        raise tap.Skip("no zsh")
    if not SESSION:
        SESSION.append(Zsh(PLACE))
    return SESSION[0].complete(line, cwd)


def fish(line, cwd="/"):
    if not shutil.which("fish"):
        raise tap.Skip("no fish")
    with tempfile.TemporaryDirectory() as home:
        done = subprocess.run(["fish", "--no-config", "-c", f"source {FISH}; complete -C $argv[1]", line],
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, check=False, cwd=cwd,
                              env=dict(os.environ, HOME=home))
    assert done.returncode == 0 and not done.stderr, done
    return {found.split("\t")[0] for found in done.stdout.split("\n")} - {""}


def check_commands(shell):
    found = shell("kleak ")
    assert VERBS - {"kleak"} <= found, found
    assert shell("kleak di") == {"diagnose", "diff"}


def check_options(shell):
    for verb in sorted(VERBS):
        line = "kleak --" if verb == "kleak" else f"kleak {verb} --"
        wanted = {option for option, row in TABLE.items() if verb in row.verbs}
        found = {option.rstrip("=") for option in shell(line)}
        assert found == wanted, (verb, found ^ wanted)
    assert {word.rstrip("=") for word in shell("kleak run --exit-c")} == {"--exit-code"}
    assert shell("kleak ledger --exit-c") == set()


def check_values(shell):
    for option in ("--sort", "--weight"):
        assert shell(f"kleak report {option} ") == TABLE[option].choices, option
    assert {word.removeprefix("--sort=") for word in shell("kleak --sort=g")} == {"growth"}
    assert {word.removeprefix("slab,") for word in shell("kleak --origin slab,v")} == {"vmalloc"}
    assert shell("kleak kmemleak ") == {"scan", "list", "clear"}
    if os.access("/proc/slabinfo", os.R_OK):
        assert "dentry" in shell("kleak census --cache dent")


def check_files(shell):
    with tempfile.TemporaryDirectory() as place:
        os.mkdir(f"{place}/folder")
        for name in ("one.kleak", "other.kleak"):
            with open(f"{place}/{name}", "w", encoding="ascii"):
                pass
        assert shell("kleak report on", place) == {"one.kleak"}
        assert {word.rstrip("/") for word in shell("kleak --svg o", place)} == {"one.kleak", "other.kleak"}
        assert {word.rstrip("/") for word in shell("kleak --debug-dir f", place)} == {"folder"}


def check_command(shell):
    assert "true" in shell("kleak run -- tru")
    assert "true" in shell("kleak run --evidence 5 tru")
    assert not [word for word in shell("kleak run ls --ex") if "exit" in word]  # an option of ls is none of ours


for name, check in sorted(globals().items()):
    if name.startswith("check_"):
        globals()[f"test_{name.removeprefix('check_')}_of_zsh"] = lambda check=check: check(zsh)
        globals()[f"test_{name.removeprefix('check_')}_of_fish"] = lambda check=check: check(fish)


if __name__ == "__main__":
    try:
        tap.main(dict(globals()))
    finally:
        for session in SESSION:
            session.end()
        shutil.rmtree(PLACE)
