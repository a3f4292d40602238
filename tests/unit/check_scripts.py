#!/usr/bin/python3
# SPDX-License-Identifier: GPL-2.0-only
"""What the scripts of the page and of the flame graph do, in headless Chromium.

A script is put behind theirs that clicks and types as a reader would, and notes what there is to see then;
the browser prints the page that this makes.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
GOLDEN = os.path.join(ROOT, "tests/unit/golden")
sys.path.insert(0, os.path.join(ROOT, "tests"))
import tap  # noqa: E402

# What every test may use.
TOOLS = """
function all(what) { return [].slice.call(document.querySelectorAll(what)); }
function button(text) {
  return all("button").find(function (b) { return b.textContent === text && !b.hidden; });
}
function type(field, text) { field.value = text; field.dispatchEvent(new Event("input")); }
function click(el) { el.dispatchEvent(new MouseEvent("click", {bubbles: true})); }
function caches() {
  return all("tbody.site").filter(function (s) { return !s.hidden; })
    .map(function (s) { return s.getAttribute("data-c"); });
}
function boxes() { return [].slice.call(document.querySelector("svg.flame").children); }
function shown() { return boxes().filter(function (b) { return b.style.display !== "none"; }).length; }
function box(name) {
  return boxes().find(function (b) { return b.firstChild.textContent.split("\\n")[0] === name; });
}
function marked() { return boxes().filter(function (b) { return b.classList.contains("marked"); }).length; }
"""


def browse(page, script, name="page.html", *flags):
    """What the script returns that runs behind those of the page."""
    if not shutil.which("chromium"):
        raise tap.Skip("no chromium")
    with tempfile.TemporaryDirectory() as place:
        path = os.path.join(place, name)
        tag = ("<script id=\"test\">//<![CDATA[\n%s\nvar saw; try { saw = (function () {%s})(); } catch (error) "
               "{ saw = {error: String(error)}; }\n"
               "document.documentElement.setAttribute('data-saw', JSON.stringify(saw));\n//]]></script>") % (TOOLS, script)
        end = "</body>" if "</body>" in page else "</svg>"
        at = page.rindex(end)
        with open(path, "w", encoding="utf-8") as file:
            file.write(page[:at] + tag + page[at:])
        done = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={place}/x",
                               "--window-size=1200,900", "--dump-dom", *flags, f"file://{path}"],
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True, timeout=120)
    saw = re.search(r'data-saw="([^"]*)"', done.stdout)
    assert saw, done.stdout[:2000]
    value = json.loads(saw.group(1).replace("&quot;", '"').replace("&lt;", "<").replace("&amp;", "&"))
    assert not (isinstance(value, dict) and "error" in value), value
    return value


def read(*path):
    with open(os.path.join(ROOT, *path), encoding="utf-8") as file:
        return file.read()


def golden(name):
    """The golden files have neither styles nor scripts: as the programs put them in."""
    scripts = read("src/render/flame.js") + (read("src/render/page.js") if name.endswith(".html") else "")
    page = read(GOLDEN, name)
    assert page.count("<script></script>") == 1, name
    return page.replace("<script></script>", "<script>//<![CDATA[\n" + scripts + "//]]></script>")


def test_the_page_sorts():
    saw = browse(golden("report.html"), """
      var saw = [caches()];
      ["bytes", "bytes", "cache", "cache"].forEach(function (text) {
        click(all("th button").find(function (b) { return b.textContent.toLowerCase().indexOf(text) === 0; }));
        saw.push(caches());
      });
      return saw;""")
    by_bytes = ["kmalloc-256", "vmalloc", "dentry", "percpu"]
    assert saw[0] == by_bytes, saw  # the worst first: here the same
    assert saw[1] == by_bytes and saw[2] == by_bytes[::-1], saw
    assert saw[3] == sorted(by_bytes) and saw[4] == sorted(by_bytes)[::-1], saw


def test_the_page_filters():
    saw = browse(golden("report.html"), """
      var field = document.querySelector(".filter input"), found = document.querySelector(".filter output"), saw = [];
      ["", "kleak_leak", "KLEAK_LEAK leak", "vmalloc", "no such site", ""].forEach(function (text) {
        type(field, text);
        saw.push([caches(), found.textContent]);
      });
      return saw;""")
    everything = ["kmalloc-256", "vmalloc", "dentry", "percpu"]
    assert saw[0] == [everything, ""] and saw[5] == [everything, ""], saw
    assert saw[1] == [["kmalloc-256", "percpu"], "2 of 4"], saw
    assert "vmalloc" in saw[3][0] and "dentry" not in saw[3][0], saw
    assert saw[4] == [[], "0 of 4"], saw


def test_a_row_opens():
    saw = browse(golden("report.html"), """
      var details = all("tbody.site details"), saw = [details[1].open];
      click(all("tbody.site tr.row")[1]); saw.push(details[1].open);
      click(all("tbody.site tr.row")[1]); saw.push(details[1].open);
      return saw;""")
    assert saw == [False, True, False], saw


FLAME = """
  var saw = {all: shown()}, field = document.querySelector(".tools input"), found = document.querySelector(".tools output");
  type(field, "kleak_leak"); saw.searched = [marked(), found.textContent];
  type(field, "("); saw.wrong = [marked(), found.textContent];
  type(field, "VFS_"); saw.again = marked();
  click(button("clear")); saw.cleared = [marked(), found.textContent, field.value];
  var key = all("[data-name=LEAK]")[0];
  click(key); saw.leaks = marked();
  click(key); saw.unmarked = marked();
  var pick = document.querySelector(".tools select");
  function tinted() { return boxes().filter(function (b) { return b.querySelector("rect").style.fill; }).length; }
  saw.causes = [].map.call(pick.options, function (o) { return o.textContent; });
  pick.value = "1"; pick.dispatchEvent(new Event("change")); saw.caused = [marked(), found.textContent];
  type(field, "kleak_leak"); saw.dropped = pick.value;
  pick.value = "2"; pick.dispatchEvent(new Event("change")); saw.other = [marked(), field.value];
  pick.value = ""; pick.dispatchEvent(new Event("change")); saw.every = marked();
  click(button("colour by cause")); saw.tinted = tinted();
  click(button("colour by verdict")); saw.untinted = tinted();
  click(box("vfs_write")); saw.zoomed = shown(); saw.width = box("vfs_write").getAttribute("width");
  click(button("zoom out")); saw.out = shown();
  return saw;"""


def check_flame(saw):
    assert saw["searched"][0] >= 1 and re.match(r"matched \d+\.\d%, \d+ box", saw["searched"][1]), saw
    assert saw["wrong"] == [0, "no regular expression"] and saw["again"] >= 1, saw
    assert saw["cleared"] == [0, "", ""], saw
    assert 0 < saw["leaks"] < saw["all"] and saw["unmarked"] == 0, saw
    assert saw["causes"] == ["all causes", "1: kleak_leak_kmalloc (2 sites)", "2: vmalloc"], saw
    assert saw["caused"][0] >= 2 and saw["caused"][1].startswith("matched 8"), saw
    assert saw["dropped"] == "" and saw["every"] == 0 and saw["other"][1] == "", saw
    assert 0 < saw["other"][0] < saw["caused"][0] and saw["tinted"] == saw["other"][0] + saw["caused"][0], saw
    assert saw["untinted"] == 0, saw
    assert saw["zoomed"] < saw["all"] == saw["out"] and saw["width"] == "100%", saw


def test_the_flame_graph_of_the_page():
    check_flame(browse(golden("report.html"), FLAME))


def test_the_flame_graph_alone():
    check_flame(browse(golden("report.svg"), FLAME, "flame.svg"))


def brightness(color):
    """Relative luminance, 0 to 1, of "rgb(1, 2, 3)" (WCAG 2)."""
    parts = [int(c) / 255 for c in re.findall(r"\d+", color)[:3]]
    red, green, blue = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def check_theme(name, page, ground, words):
    """Words on their ground, as the reader's system wants it: light or dark, and to be read either way."""
    for theme, flag in (("light", "1"), ("dark", "0")):
        saw = browse(page, f"""
          function style(what) {{ return getComputedStyle(document.querySelector(what)); }}
          return [style("{ground[0]}").{ground[1]}, style("{words[0]}").{words[1]}];""", name,
                     f"--blink-settings=preferredColorScheme={flag}")
        behind, before = map(brightness, saw)
        assert (behind > 0.5) == (theme == "light"), (theme, saw)
        contrast = (max(behind, before) + 0.05) / (min(behind, before) + 0.05)
        assert contrast >= 4.5, (theme, contrast, saw)


