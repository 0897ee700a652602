# Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""A page in headless Chromium, as a person uses it.

DevTools come over a pipe (--remote-debugging-pipe), so nothing but Chromium
and Python is needed: no driver, no WebSocket.

    with Browser() as browser:
        page = browser.open("report.html")
        page.press("j")
        assert page.value("document.querySelectorAll('.current').length") == 1
"""

import base64
import json
import os
import pathlib
import select
import shutil
import subprocess
import tempfile
import time

NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")


def find():
    """The program, or None."""
    for name in NAMES:
        if path := shutil.which(name):
            return path
    return None


class Browser:
    def __init__(self, timeout=60):
        self.timeout = timeout

    def __enter__(self):
        self.profile = tempfile.mkdtemp(prefix="ungil-page")
        to_read, self.to = os.pipe()
        self.back, from_write = os.pipe()

        def connect():  # descriptors 3 and 4 are those DevTools use
            a, b = os.dup(to_read), os.dup(from_write)
            os.dup2(a, 3)
            os.dup2(b, 4)

        self.process = subprocess.Popen(
            [find(), "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
             "--disable-dev-shm-usage", "--remote-debugging-pipe",
             "--user-data-dir=" + self.profile, "about:blank"],
            preexec_fn=connect, close_fds=False,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(to_read)
        os.close(from_write)
        self.buffer, self.last, self.events = b"", 0, []
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()
        os.close(self.to)
        os.close(self.back)
        shutil.rmtree(self.profile, ignore_errors=True)

    def message(self):
        end = time.monotonic() + self.timeout
        while b"\0" not in self.buffer:
            if not select.select([self.back], [], [], max(0, end - time.monotonic()))[0]:
                raise TimeoutError("Chromium does not answer")
            data = os.read(self.back, 1 << 16)
            if not data:
                raise ConnectionError("Chromium is gone")
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\0", 1)
        return json.loads(line)

    def send(self, method, session=None, **params):
        self.last += 1
        text = {"id": self.last, "method": method, "params": params}
        if session:
            text["sessionId"] = session
        os.write(self.to, json.dumps(text).encode() + b"\0")
        while True:
            answer = self.message()
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise RuntimeError(answer["error"]["message"])
                return answer["result"]
            self.events.append(answer)

    def open(self, path, dark=False, width=1200, height=900, at=""):
        """The page at "path#at"."""
        target = self.send("Target.createTarget", url="about:blank")["targetId"]
        session = self.send("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for domain in ("Page", "Runtime", "Network", "Log"):
            page.send(domain + ".enable")
        page.send("Emulation.setDeviceMetricsOverride", width=width, height=height,
                  deviceScaleFactor=1, mobile=False)
        page.media("screen", dark)
        self.events.clear()
        page.url = pathlib.Path(path).resolve().as_uri()
        begin = time.monotonic()
        page.send("Page.navigate", url=page.url + "#" * bool(at) + at)
        while not any(e["method"] == "Page.loadEventFired" for e in self.events):
            self.events.append(self.message())
        page.value("1")
        page.seconds = time.monotonic() - begin
        return page


KEYS = {"Enter": ("Enter", 13, "\r"), "Escape": ("Escape", 27, "")}


class Page:
    def __init__(self, browser, session):
        self.browser, self.session = browser, session

    def send(self, method, **params):
        return self.browser.send(method, self.session, **params)

    def value(self, expression):
        """What `expression` is on the page."""
        result = self.send("Runtime.evaluate", expression=expression, returnByValue=True,
                           awaitPromise=True)
        if "exceptionDetails" in result:
            raise RuntimeError(result["exceptionDetails"]["exception"].get("description"))
        return result["result"].get("value")

    def media(self, kind, dark=False):
        self.send("Emulation.setEmulatedMedia", media=kind, features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])

    def press(self, key):
        """A key as the keyboard sends it."""
        name, code, text = KEYS.get(key, (key, ord(key[0].upper()), key))
        what = {"key": name, "windowsVirtualKeyCode": code}
        self.send("Input.dispatchKeyEvent", type="keyDown", text=text, **what)
        self.send("Input.dispatchKeyEvent", type="keyUp", **what)

    def type(self, text):
        for letter in text:
            self.press(letter)

    def click(self, selector):
        """A click of the mouse in the middle of the element."""
        box = self.value(
            "(async () => { const e = document.querySelector(%s);"
            "for (let i = 0; i < 3; ++i) {"  # what comes into view gets its true size
            "  e.scrollIntoView({block: 'center', behavior: 'instant'});"
            "  await new Promise(requestAnimationFrame); }"
            "const r = e.getBoundingClientRect(); return [r.x + r.width / 2, r.y + r.height / 2]; })()"
            % json.dumps(selector))
        for kind in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=kind, x=box[0], y=box[1],
                      button="left", clickCount=1)

    def choose(self, selector, value):
        self.value(
            "(() => { const e = document.querySelector(%s); e.value = %s;"
            "e.dispatchEvent(new Event('input', {bubbles: true})); })()"
            % (json.dumps(selector), json.dumps(value)))

    def shot(self, path, whole=False):
        data = self.send("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        pathlib.Path(path).write_bytes(base64.b64decode(data))

    def complaints(self):
        """Errors and warnings of the console, and requests but for the page itself."""
        found = []
        for event in self.browser.events:
            params = event.get("params", {})
            if event["method"] == "Runtime.exceptionThrown":
                found.append(params["exceptionDetails"]["exception"].get("description"))
            elif event["method"] == "Runtime.consoleAPICalled" and params["type"] in ("error", "warning"):
                found.append(str(params["args"]))
            elif event["method"] == "Log.entryAdded":
                found.append(params["entry"]["text"])
            elif event["method"] == "Network.requestWillBeSent":
                if params["request"]["url"].split("#")[0] != self.url:
                    found.append("asks for " + params["request"]["url"])
        return found
