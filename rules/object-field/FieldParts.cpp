//===- FieldParts.cpp - sections where fields are used --------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FieldParts.h"
#include "FieldReads.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <algorithm>

namespace ungil::rules {
namespace {

using namespace fix;
using Accesses = std::vector<const FieldAccess *>;

class Parts {
public:
  Parts(Draft &D, const FixContext &Context, const FunctionText &Code,
        const Accesses &All, const std::set<FunctionId> &Helpers)
      : D(D), Context(Context), P(Code.P), Code(Code), All(All),
        Helpers(Helpers), Uses(P, Code, All, Helpers) {}

  void run();

private:
  /// Statements of one block that change fields, one after the other.
  struct Run {
    StatementId First = None, Last = None;
    EventId LastEvent = None;
    Accesses Of;
  };

  uint32_t offsetOf(const FieldAccess &A) const {
    return P.event(A.At).Range.Offset;
  }
  StatementId guardOf(const FieldAccess &A) const;
  bool inRuns(const FieldAccess &A) const;
  bool countsNew(const FieldAccess &A) const;
  void sort(const FieldAccess &A);
  void addTo(const FieldAccess &A);
  bool follows(const Run &Before, StatementId S, const FieldAccess &A) const;
  void callHelpers();

  Draft &D;
  const FixContext &Context;
  const Program &P;
  const FunctionText &Code;
  const Accesses &All;
  const std::set<FunctionId> &Helpers;
  FieldUses Uses;
  Accesses Under; ///< need a section around their statement
  Accesses Reads; ///< references that are read
  std::vector<Run> Runs;
};

bool Parts::inRuns(const FieldAccess &A) const {
  return llvm::any_of(Runs, [&](const Run &R) {
    return Code[R.First].Offset <= offsetOf(A) &&
           offsetOf(A) < Code[R.Last].end();
  });
}

/// The outermost `if` around \p A, which changes a field, that asks for the
/// same field: whoever finds it set must be the one who changes it. None if
/// none.
StatementId Parts::guardOf(const FieldAccess &A) const {
  StatementId Guard = None;
  for (StatementId S = Code.at(offsetOf(A)); S != None; S = Code[S].Parent)
    if (Code[S].Kind == StatementKind::If && !Code[S].has(SF_Macro | SF_Else))
      if (llvm::any_of(All, [&, S](const FieldAccess *Test) {
            return Test->Use == FieldUse::Test && leafOf(*Test) == leafOf(A) &&
                   Code.at(offsetOf(*Test)) == S;
          }))
        Guard = S;
  return Guard;
}

/// `self->f = v; Py_INCREF(self->f);`: the reference of the field itself.
bool Parts::countsNew(const FieldAccess &A) const {
  StatementId S = Code.at(offsetOf(A));
  if (S == None || !Uses.writesBetween(leafOf(A), Code[0].Offset, offsetOf(A)))
    return false;
  llvm::StringRef Text(Code.text(S));
  return Text.starts_with("Py_INCREF(") || Text.starts_with("Py_XINCREF(");
}

/// What does \p A need?
void Parts::sort(const FieldAccess &A) {
  EntityId Leaf = leafOf(A);
  std::string Name = "'" + P.entity(Leaf).Name + "'";
  TypeClass Class = P.entity(Leaf).Class;
  if (A.LazyTest != None)
    return D.refuse(Name + " is made when it is found unset, by calls that "
                           "let go of the section");
  if (A.Use > FieldUse::Read || countsNew(A)) {
    Under.push_back(&A);
  } else if (Class == TypeClass::PyObject) {
    if (A.Use == FieldUse::Read || Uses.isCleared(A))
      Reads.push_back(&A);
  } else if (Class == TypeClass::Pointer || Class == TypeClass::Record) {
    D.refuse("what " + Name +
             " holds is used by calls that let go of the "
             "section");
  } else if (Uses.writesBetween(Leaf, Code[0].Offset, Code[0].end())) {
    D.refuse("what is read from " + Name +
             " belongs to what is written to it, and calls in between let go "
             "of the section");
  } else if (A.Use == FieldUse::Read) {
    Under.push_back(&A);
  }
}

/// Can one section hold both?
bool Parts::follows(const Run &Before, StatementId S,
                    const FieldAccess &A) const {
  if (Code[S].Parent != Code[Before.Last].Parent ||
      Code[Code[S].Parent].Kind != StatementKind::Compound)
    return false;
  for (StatementId Between : Code.siblingsAfter(Before.Last)) {
    if (Between == S)
      break;
    if (Code[Between].Kind != StatementKind::Expression &&
        !Code[Between].has(SF_Macro))
      return false;
  }
  return !Uses.suspends(Before.LastEvent, A.At.Event);
}

void Parts::addTo(const FieldAccess &A) {
  StatementId S = Code.at(offsetOf(A)), Guard = guardOf(A);
  if (Guard != None)
    S = Guard;
  bool Plain = S != None &&
               (Guard != None || Code[S].Kind == StatementKind::Expression ||
                Code[S].Kind == StatementKind::Declaration ||
                Code[S].Kind == StatementKind::Return || Code[S].has(SF_Macro));
  if (!Plain)
    return D.refuse("'" + P.entity(leafOf(A)).Name +
                    "' is used in the head of a statement");
  for (Run &R : Runs)
    if (Code[R.First].Offset <= Code[S].Offset &&
        Code[S].end() <= Code[R.Last].end()) {
      R.LastEvent = std::max(R.LastEvent, A.At.Event);
      return R.Of.push_back(&A);
    }
  Accesses Inside; // of runs in a statement that is guarded as a whole
  while (!Runs.empty() && Code[S].Offset <= Code[Runs.back().First].Offset &&
         Code[Runs.back().Last].end() <= Code[S].end()) {
    llvm::append_range(Inside, Runs.back().Of);
    Runs.pop_back();
  }
  Run *Last = Runs.empty() ? nullptr : &Runs.back();
  if (!Last || (S != Last->Last && !follows(*Last, S, A))) {
    Runs.push_back({S, S, A.At.Event, {&A}});
  } else {
    Last->Last = S;
    Last->LastEvent = A.At.Event;
    Last->Of.push_back(&A);
  }
  llvm::append_range(Runs.back().Of, Inside);
}

/// Helpers would run without the section.
void Parts::callHelpers() {
  const Function &Body = P.body(Code.F);
  for (const Event &E : Body.Events)
    if (E.Kind == EventKind::Call && E.Callee != None)
      for (FunctionId F : P.bodiesOf(E.Callee))
        if (Helpers.count(F))
          D.refuse("'" + P.name(F) + "' needs the section of its caller");
}

void Parts::run() {
  callHelpers();
  for (const FieldAccess *A : All)
    if (!Uses.isOldRelease(*A))
      sort(*A);
  llvm::sort(Under, [&](const FieldAccess *A, const FieldAccess *B) {
    return offsetOf(*A) < offsetOf(*B);
  });
  for (const FieldAccess *A : Under)
    if (!D.isRefused())
      addTo(*A);
  llvm::erase_if(Reads, [&](const FieldAccess *A) { return inRuns(*A); });
  Holds References(D, Context, Code);
  // Both would lead the same way out.
  bool Leaves = llvm::any_of(Runs, [&](const Run &R) {
    return Code[R.First].Kind == StatementKind::Return ||
           Code[R.Last].Kind == StatementKind::Return;
  });
  if (Leaves && !Reads.empty())
    D.refuse("fields are read where it returns as well as before");
  if (!D.isRefused() && !Reads.empty())
    FieldReads(Context, Code, Uses, Reads).hold(D, References);
  for (const Run &R : Runs) {
    if (D.isRefused())
      return;
    FieldUses Part(P, Code, R.Of, Helpers);
    if (Section Around = Part.sectionOf(D, R.First, R.Last); !D.isRefused())
      putSection(D, Context, Code, Around);
  }
  if (Reads.empty() && Runs.empty())
    D.refuse("there is nothing to put under a section");
  if (Reads.empty() || D.isRefused())
    return;
  constexpr PyVersion Since = 0x30d, NewRefSince = 0x30a;
  useApi(D, Context, Code, "Py_BEGIN_CRITICAL_SECTION", Since, true);
  useApi(D, Context, Code, "Py_XNewRef", NewRefSince, true);
  References.write();
}

} // namespace

void lockParts(Draft &D, const FixContext &Context, const FunctionText &Code,
               const Accesses &All, const std::set<FunctionId> &Helpers) {
  Parts(D, Context, Code, All, Helpers).run();
}

} // namespace ungil::rules
