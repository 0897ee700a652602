// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// State without a name: a function that takes nothing and returns a reference
// always returns the same, wherever that is kept.

// RUN: %scan %s --select shared-global,lazy-init --strict --exit-zero --format concise --min-confidence low \
// RUN:   | %FileCheck %s

#include <Python.h>
#include <map>
#include <memory>
#include <mutex>
#include <pthread.h>
#include <string>

namespace {

struct Types {
  std::map<std::string, int> Known;
  PyTypeObject *Record = nullptr;
  std::mutex Lock;
  int Users = 0;
};

void *fromInterpreter();

template <typename T> class Holder {
public:
  static Holder &instance() {
    static Holder *Only = new Holder();
    return *Only;
  }
  std::unique_ptr<T> *where() {
    return static_cast<std::unique_ptr<T> *>(fromInterpreter());
  }
};

Types &types() {
  auto &Where = *Holder<Types>::instance().where();
  if (!Where)
    Where.reset(new Types());
  return *Where;
}

// 1: made on first use.
PyTypeObject *recordType() {
  PyTypeObject *&Type = types().Record;
  if (!Type)
    // CHECK: :[[@LINE+1]]:{{.*}} 'Record' of what 'types()' returns is initialised on first use without a lock [lazy-init]
    Type = reinterpret_cast<PyTypeObject *>(PyType_FromSpec(nullptr)); // expect: lazy-init high
  return Type;
}

// 2: searched without the lock that writers hold.
int find(const std::string &Name) {
  auto It = types().Known.find(Name); // expect: shared-global high
  return It == types().Known.end() ? 0 : It->second;
}

void enter(const std::string &Name) {
  std::lock_guard<std::mutex> Guard(types().Lock);
  types().Known[Name] = 1;
}

// 3: counted without any.
void use() {
  ++types().Users; // expect: shared-global high
}

// SAFE 1: one for each thread.
Types &mine() {
  thread_local Types Mine;
  return Mine;
}

pthread_key_t Key;
Types &keyed() { return *static_cast<Types *>(pthread_getspecific(Key)); }

void useMine() {
  ++mine().Users;
  ++keyed().Users;
}

// SAFE 2: what depends on an argument may be another one each time.
Types &of(PyObject *Object);
void useOf(PyObject *Object) { ++of(Object).Users; }

// SAFE 3: a lock in the state over every access.
struct Log {
  std::mutex Lock;
  int Lines = 0;
};
Log &log() { return *static_cast<Log *>(fromInterpreter()); }

void line() {
  Log &To = log();
  std::lock_guard<std::mutex> Guard(To.Lock);
  ++To.Lines;
}

int lines() {
  std::lock_guard<std::mutex> Guard(log().Lock);
  return log().Lines;
}

// SAFE 4: a copy is the caller's own.
Types *fresh() { return new Types(); }
int useFresh() {
  std::unique_ptr<Types> Own(fresh());
  return ++Own->Users;
}

PyObject *method(PyObject *, PyObject *Arg) {
  enter("one");
  use();
  useMine();
  useOf(Arg);
  line();
  return PyLong_FromLong(find("one") + lines() + useFresh() +
                         (recordType() != nullptr));
}

PyMethodDef Methods[] = {
    {"method", method, METH_O, nullptr},
    {nullptr, nullptr, 0, nullptr},
};

PyModuleDef Module = {PyModuleDef_HEAD_INIT, "accessor", nullptr, 0, Methods,
                      nullptr, nullptr, nullptr, nullptr};

} // namespace

PyMODINIT_FUNC PyInit_accessor() { return PyModuleDef_Init(&Module); }
