#include <Python.h>
#include <stdexcept>
#include <string>

namespace {

struct Node {
  PyObject_HEAD
  PyObject *Text;
  Py_ssize_t Size;
};

std::string describe(PyObject *Object);

PyObject *move(PyObject *Self, PyObject *Other) {
  auto *A = reinterpret_cast<Node *>(Self), *B = reinterpret_cast<Node *>(Other);
  Py_BEGIN_CRITICAL_SECTION2(Self, Other);
  A->Size += B->Size;
  B->Size = 0;
  Py_END_CRITICAL_SECTION2();
  Py_RETURN_NONE;
}

PyObject *text(PyObject *Self, PyObject *Format) {
  auto *N = reinterpret_cast<Node *>(Self);
  PyObject *Result = nullptr;
  Py_BEGIN_CRITICAL_SECTION(Self);
  try {
    if (describe(Format).empty())
      throw std::runtime_error("empty");
    if (N->Text == nullptr) {
      PyObject *made = PyObject_Format(Self, Format);
      if (N->Text == nullptr)
        N->Text = made;
      else if (made == nullptr)
        PyErr_Clear(); // another thread has made one
      else
        Py_DECREF(made);
    }
    Result = Py_XNewRef(N->Text);
  } catch (const std::exception &Error) {
    PyErr_SetString(PyExc_ValueError, Error.what());
  }
  Py_END_CRITICAL_SECTION();
  return Result;
}

PyMethodDef NodeMethods[] = {
    {"move", move, METH_O, nullptr},
    {"text", text, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyType_Slot Slots[] = {
    {Py_tp_methods, NodeMethods},
    {0, nullptr},
};

PyType_Spec Spec = {"m.Node", sizeof(Node), 0, Py_TPFLAGS_DEFAULT, Slots};

PyMethodDef Methods[] = {
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "m",     nullptr, 0, Methods,
                      nullptr,               nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_m() {
  Py_XDECREF(PyType_FromSpec(&Spec));
  return PyModuleDef_Init(&Module);
}
