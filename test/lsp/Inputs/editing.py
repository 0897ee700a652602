# editing.py PROGRAM HEADERS FOLDER: opens a module, types, asks and fixes.
import sys

from client import Client, apply, fresh, range_of, uri_of

program, headers, place = sys.argv[1:]
# What must be escaped in a URI, and what must not be taken for an escape.
folder = fresh(place) / "a b%41é"
(folder / "src").mkdir(parents=True)
(folder / "ungil.toml").write_text('ignore = ["module-gil-slot"]\n')

OTHER = """#include <Python.h>
#include "state.h"
int counter;
PyObject *bump(PyObject *self, PyObject *arg) {
    counter = counter + 1;
    return PyLong_FromLong(counter);
}
static PyObject *last(PyObject *self, PyObject *list) {
    PyObject *item = PyList_GetItem(list, 1);
    if (!item)
        return NULL;
    long value = PyLong_AsLong(item);
    return PyLong_FromLong(value);
}
static PyMethodDef methods[] = {{"bump", bump, METH_NOARGS, ""},
                                {"first", first, METH_O, ""},
                                {"last", last, METH_O, ""},
                                {0}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, "m", 0, -1, methods};
PyMODINIT_FUNC PyInit_m(void) { return PyModule_Create(&def); }
"""
# Windows line ends, and characters of two and four bytes before a finding.
MODULE = """#include <Python.h>
#include "state.h"
PyObject *first(PyObject *self, PyObject *list) {
    if (!PyList_CheckExact(list))
        return NULL;
    /* é \U0001f40d */ PyObject *item = PyList_GetItem(list, 0);
    if (!item)
        return NULL;
    long value = PyLong_AsLong(item);
    return PyLong_FromLong(value);
}
""".replace("\n", "\r\n")

(folder / "src/state.h").write_text(
    "extern int counter;\nPyObject *first(PyObject *self, PyObject *list);\n"
)
(folder / "src/other.c").write_text(OTHER)
(folder / "src/module.c").write_bytes(MODULE.encode())
uri, other = uri_of(folder / "src/module.c"), uri_of(folder / "src/other.c")

client = Client(program, "--no-build", "--python", headers)
server = client.start(
    folder,
    workspace={"workspaceEdit": {"documentChanges": True}},
    textDocument={"hover": {"contentFormat": ["markdown", "plaintext"]}},
)
assert server["capabilities"]["positionEncoding"] == "utf-16", server
client.open(uri, MODULE)

# The other file is not open, and has its findings all the same.
(found,) = client.diagnostics(uri, 1)
assert found["code"] == "borrowed-ref" and found["source"] == "ungil", found
assert found["severity"] == 2 and "item" in found["message"], found
assert found["range"] == range_of(MODULE, "PyList_GetItem(list, 0)"), found
places = found["relatedInformation"]
assert any("enters here" in each["message"] for each in places), places
assert {each["location"]["uri"] for each in places} == {uri}, places
codes = [each["code"] for each in client.diagnostics(other)]
assert "shared-global" in codes, codes


def actions(part, text=MODULE, **context):
    return client.request(
        "textDocument/codeAction",
        textDocument={"uri": uri},
        range=range_of(text, part),
        context={"diagnostics": [found], **context},
    )


(action,) = actions("PyList_GetItem")
assert action["kind"] == "quickfix" and action["isPreferred"] is True, action
assert action["diagnostics"] == [found], action
(change,) = action["edit"]["documentChanges"]
assert change["textDocument"] == {"uri": uri, "version": 1}, change
assert actions("PyList_GetItem", only=["quickfix"]) == [action]
assert actions("PyList_GetItem", only=["source.organizeImports"]) == []
assert actions("PyLong_FromLong") == []

position = range_of(MODULE, "GetItem")["start"]
hover = client.request(
    "textDocument/hover", textDocument={"uri": uri}, position=position
)
assert hover["contents"]["kind"] == "markdown", hover
assert "# borrowed-ref" in hover["contents"]["value"], hover
elsewhere = {"line": 0, "character": 0}
assert (
    client.request(
        "textDocument/hover", textDocument={"uri": uri}, position=elsewhere
    )
    is None
)

# A half-written function: the others are still looked at.
typed = {"line": MODULE.count("\n"), "character": 0}
client.change(
    uri, 2, {"range": {"start": typed, "end": typed}, "text": "static int half(PyObject *\r\n"}
)
assert actions("PyList_GetItem") == [], "the text has changed"
assert [each["code"] for each in client.diagnostics(uri, 2)] == ["borrowed-ref"]
end = {"line": typed["line"] + 1, "character": 0}
client.change(uri, 3, {"range": {"start": typed, "end": end}, "text": ""})
assert client.diagnostics(uri, 3) == [found]

# Fixed, and not written: the buffer counts.
(action,) = actions("PyList_GetItem")
fixed = apply(MODULE, action["edit"]["documentChanges"][0]["edits"])
assert "PyList_GetItemRef" in fixed and "Py_DECREF(item)" in fixed, fixed
assert "\n" not in fixed.replace("\r\n", ""), "line ends stay as they are"
client.change(uri, 4, {"text": fixed})
assert client.diagnostics(uri, 4) == []
assert (folder / "src/module.c").read_bytes() == MODULE.encode()

# A suggestion says so; the error for what is no list would be another one.
client.open(other, OTHER)
races, borrowed = client.diagnostics(other, 1)
assert [races["code"], borrowed["code"]] == ["shared-global", "borrowed-ref"]
messages = [each["message"] for each in races["relatedInformation"]]
for thread in ("thread 1: ", "thread 2: "):
    assert any(each.startswith(thread) for each in messages), messages
(suggestion,) = client.request(
    "textDocument/codeAction",
    textDocument={"uri": other},
    range=borrowed["range"],
    context={"diagnostics": []},
)
assert suggestion["title"].endswith("(review)"), suggestion
assert suggestion["isPreferred"] is False, suggestion

# Silenced by a comment in the buffer.
client.change(
    other, 2, {"text": OTHER.replace("+ 1;", "+ 1; // ungil: ignore[shared-global] x")}
)
assert [each["code"] for each in client.diagnostics(other, 2)] == ["borrowed-ref"]

# Closed without saving: what is on disk counts.
client.notify("textDocument/didClose", textDocument={"uri": uri})
(again,) = client.diagnostics(uri)
assert again["code"] == "borrowed-ref", again

summary = client.request("workspace/executeCommand", command="ungil.rescan")
assert "2 files" in summary, summary
client.stop()
