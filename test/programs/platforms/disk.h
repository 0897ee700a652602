#ifndef DISK_H
#define DISK_H
#include <Python.h>

/* One body per platform; the build script picks the folder. */
PyObject *disk_partitions(PyObject *self, PyObject *args);
long mounted_at(void);

static inline long
in_seconds(long milliseconds)
{
    return milliseconds / 1000;
}

#endif
