// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// object-field in functions that nanobind calls under the critical section of
// the object or of an argument.

#include <Python.h>

// As nanobind declares it.
namespace nanobind {
struct lock_self {};
struct arg_locked;
struct arg {
  explicit arg(const char *);
  arg_locked lock() const;
};
struct arg_locked : arg {};
namespace literals {
arg operator""_a(const char *, unsigned long);
}
class module_ {
public:
  template <class F, class... Extra>
  module_ &def(const char *, F &&, const Extra &...);
};
} // namespace nanobind
namespace nb = nanobind;
using namespace nb::literals;

// Nothing but what the definitions say differs between the fields.
struct Counter {
  PyObject_HEAD
  long locked;
  long bare;
  long second;
  long half;
  long wrong;
  long mixed;
};

static long addLocked(Counter *Self, long N) { return Self->locked += N; }
static long addBare(Counter *Self, long N) {
  return Self->bare += N; // expect: object-field medium
}
static void addSecond(long N, Counter *To) { To->second = To->second * 2 + N; }
static void addHalf(Counter *From, Counter *To) {
  To->half += From->locked;
  From->half = From->half * 2; // expect: object-field medium
}
static void addWrong(Counter *Locked, Counter *To) {
  (void)Locked;
  To->wrong = To->wrong * 2; // expect: object-field medium
}
static long readLocked(Counter *Self) { return Self->locked; }
static long addMixed(Counter *Self) {
  return ++Self->mixed; // expect: object-field medium
}

static void bind(nb::module_ &M) {
  M.def("add_locked", &addLocked, nb::arg("self").lock(), nb::arg("n"));
  M.def("read_locked", readLocked, "self"_a.lock());
  M.def("also_locked", [](Counter *Self) { return Self->locked++; },
        nb::lock_self());
  M.def("add_bare", &addBare, nb::arg("self"), nb::arg("n"));
  M.def("add_second", &addSecond, nb::arg("n"), nb::arg("to").lock());
  M.def("add_half", &addHalf, nb::arg("from"), "to"_a.lock());
  M.def("add_wrong", &addWrong, "locked"_a.lock(), "to"_a);
  M.def("add_mixed", &addMixed, "self"_a.lock());
  M.def("add_mixed_bare", &addMixed, "self"_a);
}
