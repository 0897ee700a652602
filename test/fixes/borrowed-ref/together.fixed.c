#include <Python.h>

// tidy: differs

// Both want a release at the same place.
static PyObject *
two_at_once(PyObject *self, PyObject *args)
{
	PyObject *list, *dict;

	if (!PyArg_ParseTuple(args, "O!O!", &PyList_Type, &list, &PyDict_Type, &dict))
		return NULL;
	PyObject *key = PyList_GetItemRef(list, 0);
	if (key == NULL)
		return NULL;
	PyObject *value;
	PyDict_GetItemRef(dict, key, &value);
	if (value == NULL) {
		Py_DECREF(key);
		return NULL;
	}
	int same = PyObject_RichCompareBool(key, value, Py_EQ);
	Py_DECREF(value);
	Py_DECREF(key);
	if (same < 0)
		return NULL;
	return PyBool_FromLong(same);
}

static PyMethodDef methods[] = {
	{"two_at_once", two_at_once, METH_VARARGS, NULL},
	{NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
	PyModuleDef_HEAD_INIT, "together", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_together(void)
{
	return PyModuleDef_Init(&module);
}
