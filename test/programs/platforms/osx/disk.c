#include "../disk.h"
#include <time.h>

static long reads;

/* Longer than its namesake: it is not the only one for that. */
static long
count(void)
{
    reads = reads + 1;
    return reads;
}

PyObject *
disk_partitions(PyObject *self, PyObject *args)
{
    time_t now = 0;
    struct tm *broken_down = gmtime(&now);
    if (broken_down == NULL)
        Py_RETURN_NONE;
    return PyLong_FromLong(broken_down->tm_sec + broken_down->tm_min + count());
}

long
mounted_at(void)
{
    static long remembered;
    if (remembered == 0)
        remembered = in_seconds(2000);
    return remembered;
}
