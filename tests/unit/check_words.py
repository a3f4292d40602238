#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The help text, the man page and the README name the same options."""
import os
import re
import subprocess
import sys

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import tap  # noqa: E402


def read(path):
    with open(os.path.join(ROOT, path), encoding="utf-8") as text:
        return text.read()


def options_of_help():
    text = subprocess.run([os.path.join(ROOT, "kleak"), "--help"], stdout=subprocess.PIPE, text=True,
                          check=True).stdout
    return set(re.findall(r"^ +(?:-\w, )?--([a-z-]+)", text, re.M))


def options_of_man():
    return set(re.findall(r"^\.It Fl (?:\w , )?-([a-z-]+)", read("man/kleak.8"), re.M))


def options_of_code():
    body = re.search(r"long_options\[\] = \{(.*?)\};", read("src/options.c"), re.S).group(1)
    return set(re.findall(r'\{"([a-z-]+)"', body))


def options_of_readme():
    return set(re.findall(r"--([a-z]+(?:-[a-z]+)*)", read("README.md")))


def test_help_lists_every_option():
    assert options_of_help() == options_of_code(), options_of_help() ^ options_of_code()


def test_man_lists_every_option():
    assert options_of_man() == options_of_code(), options_of_man() ^ options_of_code()


def test_readme_names_only_options_there_are():
    unknown = options_of_readme() - options_of_code() - {"exit-code"}
    assert not unknown, unknown


def test_readme_documents_every_json_key():
    import json
    schema = json.loads(read("tests/unit/report.schema.json"))

    def keys(node):
        for name, child in node.get("properties", {}).items():
            yield name
            yield from keys(child)
        if "items" in node:
            yield from keys(node["items"])

    missing = {k for k in keys(schema) if f"`{k}`" not in read("README.md")}
    assert not missing, missing


if __name__ == "__main__":
    tap.main(globals())
