// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Locks, critical sections, thread states.

#ifndef Py_PYTHREAD_H
#define Py_PYTHREAD_H

//===-- PyMutex -----------------------------------------------------------===//

PyAPI_FUNC(void) PyMutex_Lock(PyMutex *);
PyAPI_FUNC(void) PyMutex_Unlock(PyMutex *);
static inline void _PyMutex_Lock(PyMutex *m) {
  if (m->_bits)
    (PyMutex_Lock)(m);
}
#define PyMutex_Lock _PyMutex_Lock
static inline void _PyMutex_Unlock(PyMutex *m) {
  if (m->_bits)
    (PyMutex_Unlock)(m);
}
#define PyMutex_Unlock _PyMutex_Unlock

//===-- Critical sections -------------------------------------------------===//

typedef struct PyCriticalSection PyCriticalSection;
typedef struct PyCriticalSection2 PyCriticalSection2;
PyAPI_FUNC(void) PyCriticalSection_Begin(PyCriticalSection *, PyObject *);
PyAPI_FUNC(void) PyCriticalSection_End(PyCriticalSection *);
PyAPI_FUNC(void)
    PyCriticalSection2_Begin(PyCriticalSection2 *, PyObject *, PyObject *);
PyAPI_FUNC(void) PyCriticalSection2_End(PyCriticalSection2 *);

#ifdef Py_GIL_DISABLED
struct PyCriticalSection {
  uintptr_t _cs_prev;
  PyMutex *_cs_mutex;
};
struct PyCriticalSection2 {
  PyCriticalSection _cs_base;
  PyMutex *_cs_mutex2;
};
#define Py_BEGIN_CRITICAL_SECTION(op)                                         \
  {                                                                           \
    PyCriticalSection _py_cs;                                                 \
    PyCriticalSection_Begin(&_py_cs, _PyObject_CAST(op))
#define Py_END_CRITICAL_SECTION()                                             \
  PyCriticalSection_End(&_py_cs);                                             \
  }
#define Py_BEGIN_CRITICAL_SECTION2(a, b)                                      \
  {                                                                           \
    PyCriticalSection2 _py_cs2;                                               \
    PyCriticalSection2_Begin(&_py_cs2, _PyObject_CAST(a), _PyObject_CAST(b))
#define Py_END_CRITICAL_SECTION2()                                            \
  PyCriticalSection2_End(&_py_cs2);                                           \
  }
#else
#define Py_BEGIN_CRITICAL_SECTION(op) {
#define Py_END_CRITICAL_SECTION() }
#define Py_BEGIN_CRITICAL_SECTION2(a, b) {
#define Py_END_CRITICAL_SECTION2() }
#endif

//===-- Thread states -----------------------------------------------------===//

typedef enum { PyGILState_LOCKED, PyGILState_UNLOCKED } PyGILState_STATE;
struct _ts {
  PyThreadState *prev, *next;
  PyInterpreterState *interp;
};
PyAPI_FUNC(PyThreadState *) PyEval_SaveThread(void);
PyAPI_FUNC(void) PyEval_RestoreThread(PyThreadState *);
PyAPI_FUNC(void) PyEval_AcquireThread(PyThreadState *);
PyAPI_FUNC(void) PyEval_ReleaseThread(PyThreadState *);
PyAPI_FUNC(void) PyEval_InitThreads(void);
PyAPI_FUNC(int) PyEval_ThreadsInitialized(void);
PyAPI_FUNC(PyGILState_STATE) PyGILState_Ensure(void);
PyAPI_FUNC(void) PyGILState_Release(PyGILState_STATE);
PyAPI_FUNC(int) PyGILState_Check(void);
PyAPI_FUNC(PyThreadState *) PyGILState_GetThisThreadState(void);
PyAPI_FUNC(PyThreadState *) PyThreadState_Get(void);
PyAPI_FUNC(PyThreadState *) PyThreadState_GetUnchecked(void);
PyAPI_FUNC(PyThreadState *) PyThreadState_Swap(PyThreadState *);
PyAPI_FUNC(PyThreadState *) PyThreadState_New(PyInterpreterState *);
PyAPI_FUNC(void) PyThreadState_Clear(PyThreadState *);
PyAPI_FUNC(void) PyThreadState_Delete(PyThreadState *);
PyAPI_FUNC(void) PyThreadState_DeleteCurrent(void);
PyAPI_FUNC(PyObject *) PyThreadState_GetDict(void);
PyAPI_FUNC(PyFrameObject *) PyThreadState_GetFrame(PyThreadState *);
PyAPI_FUNC(PyInterpreterState *) PyThreadState_GetInterpreter(PyThreadState *);
PyAPI_FUNC(PyInterpreterState *) PyInterpreterState_Get(void);
PyAPI_FUNC(PyInterpreterState *) PyInterpreterState_Main(void);
PyAPI_FUNC(PyObject *) PyInterpreterState_GetDict(PyInterpreterState *);
PyAPI_FUNC(int64_t) PyInterpreterState_GetID(PyInterpreterState *);
PyAPI_FUNC(int) PyThreadState_SetAsyncExc(unsigned long, PyObject *);
PyAPI_FUNC(int) PyErr_CheckSignals(void);
PyAPI_FUNC(int) Py_AddPendingCall(int (*)(void *), void *);
PyAPI_FUNC(int) Py_AtExit(void (*)(void));

#define Py_BEGIN_ALLOW_THREADS                                                \
  {                                                                           \
    PyThreadState *_save;                                                     \
    _save = PyEval_SaveThread();
#define Py_BLOCK_THREADS PyEval_RestoreThread(_save);
#define Py_UNBLOCK_THREADS _save = PyEval_SaveThread();
#define Py_END_ALLOW_THREADS                                                  \
  PyEval_RestoreThread(_save);                                                \
  }

//===-- Native locks and thread-local storage -----------------------------===//

typedef void *PyThread_type_lock;
typedef enum PyLockStatus {
  PY_LOCK_FAILURE = 0,
  PY_LOCK_ACQUIRED = 1,
  PY_LOCK_INTR
} PyLockStatus;
#define WAIT_LOCK 1
#define NOWAIT_LOCK 0
#define PY_TIMEOUT_T long long
PyAPI_FUNC(PyThread_type_lock) PyThread_allocate_lock(void);
PyAPI_FUNC(void) PyThread_free_lock(PyThread_type_lock);
PyAPI_FUNC(int) PyThread_acquire_lock(PyThread_type_lock, int);
PyAPI_FUNC(PyLockStatus)
    PyThread_acquire_lock_timed(PyThread_type_lock, PY_TIMEOUT_T, int);
PyAPI_FUNC(void) PyThread_release_lock(PyThread_type_lock);
PyAPI_FUNC(unsigned long) PyThread_start_new_thread(void (*)(void *), void *);
PyAPI_FUNC(unsigned long) PyThread_get_thread_ident(void);
PyAPI_FUNC(unsigned long) PyThread_get_thread_native_id(void);
typedef struct _Py_tss_t {
  int _is_initialized;
  unsigned int _key;
} Py_tss_t;
#define Py_tss_NEEDS_INIT {0}
PyAPI_FUNC(int) PyThread_tss_create(Py_tss_t *);
PyAPI_FUNC(void) PyThread_tss_delete(Py_tss_t *);
PyAPI_FUNC(int) PyThread_tss_is_created(Py_tss_t *);
PyAPI_FUNC(int) PyThread_tss_set(Py_tss_t *, void *);
PyAPI_FUNC(void *) PyThread_tss_get(Py_tss_t *);

#endif
