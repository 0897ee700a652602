//===- FieldUses.cpp - where one function uses an object's fields ---------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "FieldUses.h"
#include "Link/Suspend.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::rules {

using namespace fix;

/// The pointer to the object is a parameter, and stays it.
std::string FieldUses::object(Draft &D) const {
  const Origin &First = Accesses.front()->Object;
  bool One = llvm::all_of(Accesses, [&](const FieldAccess *A) {
    return A->Object == First && A->OrObjects.empty();
  });
  if (!One)
    return D.refuse("the fields of more than one object are used"), "";
  if (First.Kind != OperandKind::Load)
    return D.refuse("the object is no parameter"), "";
  const Path &Where = P.path(First.Index);
  if (Where.Root != RootKind::Local || !Where.Steps.empty() ||
      Where.Index >= Body.Params)
    return D.refuse("the object is no parameter"), "";
  const std::string &Name = Body.Locals[Where.Index].Name;
  if (Name.empty() || Name == "this")
    return D.refuse("the object is no parameter"), "";
  if (changedIn(Code, Name, Code[0].Offset, Code[0].end()))
    return D.refuse("'" + Name + "' is set again"), "";
  if (asksForNull(Code, Name, Code[0].Offset, Code[0].end()))
    return D.refuse("'" + Name + "' may be NULL"), "";
  return Name;
}

bool FieldUses::isPointer(const FieldAccess &A) const {
  EntityId Last = A.Field;
  for (const Step &S : A.Rest)
    if (S.Kind == StepKind::Field)
      Last = S.Field;
  bool Behind = !A.Rest.empty() && A.Rest.back().Kind == StepKind::Deref;
  TypeClass Class = P.entity(Last).Class;
  return !Behind &&
         (Class == TypeClass::PyObject || Class == TypeClass::Pointer);
}

/// Does anything replace what the field holds while others use it?
bool FieldUses::isReplaced(const FieldAccess &A) const {
  bool Member = llvm::any_of(P.Facts.Members, [&](const MemberEntry &M) {
    return M.Field == A.Field && !M.ReadOnly;
  });
  return Member ||
         llvm::any_of(P.Fields.at(A.Field), [&](const FieldAccess &O) {
           // What is made once stays.
           return O.Rest == A.Rest && O.Use == FieldUse::Write &&
                  O.LazyTest == None;
         });
}

bool FieldUses::leadsTo(const std::vector<Origin> &Set, PathId Where) const {
  return llvm::any_of(Set, [&](const Origin &O) {
    return O.Kind == OperandKind::Load && O.Index == Where;
  });
}

/// Does event \p E use what is stored at \p Where?
bool FieldUses::uses(EventId E, PathId Where) const {
  const Values &V = P.Functions[Code.F].Value;
  if (E >= V.Events.size())
    return false;
  if (leadsTo(V.value(E), Where))
    return true;
  for (unsigned I = 0; I != V.Events[E].Args.size(); ++I)
    if (leadsTo(V.arg(E, I), Where))
      return true;
  const Path &From = P.path(Where);
  return llvm::any_of(V.Events[E].Where, [&](PathId To) {
    const Path &Path = P.path(To);
    return Path.Root == From.Root && Path.Index == From.Index &&
           Path.Steps.size() > From.Steps.size() &&
           std::equal(From.Steps.begin(), From.Steps.end(), Path.Steps.begin());
  });
}

static bool takesOne(const Program &P, const Event &E) {
  if (E.Kind != EventKind::Call)
    return false;
  std::string Name = P.calleeName(E);
  return Name == "Py_INCREF" || Name == "Py_XINCREF" || Name == "Py_NewRef" ||
         Name == "Py_XNewRef";
}

/// Is a reference taken before \p Use, or in its statement?
bool FieldUses::takesReference(EventId Use, PathId Where) const {
  StatementId Here = Code.at(offsetOf(Use));
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    if (!takesOne(P, Body.Events[E]) || !uses(E, Where) || Here == None ||
        offsetOf(E) >= Code[Here].end())
      continue;
    StatementId Taking = Code.at(offsetOf(E));
    if (Taking != None && Code[Taking].Parent != None &&
        Code.within(Here, Code[Taking].Parent))
      return true;
  }
  return false;
}

/// Was it moved out of the field before: `old = f; f = NULL; Py_XDECREF(old)`?
bool FieldUses::isLetGo(EventId Use, const FieldAccess &A) const {
  return llvm::any_of(Accesses, [&](const FieldAccess *O) {
    return O->Field == A.Field && O->Rest == A.Rest &&
           O->Use == FieldUse::Write && O->At.Event < Use;
  });
}

bool FieldUses::suspends(EventId From, EventId Use) const {
  HeldLock Lock;
  Lock.Kind = LockKind::CriticalSection;
  Lock.What = Accesses.front()->Object;
  Suspensions Breaks(P, P.reaches());
  if (Breaks.at(Code.F, Lock, Use).How != Reach::Nothing)
    return true;
  return llvm::any_of(eventsBetween(Body, From, Use), [&](EventId E) {
    return Breaks.at(Code.F, Lock, E).How != Reach::Nothing;
  });
}

