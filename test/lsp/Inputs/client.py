"""A language client for tests: it speaks the protocol over pipes and fails
with what it got when an answer does not come in time."""

import json
import os
import pathlib
import select
import subprocess
import sys
import time
import urllib.parse

# A machine under load parses slowly.
PATIENCE = 120


class Client:
    def __init__(self, program, *options, env=None):
        self.process = subprocess.Popen(
            [program, "lsp", *options],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env={**os.environ, **(env or {})},
        )
        self.seen = []  # messages nobody waited for yet
        self.buffer = b""
        self.id = 0

    def write(self, data):
        self.process.stdin.write(data)
        self.process.stdin.flush()

    def send(self, message):
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))

    def notify(self, method, **params):
        self.send({"method": method, "params": params})

    def ask(self, method, **params):
        """Sends a request; its id."""
        self.id += 1
        self.send({"id": self.id, "method": method, "params": params})
        return self.id

    def answer(self, number):
        return self.wait(lambda m: m.get("id", "") == number and "method" not in m)

    def request(self, method, **params):
        """The result; an error ends the test."""
        message = self.answer(self.ask(method, **params))
        assert "result" in message, message
        return message["result"]

    def error(self, method, **params):
        """The code of the error that the request must give."""
        return self.answer(self.ask(method, **params))["error"]["code"]

    def receive(self, left):
        if not select.select([self.process.stdout], [], [], left)[0]:
            return
        data = os.read(self.process.stdout.fileno(), 1 << 16)
        if not data:
            sys.exit("the server is gone; unread: %s" % self.seen)
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, rest = self.buffer.split(b"\r\n\r\n", 1)
            size = int(head.split(b":")[1])
            if len(rest) < size:
                return
            self.seen.append(json.loads(rest[:size]))
            self.buffer = rest[size:]

    def wait(self, wanted):
        end = time.monotonic() + PATIENCE
        while True:
            for message in self.seen:
                if wanted(message):
                    self.seen.remove(message)
                    return message
            if time.monotonic() > end:
                sys.exit("nothing came; unread: %s" % json.dumps(self.seen, indent=1))
            self.receive(end - time.monotonic())

    def diagnostics(self, uri, version=None):
        """What is published next about that version of the file; none: about
        a file that is not open."""
        return self.wait(
            lambda m: m.get("method") == "textDocument/publishDiagnostics"
            and m["params"]["uri"] == uri
            and m["params"].get("version") == version
        )["params"]["diagnostics"]

    def start(self, folder, **capabilities):
        result = self.request(
            "initialize",
            processId=os.getpid(),
            rootUri=uri_of(folder),
            capabilities=capabilities,
        )
        self.notify("initialized")
        return result

    def open(self, uri, text, version=1):
        item = {"uri": uri, "languageId": "c", "version": version, "text": text}
        self.notify("textDocument/didOpen", textDocument=item)

    def change(self, uri, version, *changes):
        self.notify(
            "textDocument/didChange",
            textDocument={"uri": uri, "version": version},
            contentChanges=list(changes),
        )

    def stop(self):
        self.request("shutdown")
        self.notify("exit")
        code = self.process.wait(PATIENCE)
        assert code == 0, code


def uri_of(path):
    return "file://" + urllib.parse.quote(str(path))


def range_of(text, part, end=None):
    """The range of PART in TEXT as the protocol counts."""

    def position(offset):
        before = text[:offset].replace("\r\n", "\n")
        line = before.count("\n")
        column = before.rsplit("\n", 1)[-1]
        return {"line": line, "character": len(column.encode("utf-16-le")) // 2}

    start = text.index(part)
    return {"start": position(start), "end": position(start + len(part))}


def apply(text, edits):
    """TEXT with TextEdits, which do not overlap."""
    lines = text.splitlines(keepends=True) + [""]

    def offset(position):
        start = sum(len(line) for line in lines[: position["line"]])
        units = lines[position["line"]].encode("utf-16-le")[: 2 * position["character"]]
        return start + len(units.decode("utf-16-le"))

    for edit in sorted(
        edits, key=lambda e: offset(e["range"]["start"]), reverse=True
    ):
        begin, end = (offset(edit["range"][side]) for side in ("start", "end"))
        text = text[:begin] + edit["newText"] + text[end:]
    return text


def fresh(folder):
    """An empty folder."""
    import shutil

    folder = pathlib.Path(folder)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder.resolve()
