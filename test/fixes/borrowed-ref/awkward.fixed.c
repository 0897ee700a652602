#include <Python.h>

static PyObject *
inner_loop(PyObject *self, PyObject *args)
{
	PyObject *list, *names;
	Py_ssize_t found = 0;

	if (!PyArg_ParseTuple(args, "O!O!", &PyList_Type, &list, &PyTuple_Type, &names))
		return NULL;
	for (Py_ssize_t i = 0; i < PyList_Size(list); i++) {
		PyObject *item = PyList_GetItemRef(list, i);
		if (item == NULL)
			break;
		for (Py_ssize_t j = 0; j < PyTuple_GET_SIZE(names); j++) {
			int same = PyObject_RichCompareBool(item, PyTuple_GET_ITEM(names, j), Py_EQ);
			if (same < 0) {
				Py_DECREF(item);
				return NULL;
			}
			if (!same)
				continue;
			found++;
			break;
		}
		Py_DECREF(item);
		if (found > 10) // enough
			break;
	}
	return PyLong_FromSsize_t(found);
}

static int
kind_of(PyObject *list, Py_ssize_t i)
{
	if (!PyList_Check(list)) return -1;
	PyObject *item = PyList_GetItemRef(list, i);
	if (item == NULL) return -1;
	else if (PyLong_Check(item)) {
		Py_DECREF(item);
		return 1;
	}
	else if (PyUnicode_Check(item)) {
		Py_DECREF(item);
		return 2;
	}
	else {
		/* all others */
		int result = PyObject_Size(item) > 3 ? 4 : 3;
		Py_DECREF(item);
		return result;
	}
}

static PyObject *
kinds(PyObject *self, PyObject *list)
{
	Py_ssize_t i = 0;
	int kind;
	do {
		kind = kind_of(list, i++);
	} while (kind > 0);
	PyErr_Clear();
	return PyLong_FromSsize_t(i - 1);
}

static PyObject *
either(PyObject *self, PyObject *args)
{
	PyObject *dict, *key, *value = NULL;
	int which;

	if (!PyArg_ParseTuple(args, "O!Oi", &PyDict_Type, &dict, &key, &which))
		return NULL;
	if (which) {
		PyDict_GetItemRef(dict, key, &value);
	}
	else {
		value = PyObject_Repr(key);
	}
	if (value == NULL && !PyErr_Occurred())
		Py_RETURN_NONE;
	return value;
}

static PyObject *
stolen(PyObject *self, PyObject *list)
{
	PyObject *item, *pair = PyTuple_New(1);

	if (pair == NULL)
		return NULL;
	if (!(item = PyList_GetItemRef(list, 0))) {
		Py_DECREF(pair);
		return NULL;
	}
	PyTuple_SET_ITEM(pair, 0, item);
	return pair;
}

static PyObject *
setdefault(PyObject *self, PyObject *args)
{
	PyObject *dict, *key;

	if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &key))
		return NULL;
	PyObject *list;
	PyDict_SetDefaultRef(dict, key, Py_None, &list);
	if (!list)
		return NULL;
	if (list != Py_None) {
		PyObject *result = PyObject_Repr(list);
		Py_DECREF(list);
		return result;
	}
	Py_DECREF(list);
	Py_RETURN_NONE;
}

static PyObject *
module_of(PyObject *self, PyObject *name)
{
	const char *text = PyUnicode_AsUTF8(name);
	if (text == NULL)
		return NULL;
	PyObject *module = PyImport_AddModuleRef(text);
	if (module == NULL)
		return NULL;
	PyObject *result = PyObject_GetAttrString(module, "__name__");
	Py_DECREF(module);
	return result;
}

static PyMethodDef methods[] = {
	{"inner_loop", inner_loop, METH_VARARGS, NULL},
	{"kinds", kinds, METH_O, NULL},
	{"either", either, METH_VARARGS, NULL},
	{"stolen", stolen, METH_O, NULL},
	{"setdefault", setdefault, METH_VARARGS, NULL},
	{"module_of", module_of, METH_O, NULL},
	{NULL, NULL, 0, NULL},
};

static struct PyModuleDef module = {
	PyModuleDef_HEAD_INIT, "awkward", NULL, 0, methods, NULL, NULL, NULL, NULL,
};

PyMODINIT_FUNC
PyInit_awkward(void)
{
	return PyModuleDef_Init(&module);
}
