#include <Python.h>

static PyObject *
inner_loop(PyObject *self, PyObject *args)
{
	PyObject *list, *names;
	Py_ssize_t found = 0;

	if (!PyArg_ParseTuple(args, "O!O!", &PyList_Type, &list, &PyTuple_Type, &names))
		return NULL;
	for (Py_ssize_t i = 0; i < PyList_Size(list); i++) {
		PyObject *item = PyList_GetItem(list, i);
		if (item == NULL)
			break;
		for (Py_ssize_t j = 0; j < PyTuple_GET_SIZE(names); j++) {
			int same = PyObject_RichCompareBool(item, PyTuple_GET_ITEM(names, j), Py_EQ);
			if (same < 0)
				return NULL;
			if (!same)
				continue;
			found++;
			break;
		}
		if (found > 10) // enough
			break;
	}
	return PyLong_FromSsize_t(found);
}

static int
kind_of(PyObject *list, Py_ssize_t i)
{
	if (!PyList_Check(list)) return -1;
	PyObject *item = PyList_GetItem(list, i);
	if (item == NULL) return -1;
	else if (PyLong_Check(item)) return 1;
	else if (PyUnicode_Check(item))
		return 2;
	else {
		/* all others */
		return PyObject_Size(item) > 3 ? 4 : 3;
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
		value = PyDict_GetItemWithError(dict, key);
		if (value != NULL)
			Py_INCREF(value);
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
	if (!(item = PyList_GetItem(list, 0))) {
		Py_DECREF(pair);
		return NULL;
	}
	Py_INCREF(item);
	PyTuple_SET_ITEM(pair, 0, item);
	return pair;
}

static PyObject *
setdefault(PyObject *self, PyObject *args)
{
	PyObject *dict, *key;

	if (!PyArg_ParseTuple(args, "O!O", &PyDict_Type, &dict, &key))
		return NULL;
	PyObject *list = PyDict_SetDefault(dict, key, Py_None);
	if (!list)
		return NULL;
	if (list != Py_None)
		return PyObject_Repr(list);
	Py_RETURN_NONE;
}

static PyObject *
module_of(PyObject *self, PyObject *name)
{
	const char *text = PyUnicode_AsUTF8(name);
	if (text == NULL)
		return NULL;
	PyObject *module = PyImport_AddModule(text);
	if (module == NULL)
		return NULL;
	return PyObject_GetAttrString(module, "__name__");
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
