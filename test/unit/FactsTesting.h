//===- FactsTesting.h - facts of snippets for tests -------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Source text in, facts or a linked program out, and facts back to one line
// of text per event, so that a test reads like the code it is about:
//
//   Snippet S("void f(int *p) { *p = 1; }");
//   EXPECT_THAT(S.events("f"), ElementsAre("write *p = 1"));
//
// Snippets may include the small Python.h of test/Inputs/python.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TEST_UNIT_FACTSTESTING_H
#define UNGIL_TEST_UNIT_FACTSTESTING_H

#include "Facts/Facts.h"
#include "Link/Program.h"
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ungil::testing {

/// File name to text; a relative name is below the project of the snippet.
using SourceFiles = std::map<std::string, std::string>;

/// The facts of \p Main, one of \p Files. Every file given is a user file.
TuFacts factsOf(const SourceFiles &Files, const std::string &Main);

/// `self->x[...]` and the like for a path of \p F.
std::string text(const TuFacts &Facts, const Function &F, PathId Where);
std::string text(const TuFacts &Facts, const Function &F, const Operand &O);
/// One event as a line: `call PyList_GetItem(list, null)`, `branch p NonZero`.
std::string text(const TuFacts &Facts, const Function &F, const Event &E);

/// One unit. The name decides between C and C++.
struct Snippet {
  explicit Snippet(const std::string &Code,
                   const std::string &Name = "snippet.c");

  TuFacts Facts;
  std::string Code;

  /// The body of the function called \p Name; fails the test without one.
  const Function &function(std::string_view Name) const;
  const Entity &entity(std::string_view Name) const;
  /// Events of reachable blocks, in the order of the code.
  std::vector<std::string> events(std::string_view Function) const;
  /// `method get: f` for every entry point, in order.
  std::vector<std::string> entries() const;
  /// The lines of the events that start right behind the comment `/*Mark*/`.
  std::vector<std::string> at(std::string_view Function,
                              std::string_view Mark) const;
};

/// Several units as one program.
struct Linked {
  explicit Linked(const SourceFiles &Units, const SourceFiles &Headers = {});
  /// One unit.
  explicit Linked(const std::string &Code,
                  const std::string &Name = "snippet.c");

  Program P;

  FunctionId function(std::string_view Name) const;
  /// Call number \p N of \p Callee, as the source spells it, in \p Function.
  Site call(std::string_view Function, std::string_view Callee,
            unsigned N = 0) const;
  /// Places called \p Name.
  std::vector<EntityId> places(std::string_view Name) const;
  /// Accesses of the one place called \p Name, as `function: write path`.
  std::vector<std::string> accesses(std::string_view Name) const;
  /// Locks held at \p S, sorted.
  std::vector<std::string> locks(Site S) const;
  /// What argument \p Arg of \p S may be, sorted.
  std::vector<std::string> argument(Site S, unsigned Arg) const;
  /// `init|concurrent` and so on.
  std::string phases(std::string_view Function) const;
};

//===-- Parts of modules --------------------------------------------------===//

inline const std::string Python = "#include <Python.h>\n";

/// A method table that makes \p Function an entry point.
inline std::string method(const std::string &Function,
                          const char *Flags = "METH_O") {
  return "PyMethodDef " + Function + "_table[] = {{\"" + Function +
         "\", (PyCFunction)(void (*)(void))" + Function + ", " + Flags +
         ", 0}, {0}};\n";
}

/// A module whose exec function is `exec`.
inline const std::string Module =
    "PyModuleDef_Slot slots[] = {{Py_mod_exec, exec}, {0, 0}};\n"
    "struct PyModuleDef def = {PyModuleDef_HEAD_INIT, \"m\", 0, 0, 0, slots};\n"
    "PyMODINIT_FUNC PyInit_m(void) { return PyModuleDef_Init(&def); }\n";

} // namespace ungil::testing

#endif
