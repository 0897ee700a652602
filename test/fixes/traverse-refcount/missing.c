#include <Python.h>

/* One field that tp_clear knows and tp_traverse forgot. */

typedef struct {
    PyObject_HEAD
    PyObject *first;
    PyObject *second;
    PyObject *third;
} Node;

static int
node_traverse(PyObject *op, visitproc visit, void *arg)
{
    Node *self = (Node *)op;
    Py_VISIT(self->first);
    Py_VISIT(self->second);
    return 0;
}

static int
node_clear(PyObject *op)
{
    Node *self = (Node *)op;
    Py_CLEAR(self->first);
    Py_CLEAR(self->second);
    Py_CLEAR(self->third);
    return 0;
}

static PyObject *
set_third(PyObject *op, PyObject *value)
{
    Node *self = (Node *)op;
    Py_BEGIN_CRITICAL_SECTION(self);
    Py_XSETREF(self->third, Py_NewRef(value));
    Py_END_CRITICAL_SECTION();
    Py_RETURN_NONE;
}

static PyMethodDef node_methods[] = {
    {"set_third", set_third, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static PyTypeObject NodeType = {
    PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "fx.Node",
    .tp_basicsize = sizeof(Node),
    .tp_flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC,
    .tp_new = PyType_GenericNew,
    .tp_traverse = node_traverse,
    .tp_clear = node_clear,
    .tp_methods = node_methods,
};

static int
exec(PyObject *module)
{
    return PyModule_AddType(module, &NodeType);
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