/// Uses of what fields hold that only the section makes good. Refuses those
/// that it does not.
std::vector<EventId> FieldUses::borrowedUses(Draft &D) const {
  std::vector<EventId> Out;
  const Values &V = P.Functions[Code.F].Value;
  for (const FieldAccess *A : Accesses) {
    if (A->Use != FieldUse::Read || !isPointer(*A) || !isReplaced(*A) ||
        V.Events[A->At.Event].Where.empty())
      continue;
    PathId Where = V.Events[A->At.Event].Where.front();
    std::string Field = "'" + P.entity(A->Field).Name + "'";
    for (EventId E = 0; E != Body.Events.size(); ++E) {
      const Event &Ev = Body.Events[E];
      if (E < A->At.Event || !uses(E, Where) || isLetGo(E, *A))
        continue;
      if (takesOne(P, Ev)) {
        Out.push_back(E);
        continue;
      }
      if (takesReference(E, Where))
        continue;
      if (Ev.Kind == EventKind::Return)
        return D.refuse("what " + Field + " holds is returned as it is"), Out;
      if (Ev.Kind != EventKind::Bind && suspends(A->At.Event, E))
        return D.refuse("what " + Field +
                        " holds is used by calls that let "
                        "go of the section"),
               Out;
      Out.push_back(E);
    }
  }
  return Out;
}

/// Offsets that the section has to cover.
std::vector<uint32_t> FieldUses::places(Draft &D) const {
  std::vector<uint32_t> Out;
  for (const FieldAccess *A : Accesses)
    Out.push_back(offsetOf(A->At.Event));
  for (EventId E : borrowedUses(D))
    Out.push_back(offsetOf(E));
  for (EventId E = 0; E != Body.Events.size(); ++E)
    if (Body.Events[E].Kind == EventKind::Call && Body.Events[E].Callee != None)
      for (FunctionId F : P.bodiesOf(Body.Events[E].Callee))
        if (Helpers.count(F))
          Out.push_back(offsetOf(E));
  return Out;
}

/// `Py_XSETREF(f, v)` runs what the old object's destruction runs; under the
/// section only the exchange is done.
void FieldUses::moveReleases(Draft &D, Section &S) const {
  for (const FieldAccess *A : Accesses) {
    StatementId At = Code.at(offsetOf(A->At.Event));
    if (At == None || !Code[At].has(SF_Macro) ||
        Code.around(At, StatementKind::Loop) != None)
      continue;
    llvm::StringRef Text(Code.text(At));
    std::string Name = Text.take_until([](char C) { return C == '('; }).str();
    if (Name != "Py_CLEAR" && Name != "Py_SETREF" && Name != "Py_XSETREF")
      continue;
    CallText Call = callAt(Code.Text, Code[At].Offset, Name);
    if (!Call.isValid() || !isPlainPath(Call.Args[0]))
      continue;
    std::string Field = llvm::StringRef(Call.Args[0]).trim().str();
    std::string Old = Code.freeName("old_" + P.entity(A->Field).Name);
    std::string Declared = "PyObject *" + Old + " = NULL;";
    if (llvm::is_contained(S.Before, Declared))
      continue; // another access of the same statement, or a second exchange
    bool Plain = llvm::StringRef(P.entity(A->Field).Type).contains("_object *");
    S.Before.push_back(Declared);
    S.After.push_back("Py_XDECREF(" + Old + ");");
    D.rewrite(At, {Old + " = " + (Plain ? "" : "(PyObject *)") + Field + ";",
                   Field + " = " +
                       (Call.Args.size() > 1
                            ? llvm::StringRef(Call.Args[1]).trim().str()
                            : std::string("NULL")) +
                       ";"});
  }
}

Section FieldUses::section(Draft &D) {
  Section S;
  S.Objects = {object(D)};
  std::vector<uint32_t> Offsets = places(D);
  if (D.isRefused())
    return S;
  auto [First, Last] = std::minmax_element(Offsets.begin(), Offsets.end());
  auto [From, To] = statementsAround(Code, *First, *Last);
  if (From == None)
    return D.refuse("it is the whole body"), S;
  // Around a loop rather than in each turn.
  for (StatementId L = Code.around(From, StatementKind::Loop); L != None;
       L = Code.around(L, StatementKind::Loop))
    From = To = L;
  S.First = From;
  S.Last = To;
  moveReleases(D, S);
  return S;
}

void FieldUses::checkWhole(Draft &D) const {
  borrowedUses(D);
  // Released before it is replaced: whoever gets in between finds it freed.
  for (const FieldAccess *A : Accesses)
    if (A->Use == FieldUse::Release && isPointer(*A)) {
      llvm::StringRef Call(Code.Text.substr(offsetOf(A->At.Event)));
      if (Call.starts_with("Py_DECREF") || Call.starts_with("Py_XDECREF"))
        return D.refuse("'" + P.entity(A->Field).Name +
                        "' is released before it is replaced");
    }
}

} // namespace ungil::rules
