# protocol.py PROGRAM HEADERS FOLDER: what editors get wrong, and what they may
# do that most do not.
import subprocess
import sys

from client import Client, fresh, uri_of

program, headers, place = sys.argv[1:]
folder = fresh(place)
LOCKED = """#include <Python.h>
static int calls;
PyObject *count(PyObject *self, PyObject *arg) {
    return PyLong_FromLong(++calls);
}
static PyMethodDef methods[] = {{"count", count, METH_NOARGS, ""}, {0}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "m", 0, -1, methods};
PyMODINIT_FUNC PyInit_m(void) { return PyModule_Create(&def); }
"""
(folder / "m.c").write_text(LOCKED)
uri = uri_of(folder / "m.c")
document = {"uri": uri}
options = ("--no-build", "--python", headers)

temporary = fresh(place + ".tmp")
client = Client(program, *options, env={"TMPDIR": str(temporary)})
# Before anything else.
assert client.error("textDocument/hover", textDocument=document) == -32002
client.notify("textDocument/didOpen", nonsense=True)
client.start(
    folder, workspace={"didChangeWatchedFiles": {"dynamicRegistration": True}}
)
watch = client.wait(lambda m: m.get("method") == "client/registerCapability")
(registration,) = watch["params"]["registrations"]
patterns = [each["globPattern"] for each in registration["registerOptions"]["watchers"]]
assert any("ungil.toml" in each for each in patterns), patterns
client.send({"id": watch["id"], "result": None})
assert client.error("initialize") == -32600

# What is not there, and what makes no sense.
assert client.error("textDocument/rename") == -32601
assert client.error("textDocument/hover", textDocument=7) == -32602
assert client.error("workspace/executeCommand", command="rm") == -32602
client.notify("textDocument/didChange", textDocument={"uri": uri})
client.notify("$/setTrace", value="off")
client.notify("unknown/notification", x=1)
client.send({"id": 99, "result": None})


def refused(body):
    client.write(b"Content-Length: %d\r\n\r\n%s" % (len(body), body))
    return client.answer(None)["error"]["code"]


assert refused(b"{nonsense") == -32700
assert refused(b"[]") == -32600
assert refused(b"{}") == -32600
assert refused(b'{"method": 1}') == -32600
# Something else wrote on the pipe.
client.write(b"warning: hello\r\n\r\nContent-Length: many\r\n\r\n")

# Names that are no files of this machine.
client.open("untitled:Untitled-1", LOCKED)
client.open("file://elsewhere/m.c", LOCKED)
client.open(uri_of(folder / "notes.txt"), "hello")

# An ordinary file at last.
client.open(uri, LOCKED)
(found,) = [d for d in client.diagnostics(uri, 1) if d["code"] == "shared-global"]
assert list(temporary.glob("ungil-lsp*/*.pch")), "the opening is kept"
assert found["range"]["start"] == {"line": 3, "character": 27}, found

# Fixes for an editor that knows no versions of documents.
actions = client.request(
    "textDocument/codeAction",
    textDocument=document,
    range=found["range"],
    context={"diagnostics": [found]},
)
assert all(list(each["edit"]) == ["changes"] for each in actions), actions
assert actions and list(actions[0]["edit"]["changes"]) == [uri], actions

# An edit outside of the text is one at its end.
beyond = {"line": 999, "character": 9}
client.change(uri, 2, {"range": {"start": beyond, "end": beyond}, "text": "\n"})
client.diagnostics(uri, 2)

# Cancelled while it runs.
number = client.ask("workspace/executeCommand", command="ungil.rescan")
client.notify("$/cancelRequest", id=number)
client.notify("$/cancelRequest", id="unknown")
assert client.answer(number)["error"]["code"] == -32800
assert client.request("workspace/executeCommand", command="ungil.rescan")
summary = client.request(
    "workspace/executeCommand", command="ungil.rescan", arguments=[uri]
)
assert "1 file" in summary, summary

# A mistake in the configuration is told once, and findings stay.
(folder / "ungil.toml").write_text("ignored = []\n")
client.seen.clear()
client.notify("textDocument/didSave", textDocument=document)
message = client.wait(lambda m: m.get("method") == "window/showMessage")["params"]
assert message["type"] == 1 and "ignored" in message["message"], message
assert client.error("workspace/executeCommand", command="ungil.rescan") == -32803
assert not [m for m in client.seen if m.get("method") == "window/showMessage"]
assert not [m for m in client.seen if m["method"].endswith("publishDiagnostics")]
(folder / "ungil.toml").write_text('ignore = ["shared-global"]\n')
client.notify("workspace/didChangeWatchedFiles", changes=[])
codes = [each["code"] for each in client.diagnostics(uri, 2)]
assert "shared-global" not in codes, codes

# After shutdown there is only exit.
client.request("shutdown")
assert not list(temporary.iterdir()), "nothing is left behind"
assert client.error("textDocument/hover") == -32600
client.notify("textDocument/didSave", textDocument=document)
client.notify("exit")
assert client.process.wait() == 0


def exit_code(talk):
    """Of a server that an editor treats so."""
    other = Client(program, *options)
    talk(other)
    other.process.stdin.close()
    return other.process.wait()


assert exit_code(lambda c: None) == 1, "the editor died"
assert exit_code(lambda c: (c.start(folder), c.notify("exit"))) == 1, "no shutdown"
assert exit_code(lambda c: (c.start(folder), c.request("shutdown"))) == 0


def types_and_leaves(other):
    other.start(folder)
    other.open(uri, LOCKED)


assert exit_code(types_and_leaves) == 1
