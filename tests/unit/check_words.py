#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The help text, the man page and the README name the same options."""
import glob
import json
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
    body = re.search(r"long_options\[\] = \{(.*?)\};", read("src/cmd/options.c"), re.S).group(1)
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


def rows_of_readme(schema):
    """Paths of keys ("sites", "stack", "addr") in the table below the heading that links the schema."""
    text = read("README.md")
    headings = list(re.finditer(rf"^#+ .*\(tests/unit/{re.escape(schema)}\)\)?$", text, re.M))
    assert len(headings) == 1, f"README links {schema} from {len(headings)} headings"
    section = text[headings[0].end():].split("\n#", 1)[0]
    path = []
    for row in re.finditer(r"^\| ((?:&nbsp;)*)(`[^|]*) \|", section, re.M):
        for key in re.findall(r"`([^`]+)`", row.group(2)):
            path = path[:row.group(1).count("&nbsp;&nbsp;")] + [key]
            yield tuple(path)


def keys(node, schema, seen, path=()):
    """The same of the schema; what is defined once and used twice has to be told once."""
    name = node.get("$ref", "").rpartition("/")[2]
    if name and name not in seen:
        seen.add(name)
        yield from keys(schema["$defs"][name], schema, seen, path)
    for choice in node.get("anyOf", []) + node.get("oneOf", []):
        yield from keys(choice, schema, seen, path)
    for key, child in node.get("properties", {}).items():
        yield path + (key,)
        yield from keys(child, schema, seen, path + (key,))
    if "items" in node:
        yield from keys(node["items"], schema, seen, path)


def check_schema(name):
    schema = json.loads(read(f"tests/unit/{name}"))
    told, there = list(rows_of_readme(name)), set(keys(schema, schema, set()))
    assert len(told) == len(set(told)), f"{name}: twice in README: {[p for p in told if told.count(p) > 1]}"
    missing, unknown = there - set(told), set(told) - there
    assert there and not missing and not unknown, f"{name}: not in README {missing}, only there {unknown}"


def schema_test(name):
    return lambda: check_schema(name)


for path in sorted(glob.glob(os.path.join(ROOT, "tests/unit/*.schema.json"))):
    schema = os.path.basename(path)
    globals()[f"test_readme_documents_{schema.split('.')[0]}"] = schema_test(schema)


if __name__ == "__main__":
    tap.main(globals())
