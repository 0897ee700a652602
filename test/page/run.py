# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The page of --format html in headless Chromium: what it shows, filters,
keys, both themes, paper, and that it asks nothing of any network.

Ends with 77 where there is no Chromium, unless UNGIL_NEED_CHROMIUM says that
this is a failure (.ci/run does)."""

import argparse
import os
import pathlib
import subprocess
import sys
import tempfile
import unittest

sys.dont_write_bytecode = True
import browser  # noqa: E402

HERE = pathlib.Path(__file__).resolve().parent
COUNT = "document.querySelectorAll(%r).length"


def scan(source, folder):
    """The page of a scan of `source`."""
    tree = pathlib.Path(folder) / "src"
    tree.mkdir()
    (tree / "module.c").write_text(source)
    page = pathlib.Path(folder) / "report.html"
    subprocess.run(
        [OPTIONS.ungil, "scan", "--no-build", "--isolated", "--no-cache", "--python",
         str(HERE.parent / "Inputs/python"), "--root", folder, "--ignore",
         "module-gil-slot", "--format", "html", "--exit-zero", "-o", str(page), str(tree)],
        check=True, stderr=subprocess.DEVNULL)
    return page


class PageTest(unittest.TestCase):
    source = ""

    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.path = scan(cls.source, cls.folder.name)
        cls.chromium = browser.Browser().__enter__()

    @classmethod
    def tearDownClass(cls):
        cls.chromium.__exit__()
        cls.folder.cleanup()

    def open(self, **how):
        self.page = self.chromium.open(self.path, **how)
        return self.page

    def tearDown(self):
        self.assertEqual(self.page.complaints(), [])

    def count(self, selector):
        return self.page.value(COUNT % selector)

    def text(self, selector):
        return self.page.value("document.querySelector(%r).textContent" % selector)


class Few(PageTest):
    source = (HERE / "few.c").read_text()

    def test_what_it_shows(self):
        self.open()
        self.assertEqual(self.text("#verdict"), "Not ready")
        self.assertEqual(self.count(".finding"), 3)
        self.assertEqual(self.text("#count"), "3 findings")
        kinds = self.page.value(
            "[...document.querySelectorAll('details.kind[data-kind]')].map(e => e.dataset.kind)")
        self.assertEqual(kinds, ["none", "locked", "per-thread"])
        self.assertIn("<i>only</i> tests call it", self.text("#answers-body"))
        self.assertEqual(self.count("i i, b b, #answers i"), 0)

    def test_source_is_text(self):
        self.open()
        self.page.choose("#rule", "unsafe-libc")
        self.page.press("j")
        self.page.press("Enter")
        self.assertIn("// \"</script>\" & 'é'", self.text(".finding .frame"))
        self.assertEqual(self.text(".finding mark"), "localtime(&now)")
        self.page.choose("#rule", "shared-global")
        self.page.press("j")
        self.page.press("Enter")
        self.assertIn("</script><script>alert(1)</script><!--", self.text(".finding .frame"))
        self.assertEqual(self.count("script"), 2)

    def test_threads_are_drawn(self):
        self.open()
        self.page.choose("#rule", "shared-global")
        self.page.click(".finding .head")
        self.assertEqual(self.count("svg.threads .title"), 2)
        self.assertIn("method bump", self.text("svg.threads"))
        self.assertIn("bump calls count", self.text("svg.threads"))
        self.assertEqual(self.text("svg.threads .box + text"), "hits")
        self.page.click(".finding .head")
        self.assertEqual(self.count(".body"), 0)

    def test_keys(self):
        page = self.open()
        page.press("j")
        page.press("j")
        page.press("k")
        at = "[...document.querySelectorAll('.finding')].indexOf(document.querySelector('.current'))"
        self.assertEqual(page.value(at), 0)
        self.assertEqual(page.value("document.activeElement.className"), "head")
        page.press("Enter")
        self.assertEqual(self.count(".current .body"), 1)
        self.assertEqual(page.value("document.activeElement.getAttribute('aria-expanded')"), "true")
        page.press("Enter")
        self.assertEqual(self.count(".body"), 0)
        page.press("/")
        self.assertEqual(page.value("document.activeElement.id"), "text")
        page.type("localtime")
        self.assertEqual(self.text("#count"), "1 of 3 findings")
        page.press("Escape")
        self.assertEqual(self.text("#count"), "3 findings")
        self.assertEqual(page.value("document.activeElement.tagName"), "BODY")
        page.press("?")
        self.assertTrue(page.value("document.getElementById('help').open"))
        page.press("Escape")
        self.assertFalse(page.value("document.getElementById('help').open"))

    def test_filters(self):
        page = self.open()
        page.choose("#rule", "lazy-init")
        self.assertEqual(self.text("#count"), "1 of 3 findings")
        self.assertIn("cached", self.text(".group h3"))
        page.press("Escape")
        page.click("#confidence input[value=high]")
        self.assertEqual(self.count(".finding"), 0)
        self.assertIn("No finding matches", self.text("#list"))
        page.press("Escape")
        page.choose("#group", "rule")
        self.assertEqual(self.count(".group"), 3)
        page.choose("#file", "src/module.c")
        self.assertEqual(self.count(".finding"), 3)

    def test_state_leads_to_findings(self):
        page = self.open()
        page.click("details.kind[data-kind=none] > summary")
        page.value("new Promise(r => setTimeout(r, 50))")
        self.assertEqual(self.count(".place"), 2)
        page.click(".place > summary")
        page.value("new Promise(r => setTimeout(r, 50))")
        self.assertIn("method 'bump'", self.text(".place table"))
        page.click(".place button:not(.more)")
        self.assertEqual(self.text("#count"), "1 of 3 findings about hits")

    def test_each_finding_has_an_address(self):
        page = self.open()
        page.choose("#rule", "lazy-init")
        address = page.value("document.querySelector('.finding').dataset.print")
        self.assertRegex(address, "^[0-9a-f]{16,}$")
        page.press("j")
        page.press("l")
        page.value("new Promise(r => setTimeout(r, 50))")
        self.assertEqual(page.value("location.hash"), "#" + address)
        self.assertIn(self.text("#copied"), ("Link copied", "The link is in the address bar"))
        self.assertEqual(self.count(".current .body"), 1)
        # Followed in a new window, and in one whose filters hide it.
        page = self.open(at=address)
        self.assertEqual(page.value("document.activeElement.parentNode.dataset.print"), address)
        self.assertEqual(page.value("document.querySelector('.current > .body').parentNode.dataset.print"), address)
        page.press("Enter")
        page.choose("#rule", "unsafe-libc")
        page.value("location.hash = ''")
        page.value("location.hash = %r; new Promise(r => setTimeout(r, 50))" % address)
        self.assertEqual(page.value("document.querySelector('.current > .body').parentNode.dataset.print"), address)
        page = self.open(at="0123456789abcdef")
        self.assertIn("one that is not in this report: 0123456789abcdef", self.text("#count"))
        self.open(at="state")
        self.assertEqual(self.text("#count"), "3 findings")

    def test_landmarks_and_labels(self):
        page = self.open()
        for selector in ("header", "nav[aria-label]", "main", "h1", "footer"):
            self.assertEqual(self.count(selector), 1, selector)
        self.assertEqual(page.value(
            "[...document.querySelectorAll('input, select')].filter(e => !e.labels.length).length"), 0)
        self.assertEqual(page.value(
            "[...document.querySelectorAll('section')].filter(e => !e.ariaLabel &&"
            " !document.getElementById(e.getAttribute('aria-labelledby'))?.textContent).length"), 0)

    def test_contrast(self):
        for dark in (False, True):
            page = self.open(dark=dark)
            low = page.value("""(() => {
              const style = getComputedStyle(document.documentElement);
              const light = hex => hex.trim().slice(1).match(/../g).map(x => parseInt(x, 16) / 255)
                .map(v => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4)
                .reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
              const of = name => light(style.getPropertyValue('--' + name));
              const ratio = (a, b) => (Math.max(a, b) + .05) / (Math.min(a, b) + .05);
              return ['text', 'soft', 'bad', 'warn', 'good', 'info'].flatMap(front =>
                ['bg', 'panel', 'code'].filter(back => ratio(of(front), of(back)) < 4.5)
                  .map(back => front + ' on ' + back));
            })()""")
            self.assertEqual(low, [])

    def test_themes(self):
        ground = "getComputedStyle(document.body).backgroundColor"
        light = self.open().value(ground)
        page = self.open(dark=True)
        dark = page.value(ground)
        self.assertNotEqual(light, dark)
        page.click("#theme")
        self.assertEqual(page.value(ground), light)
        page.press("d")
        self.assertEqual(page.value(ground), dark)

    def test_narrow_and_paper(self):
        page = self.open(width=360)
        page.press("j")
        page.press("Enter")
        self.assertLessEqual(page.value("document.scrollingElement.scrollWidth"), 360)
        page.media("print", dark=True)
        self.assertEqual(page.value("getComputedStyle(document.body).backgroundColor"), "rgb(255, 255, 255)")
        self.assertEqual(page.value("getComputedStyle(document.getElementById('filters')).display"), "none")


class Many(PageTest):
    findings = 5000
    source = subprocess.run([sys.executable, str(HERE / "many.py"), str(findings)],
                            capture_output=True, text=True, check=True).stdout

    def milliseconds(self, action):
        """From the action until what it changed is laid out."""
        return self.page.value(
            "(() => { const t = performance.now(); %s; document.body.offsetHeight;"
            "return performance.now() - t; })()" % action)

    def test_stays_quick(self):
        page = self.open()
        self.assertEqual(self.text("#count"), "5,500 findings")
        self.assertLess(page.seconds, 10)
        self.assertLess(self.count("*"), 20000)
        typed = ("const e = document.getElementById('text'); e.value = 'f499';"
                 "e.dispatchEvent(new Event('input', {bubbles: true}))")
        spent = self.milliseconds(typed)
        print("5,500 findings: loaded in %.2f s, filtered in %.0f ms, %.1f MB"
              % (page.seconds, spent, self.path.stat().st_size / 1e6))
        self.assertLess(spent, 1000)
        self.assertIn(" of 5,500 findings", self.text("#count"))
        page.press("Escape")
        shown = self.count(".finding")
        for _ in range(3):
            page.value("document.querySelector('#list > .more').click()")
        self.assertGreater(self.count(".finding"), shown)

    def test_an_address_far_down(self):
        page = self.open()
        address, index = page.value(
            "(() => { const all = JSON.parse(document.getElementById('data').textContent).findings;"
            "return [all[4990].fingerprint, all.length]; })()")
        self.assertEqual(index, 5500)
        self.assertFalse(page.value("!!document.getElementById('finding-%s')" % address))
        page = self.open(at=address)
        self.assertTrue(page.value("!!document.getElementById('finding-%s').querySelector('.body')" % address))
        top = page.value("document.getElementById('finding-%s').getBoundingClientRect().top" % address)
        self.assertTrue(0 <= top < 900, top)

    def test_paper_has_all_of_a_group(self):
        page = self.open()
        page.choose("#group", "rule")
        typed = ("const e = document.getElementById('text'); e.value = 'f49';"
                 "e.dispatchEvent(new Event('input', {bubbles: true}))")
        page.value(typed)
        self.assertLess(self.count(".finding"), int(self.text("#count").split()[0]))
        page.value("dispatchEvent(new Event('beforeprint'))")
        self.assertEqual(self.count(".finding"), int(self.text("#count").split()[0]))

    def test_keys_bring_more(self):
        page = self.open()
        page.choose("#group", "file")
        shown = self.count(".finding")
        self.assertLess(shown, 100)
        for _ in range(shown + 1):
            page.press("j")
        self.assertGreater(self.count(".finding"), shown)
        self.assertEqual(page.value("[...document.querySelectorAll('.finding')]"
                                    ".indexOf(document.querySelector('.current'))"), shown)


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--ungil", required=True)
    OPTIONS, rest = parser.parse_known_args()
    if not browser.find():
        print("no Chromium, so the page is not tested: install chromium-headless-shell, or chromium")
        sys.exit(1 if os.environ.get("UNGIL_NEED_CHROMIUM") else 77)
    unittest.main(argv=[sys.argv[0], *rest])
