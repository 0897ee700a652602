#include "../disk.h"
#include <time.h>

static long reads;

static long
count(void)
{
    return ++reads;
}

PyObject *
disk_partitions(PyObject *self, PyObject *args)
{
    time_t now = 0;
    struct tm *broken_down = localtime(&now);
    return PyLong_FromLong(broken_down->tm_sec + count());
}

long
mounted_at(void)
{
    static long cached = 0;
    if (cached == 0)
        cached = in_seconds(1000);
    return cached;
}
