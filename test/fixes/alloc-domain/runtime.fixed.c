#include <Python.h>
#include <string.h>

/* What the runtime gives back, with another function since 3.13. */

static PyObject *
meta_new(PyTypeObject *meta, PyObject *args, PyObject *kw)
{
    PyTypeObject *type = (PyTypeObject *)meta->tp_alloc(meta, 0);
    if (type == NULL)
        return NULL;
    char *doc = NULL;
    if (kw != NULL) {
        #if PY_VERSION_HEX >= 0x030D0000
        doc = (char *)PyMem_Malloc(32);
        #else
        doc = (char *)PyObject_MALLOC(32);
        #endif
        if (doc != NULL)
            strcpy(doc, "made at run time");
    }
    type->tp_doc = doc;
    return (PyObject *)type;
}

static PyTypeObject MetaType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "fx.Meta",
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_new = meta_new,
};

static int
exec(PyObject *module)
{
    return PyModule_AddType(module, &MetaType);
}

static PyModuleDef_Slot slots[] = {
    {Py_mod_exec, exec},
    {Py_mod_gil, Py_MOD_GIL_NOT_USED},
    {0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT,
    .m_name = "fx",
    .m_slots = slots,
};

PyMODINIT_FUNC
PyInit_fx(void)
{
    return PyModuleDef_Init(&module);
}
