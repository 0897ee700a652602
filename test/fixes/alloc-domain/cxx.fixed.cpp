// tidy: differs
#include <Python.h>
#include <new>

// A standard allocator: what one method makes the other releases.
struct Allocator {
    typedef int value_type;
    int *allocate(size_t n, const void *hint = nullptr)
    {
        void *block = PyMem_Malloc(n * sizeof(int));
        if (!block)
            throw std::bad_alloc();
        return static_cast<int *>(block);
    }
    void deallocate(int *block, size_t n)
    {
        PyMem_Free(block);
    }
};

static PyObject *
use(PyObject *self, PyObject *arg)
{
    Allocator memory;
    int *block = memory.allocate(4);
    block[0] = 1;
    memory.deallocate(block, 4);
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"use", use, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "m", nullptr, 0, methods,
    nullptr, nullptr, nullptr, nullptr,
};

PyMODINIT_FUNC
PyInit_m(void)
{
    return PyModuleDef_Init(&module);
}
