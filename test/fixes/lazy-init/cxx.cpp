#include <Python.h>
#include <mutex>

static PyObject *
attribute(PyObject *self, PyObject *arg)
{
    static PyObject *name = nullptr;
    if (!name)
        name = PyUnicode_InternFromString("name");
    if (!name)
        return nullptr;
    return PyObject_GetAttr(arg, name);
}

static PyObject *
type_of(PyObject *self, PyObject *arg)
{
    static PyTypeObject *type = nullptr;
    if (type == nullptr) {
        type = reinterpret_cast<PyTypeObject *>(
            PyObject_GetAttrString(self, "type"));
        if (type == nullptr)
            return nullptr;
    }
    return PyBool_FromLong(PyObject_TypeCheck(arg, type));
}

class Imported {
public:
    PyObject *get()
    {
        if (!done_) {
            std::call_once(once_, [&] {
                value_ = PyImport_ImportModule("collections");
                done_ = true;
            });
        }
        return value_;
    }

private:
    PyObject *value_ = nullptr;
    std::once_flag once_ = {};
    bool done_ = false;
};

static Imported collections;
static std::once_flag once;
static bool ready, tried = false;
static long answer;

static PyObject *
import_it(PyObject *self, PyObject *arg)
{
    if (!ready)
        std::call_once(once, [] {
            answer = 42;
            ready = true;
        });
    tried = PyObject_IsTrue(arg);
    Py_XINCREF(collections.get());
    return PyLong_FromLong(answer);
}

static PyMethodDef methods[] = {
    {"attribute", attribute, METH_O, nullptr},
    {"type_of", type_of, METH_O, nullptr},
    {"import_it", import_it, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "lazy", nullptr, 0, methods,
    nullptr, nullptr, nullptr, nullptr,
};

PyMODINIT_FUNC
PyInit_lazy(void)
{
    return PyModuleDef_Init(&module);
}
