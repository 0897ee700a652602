#include <Python.h>
#include <mutex>
#include <atomic>

// Keeps value in cache, or drops it for what another thread kept.
static inline PyObject *
keep_first(std::atomic<PyObject *> &cache, PyObject *value)
{
    PyObject *first = nullptr;
    if (value == nullptr || cache.compare_exchange_strong(first, value))
        return value;
    Py_DECREF(value);
    return first;
}

static PyObject *
attribute(PyObject *self, PyObject *arg)
{
    static std::atomic<PyObject *> name_cache{nullptr};
    PyObject *name = name_cache.load();
    if (!name)
        name = keep_first(name_cache, PyUnicode_InternFromString("name"));
    if (!name)
        return nullptr;
    return PyObject_GetAttr(arg, name);
}

static PyObject *
type_of(PyObject *self, PyObject *arg)
{
    static std::atomic<PyObject *> type_cache{nullptr};
    PyTypeObject *type = (PyTypeObject *)type_cache.load();
    if (type == nullptr) {
        type = (PyTypeObject *)keep_first(type_cache, (PyObject *)reinterpret_cast<PyTypeObject *>(
            PyObject_GetAttrString(self, "type")));
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
    std::atomic<bool> done_{false};
};

static Imported collections;
static std::once_flag once;
static bool tried = false;
static std::atomic<bool> ready{};
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
