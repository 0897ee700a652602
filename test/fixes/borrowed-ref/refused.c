#include <Python.h>

// No edit here would be right; each says why.

static PyObject *registry;

static PyObject *lent(PyObject *dict, PyObject *key) {
  PyObject *value = PyDict_GetItemWithError(dict, key);
  return value;
}

static PyObject *use_lent(PyObject *self, PyObject *args) {
  PyObject *dict, *key;
  if (!PyArg_ParseTuple(args, "OO", &dict, &key))
    return NULL;
  PyObject *value = lent(dict, key); // no edit: the reference is lent by a function of the extension
  return value ? PyObject_Repr(value) : NULL;
}

static PyObject *store(PyObject *self, PyObject *list) {
  PyObject *item = PyList_GetItem(list, 0); // no edit: 'item' is stored without a reference of its own
  registry = item;
  Py_RETURN_NONE;
}

static PyObject *some_ways(PyObject *self, PyObject *list) {
  PyObject *item = PyList_GetItem(list, 0); // no edit: a reference to 'item' is taken on some of the ways
  if (item == NULL)
    return NULL;
  if (PyLong_Check(item))
    Py_INCREF(item);
  else
    PyErr_Clear();
  return PyLong_Check(item) ? item : PyObject_Repr(item);
}

static PyObject *again(PyObject *self, PyObject *list) {
  PyObject *item = PyList_GetItem(list, 0); // no edit: 'item' is set again on some of the ways
  if (item != NULL && PyLong_Check(item))
    item = PyObject_Repr(item);
  return Py_XNewRef(item);
}

static PyObject *conditional(PyObject *self, PyObject *list) {
  PyObject *item = PyList_GetItem(list, 0); // no edit: there is conditional compilation between the call and the last use of 'item'
  if (item == NULL)
    return NULL;
#ifdef SPECIAL
  return PyObject_Str(item);
#else
  return PyObject_Repr(item);
#endif
}

#define RETURN_IF_LONG(o)                                                      \
  do {                                                                         \
    if (PyLong_Check(o))                                                       \
      Py_RETURN_NONE;                                                          \
  } while (0)

static PyObject *macro(PyObject *self, PyObject *list) {
  PyObject *item = PyList_GetItem(list, 0); // no edit: macro 'RETURN_IF_LONG' can leave the function
  if (item == NULL)
    return NULL;
  RETURN_IF_LONG(item);
  return PyObject_Repr(item);
}

static PyObject *jumps(PyObject *self, PyObject *list) {
  PyObject *item = PyList_GetItem(list, 0); // no edit: 'item' is used outside of the block it is set in
  if (item == NULL)
    goto done;
  if (PyLong_Check(item))
    goto done;
  PyErr_SetString(PyExc_TypeError, "int expected");
  return NULL;
done:
  return item ? PyObject_Repr(item) : NULL;
}

#define FIRST(list) PyList_GetItem(list, 0)

static PyObject *hidden(PyObject *self, PyObject *list) {
  PyObject *item = FIRST(list); // no edit: the code is in the body of a macro
  return item ? PyObject_Repr(item) : NULL;
}

static PyObject *between(PyObject *self, PyObject *list) {
  PyObject *item;
  if (PyList_Size(list) > 0 && (item = PyDict_GetItem(registry, list)) != NULL) // no edit: the call is in the middle of a condition
    return PyObject_Repr(item);
  Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"use_lent", use_lent, METH_VARARGS, NULL},
    {"store", store, METH_O, NULL},
    {"some_ways", some_ways, METH_O, NULL},
    {"again", again, METH_O, NULL},
    {"conditional", conditional, METH_O, NULL},
    {"macro", macro, METH_O, NULL},
    {"jumps", jumps, METH_O, NULL},
    {"hidden", hidden, METH_O, NULL},
    {"between", between, METH_O, NULL},
    {NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "refused", NULL, -1, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC PyInit_refused(void) {
  registry = PyDict_New();
  return PyModule_Create(&module);
}
