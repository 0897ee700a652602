#include <Python.h>
#include <vector>

namespace {

struct Node {
  PyObject_HEAD
  PyObject *First;
  std::vector<PyObject *> *Items;
};

int nodeTraverse(PyObject *Self, visitproc visit, void *arg) {
  auto *N = reinterpret_cast<Node *>(Self);
  Py_XINCREF(N->First);
  Py_VISIT(N->First);
  Py_XDECREF(N->First);
  for (PyObject *Item : *N->Items) {
    if (!Item)
      continue;
    Py_INCREF(Item);
    Py_VISIT(Item);
    Py_DECREF(Item);
  }
  return 0;
}

PyType_Slot Slots[] = {
    {Py_tp_traverse, reinterpret_cast<void *>(nodeTraverse)},
    {0, nullptr},
};

} // namespace

PyType_Spec Spec = {"m.Node", sizeof(Node), 0,
                    Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC, Slots};
