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


class Row:
    """An option, as tools/completion/tables.c prints it."""

    def __init__(self, line):
        self.name, self.letter, self.argument, self.default, verbs, choices = line.split("\t")
        self.verbs, self.choices = set(verbs.split()), set(choices.split())


TABLE = {row.name: row for row in map(Row, subprocess.run(
    [os.path.join(ROOT, "build/tables"), "rows"], stdout=subprocess.PIPE, text=True, check=True).stdout.splitlines())}
VERBS = {verb for row in TABLE.values() for verb in row.verbs}


def words_of(mdoc):
    """Lines of a man page without macros."""
    words = re.findall(r"\S+", re.sub(r"^\.\\\".*|^\.", "", mdoc, flags=re.M))
    return [word for word in words if word not in {"It", "Fl", "Ar", "Cm", "Ns", "Op", "Nm", "Em", "Dv", "Pp"}]


def items_of_man():
    """What kleak(8) has to say of each option: its first line and the rest."""
    page = read("man/kleak.8")
    for item in re.split(r"^\.It ", page[page.index(".Ss Reports\n"):page.index(".Sh READING")], flags=re.M)[1:]:
        head, _, text = re.split(r"^\.(?:El|Ss)", item, flags=re.M)[0].partition("\n")
        yield "-" + re.search(r"-[a-z-]+", head).group(), "".join(words_of(head)), " ".join(words_of(text))


def options_of_readme():
    return set(re.findall(r"--([a-z]+(?:-[a-z]+)*)", read("README.md")))


def test_man_documents_every_option():
    told = [option for option, _, _ in items_of_man()]
    assert sorted(told) == sorted(TABLE), (set(told) ^ set(TABLE), [o for o in told if told.count(o) > 1])


def test_man_tells_the_arguments():
    for option, head, _ in items_of_man():
        row = TABLE[option]
        wanted = f"{row.letter}," * bool(row.letter) + option[1:] + row.argument
        assert head.lower() == wanted.lower(), f"{option}: {head} in kleak(8), {wanted} in the table"


def test_man_tells_the_defaults():
    for option, _, text in items_of_man():
        default = re.search(r"([\w,]+) (?:by default|\(default)\b", text)
        default = default.group(1) if default else ""
        assert default == TABLE[option].default, f"{option}: {default} in kleak(8), {TABLE[option].default} in the table"


def test_man_lists_the_options_of_each_command():
    page = read("man/kleak.8")
    section = page[page.index(".Ss Which command takes which option\n"):page.index(".Ss Reports\n")]
    told = {}
    for item in re.split(r"^\.It Nm ?", section, flags=re.M)[1:]:
        head, _, text = item.partition("\n")
        told[head.replace("Cm ", "") or "kleak"] = re.findall(r"Fl (-[a-z-]+)", text)
    everywhere = {option for option, row in TABLE.items() if row.verbs == VERBS}
    wanted = {verb: [option[1:] for option, row in TABLE.items() if verb in row.verbs and option not in everywhere]
              for verb in VERBS}
    wanted = {verb: options for verb, options in wanted.items() if options}
    assert told == wanted, "\n".join(f".It Nm{'' if v == 'kleak' else ' Cm ' + v}\n" + " ,\n".join(
        f".Fl {o}" for o in wanted[v]) for v in wanted if told.get(v) != wanted[v])


def test_readme_names_only_options_there_are():
    unknown = {f"--{option}" for option in options_of_readme()} - set(TABLE)
    assert not unknown, unknown


def test_readme_is_short():
    size = len(read("README.md").encode())
    assert size <= 15 * 1024, f"README.md has {size} bytes: what is long belongs in the man pages"


def test_pages_link_what_there_is():
    for page in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "SECURITY.md"):
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


def test_one_version():
    """The newest part of the list of changes is of the version in the Makefile."""
    version = re.search(r"^VERSION := (\S+)$", read("Makefile"), re.M).group(1)
    newest = re.search(r"^## (\S+)", read("CHANGELOG.md"), re.M).group(1)
    assert newest == version, (newest, version)


for path in sorted(glob.glob(os.path.join(ROOT, "tests/unit/*.schema.json"))):
    schema = os.path.basename(path)
    globals()[f"test_man_documents_{schema.split('.')[0]}"] = schema_test(schema)


if __name__ == "__main__":
    tap.main(globals())
