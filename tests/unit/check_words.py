#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""The help text, the man pages and the README name the same options and keys."""
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


def test_readme_is_short():
    size = len(read("README.md").encode())
    assert size <= 15 * 1024, f"README.md has {size} bytes: what is long belongs in the man pages"


def test_pages_link_what_there_is():
    for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        missing = [link for link in re.findall(r"\]\(([^):]+)\)", read(page))
                   if not os.path.exists(os.path.join(ROOT, link))]
        assert not missing, f"{page}: {missing}"


def rows_of_man(schema):
    """
    Keys by their path ("sites", "stack", "addr"), and what is said of them, in the section of
    kleak-json(5) that names the schema.
    """
    sections = [section for section in re.split(r"^\.Sh ", read("man/kleak-json.5"), flags=re.M)
                if f".Pa tests/unit/{schema}\n" in section]
    assert len(sections) == 1, f"kleak-json(5) names {schema} in {len(sections)} sections"
    path, depth, rows = [], 0, []
    for line in sections[0].splitlines():
        macro, key = re.fullmatch(r"(?:\.(Bl|El|It)(?: Cm (\S+)| .*)?)?.*", line).groups()
        if macro == "It":
            path = path[:depth - 1] + [key]
            rows.append((tuple(path), []))
        elif not macro and rows:
            rows[-1][1].append(line)
        depth += {"Bl": 1, "El": -1}.get(macro, 0)
    return [(path, " ".join(re.sub(r"^\.Cm (\S+) ?", r"\1", line) for line in text).replace(" ;", ";"))
            for path, text in rows]


def keys(node, schema, seen, path=()):
    """The same of the schema; what is defined once and used twice has to be told once."""
    name = node.get("$ref", "").rpartition("/")[2]
    if name and name not in seen:
        seen.add(name)
        yield from keys(schema["$defs"][name], schema, seen, path)
    for choice in node.get("anyOf", []) + node.get("oneOf", []):
        yield from keys(choice, schema, seen, path)
    for key, child in node.get("properties", {}).items():
        yield path + (key,), child["description"].replace("`", "").replace(".  ", ". ")
        yield from keys(child, schema, seen, path + (key,))
    if "items" in node:
        yield from keys(node["items"], schema, seen, path)


def check_all_required(node, name):
    """No key may be missing, and none be there that the schema does not know."""
    if isinstance(node, list):
        for child in node:
            check_all_required(child, name)
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            assert sorted(node["required"]) == sorted(node["properties"]), f"{name}: {node['required']}"
            assert node["additionalProperties"] is False, f"{name}: {node['required']}"
        for child in node.values():
            check_all_required(child, name)


def check_schema(name):
    schema = json.loads(read(f"tests/unit/{name}"))
    check_all_required(schema, name)
    told, there = rows_of_man(name), dict(keys(schema, schema, set()))
    paths = [path for path, _ in told]
    assert len(told) == len(dict(told)), f"{name}: twice in kleak-json(5): {[p for p in paths if paths.count(p) > 1]}"
    missing, unknown = set(there) - set(paths), set(paths) - set(there)
    assert there and not missing and not unknown, f"{name}: not in kleak-json(5) {missing}, only there {unknown}"
    differ = [(path, text, there[path]) for path, text in told if text != there[path]]
    assert not differ, f"{name}: kleak-json(5) and the schema say different things of {differ}"


def schema_test(name):
    return lambda: check_schema(name)


for path in sorted(glob.glob(os.path.join(ROOT, "tests/unit/*.schema.json"))):
    schema = os.path.basename(path)
    globals()[f"test_man_documents_{schema.split('.')[0]}"] = schema_test(schema)


if __name__ == "__main__":
    tap.main(globals())
