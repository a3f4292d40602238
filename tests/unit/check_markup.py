#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What test_svg and test_html print is well-formed, and names from outside stay text."""
import glob
import os
import re
import sys
import xml.etree.ElementTree as ElementTree

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
sys.path.insert(0, os.path.join(ROOT, "tests"))
import tap  # noqa: E402

SVG, HTML = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xhtml}"
NAMES = ["report", "nothing", "huge", "hostile", "markup"]
ELEMENTS = {SVG + e for e in "svg title style rect text g foreignObject script line polyline polygon".split()} \
    | {HTML + e for e in "html head meta title style body header main section h1 h2 h3 h4 p span dl dt dd div ul ol "
       "li a b i small code pre table thead tbody tr th td figure figcaption details summary script".split()}


def parse(name):
    path = os.path.join(ROOT, "build", "unit", name)
    assert os.path.exists(path), f"{path} is missing: test_svg and test_html write it"
    return ElementTree.parse(path).getroot()


def pictures():
    return [f"{n}.svg" for n in NAMES] + [f"{n}.html" for n in NAMES + ["final", "diagnosis"]]


def test_well_formed():
    for name in pictures():
        root = parse(name)
        assert root.tag == (SVG + "svg" if name.endswith("svg") else HTML + "html"), root.tag


def test_only_known_elements_and_no_handlers():
    """A name that got out of its text would bring others."""
    for name in pictures():
        for element in parse(name).iter():
            assert element.tag in ELEMENTS, (name, element.tag)
            for key in element.attrib:
                assert not key.lower().startswith("on"), (name, key)
                assert "href" not in key or re.fullmatch("#s[0-9a-f]{16}", element.get(key)), (name, element.get(key))


def test_one_script_of_our_own():
    for name in pictures():
        root = parse(name)
        scripts = [e for e in root.iter() if e.tag.endswith("}script")]
        assert len(scripts) == 1, name
        assert "kleak" not in scripts[0].text and "SPDX" in scripts[0].text


def test_hostile_names_are_text():
    for name in ("hostile.svg", "hostile.html"):
        text = "".join(parse(name).itertext())
        assert 'a\\x1b[2J"\\' in text, name
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", text), name


def test_markup_in_names_is_text():
    name = '</text></b>]]><script>alert(1)</script>" onclick="alert(2)<&amp;'
    assert "".join(parse("markup.svg").itertext()).count(name) >= 5
    assert "".join(parse("markup.html").itertext()).count(name) >= 15


def test_boxes_lie_in_the_picture():
    for name in ("report.svg", "huge.svg", "hostile.svg"):
        flame = next(e for e in parse(name).iter(SVG + "svg") if e.get("class") == "flame")
        boxes = list(flame)
        assert boxes and boxes[0].get("x") == "0.0000%" and boxes[0].get("width") == "100.0000%", name
        for box in boxes:
            x, width = (float(box.get(k).rstrip("%")) for k in ("x", "width"))
            assert x >= 0 and width > 0 and x + width < 100.001, (name, x, width)
            assert box[0].tag == SVG + "title" and box[0].text, name
            assert int(box.get("y")) + int(box.get("height")) < int(flame.get("height")), name


def test_ids_are_unique():
    for name in glob.glob(os.path.join(ROOT, "build", "unit", "*.html")):
        ids = [e.get("id") for e in ElementTree.parse(name).iter() if e.get("id")]
        assert len(ids) == len(set(ids)), name


if __name__ == "__main__":
    tap.main(globals())