def test_themes_of_the_page():
    """The golden files have no styles: as the programs put them in."""
    styles = read("src/render/page.css") + read("src/render/flame.css")
    page = golden("report.html")
    assert page.count("<style></style>") == 1
    page = page.replace("<style></style>", f"<style>{styles}</style>")
    check_theme("page.html", page, ("body", "backgroundColor"), ("body", "color"))


def test_themes_of_the_picture():
    page = golden("report.svg")
    assert page.count("<style></style>") == 1
    page = page.replace("<style></style>", f"<style>{read('src/render/flame.css')}</style>")
    check_theme("flame.svg", page, (".ground", "fill"), (".heading", "fill"))


def test_without_scripts():
    """Everything is there to read, also the evidence, in both themes."""
    if not shutil.which("chromium"):
        raise tap.Skip("no chromium")
    for theme in ("light", "dark"):
        with tempfile.TemporaryDirectory() as place:
            picture = os.path.join(place, "page.png")
            page = re.sub(r"<script>.*?</script>", "", golden("report.html"), flags=re.S)
            path = os.path.join(place, "page.html")
            with open(path, "w", encoding="utf-8") as file:
                file.write(page)
            done = subprocess.run(["chromium", "--headless", "--no-sandbox", "--disable-gpu",
                                   f"--user-data-dir={place}/x", f"--screenshot={picture}",
                                   "--blink-settings=preferredColorScheme=" + ("1" if theme == "light" else "0"),
                                   "--dump-dom", f"file://{path}"],
                                  stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, check=True, timeout=120)
        assert "<script" not in done.stdout and "hidden" not in re.sub(r"<style.*?</style>", "", done.stdout, flags=re.S)
        for word in ("kleak_leak_kmalloc", "kmalloc-256", "vfs_write", "losses"):
            assert word in done.stdout.replace("Losses", "losses"), (theme, word)


if __name__ == "__main__":
    tap.main(globals())
