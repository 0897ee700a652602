// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The capsule of the datetime module.

#ifndef Py_DATETIME_H
#define Py_DATETIME_H

typedef struct {
  PyTypeObject *DateType, *DateTimeType, *TimeType, *DeltaType, *TZInfoType;
  PyObject *TimeZone_UTC;
  PyObject *(*DateTime_FromDateAndTime)(int, int, int, int, int, int, int,
                                        PyObject *, PyTypeObject *);
} PyDateTime_CAPI;
static PyDateTime_CAPI *PyDateTimeAPI = NULL;
#define PyDateTime_CAPSULE_NAME "datetime.datetime_CAPI"
#define PyDateTime_IMPORT                                                     \
  PyDateTimeAPI =                                                             \
      (PyDateTime_CAPI *)PyCapsule_Import(PyDateTime_CAPSULE_NAME, 0)
#define PyDateTime_TimeZone_UTC PyDateTimeAPI->TimeZone_UTC
#define PyDateTime_Check(op)                                                  \
  PyObject_TypeCheck((op), PyDateTimeAPI->DateTimeType)
#define PyDateTime_FromDateAndTime(year, month, day, hour, min, sec, usec)    \
  PyDateTimeAPI->DateTime_FromDateAndTime(year, month, day, hour, min, sec,   \
                                          usec, Py_None,                      \
                                          PyDateTimeAPI->DateTimeType)

#endif
