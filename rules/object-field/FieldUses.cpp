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

EntityId leafOf(const FieldAccess &A) {
  EntityId Last = A.Field;
  for (const Step &S : A.Rest) {
    if (S.Kind == StepKind::Deref)
      break;
    if (S.Kind == StepKind::Field)
      Last = S.Field;
  }
  return Last;
}

/// The one variable that the text of all accesses names.
std::string FieldUses::variable(Draft &D) const {
  std::string Name;
  for (const FieldAccess *A : Accesses) {
    StatementId S = Code.at(offsetOf(A->At.Event));
    if (S == None)
      return D.refuse("the object is in no variable"), "";
    for (const FieldText &T : fieldTexts(Code, S, P.entity(leafOf(*A)).Name)) {
      if (T.Object.empty())
        return D.refuse("the object is in no variable"), "";
      if (!Name.empty() && T.Object != Name)
        return D.refuse("the fields of more than one object are used"), "";
      Name = T.Object;
    }
  }
  if (Name.empty() || Name == "this")
    D.refuse("the object is in no variable");
  return Name;
}

/// The variable that all accesses between \p Begin and \p End go through.
std::string FieldUses::object(Draft &D, uint32_t Begin, uint32_t End) const {
  Draft Strict(Code);
  std::string Name = parameterName(Strict);
  if (Strict.isRefused())
    Name = variable(D);
  if (D.isRefused())
    return "";
  if (changedIn(Code, Name, Begin, End))
    return D.refuse("'" + Name + "' is set again"), "";
  if (asksForNull(Code, Name, Begin, End))
    return D.refuse("'" + Name + "' may be NULL"), "";
  return Name;
}

std::string FieldUses::parameterName(Draft &D) const {
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
  return Name;
}

/// The pointer to the object is a parameter, and stays it.
std::string FieldUses::parameter(Draft &D) const {
  std::string Name = parameterName(D);
  if (D.isRefused())
    return "";
  if (changedIn(Code, Name, Code[0].Offset, Code[0].end()))
    return D.refuse("'" + Name + "' is set again"), "";
  if (asksForNull(Code, Name, Code[0].Offset, Code[0].end()))
    return D.refuse("'" + Name + "' may be NULL"), "";
  return Name;
}

PathId FieldUses::pathOf(const FieldAccess &A) const {
  const Values &V = P.Functions[Code.F].Value;
  if (A.At.Event >= V.Events.size() || V.Events[A.At.Event].Where.empty())
    return None;
  return V.Events[A.At.Event].Where.front();
}

bool FieldUses::writesBetween(EntityId Leaf, uint32_t Begin,
                              uint32_t End) const {
  return llvm::any_of(Accesses, [&](const FieldAccess *A) {
    uint32_t At = offsetOf(A->At.Event);
    return leafOf(*A) == Leaf && A->Use > FieldUse::Read && Begin <= At &&
           At < End;
  });
}

bool FieldUses::isCleared(const FieldAccess &A) const {
  return llvm::any_of(P.Fields.at(A.Field), [&](const FieldAccess &O) {
    bool Written = O.Use == FieldUse::Write && O.Rest == A.Rest;
    return Written && (O.Stored.Kind == OperandKind::Null ||
                       O.Stored.Kind == OperandKind::Constant);
  });
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

bool takesOne(const Program &P, const Event &E) {
  if (E.Kind != EventKind::Call)
    return false;
  std::string Name = P.calleeName(E);
  return Name == "Py_INCREF" || Name == "Py_XINCREF" || Name == "Py_NewRef" ||
         Name == "Py_XNewRef";
}

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

bool FieldUses::isOldRelease(const FieldAccess &A) const {
  StatementId S = Code.at(offsetOf(A.At.Event));
  return A.Use == FieldUse::Release && S != None && isLetGo(A.At.Event, A) &&
         fieldTexts(Code, S, P.entity(leafOf(A)).Name).empty();
}

/// Offsets that the section has to cover.
std::vector<uint32_t> FieldUses::places(Draft &D) const {
  std::vector<uint32_t> Out;
  for (const FieldAccess *A : Accesses)
    if (!isOldRelease(*A))
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
/// section only the exchange is done. So it is with `Py_XDECREF(f); f = v;`.
void FieldUses::moveRelease(StatementId At, const FieldAccess &A, Draft &D,
                            Section &Out) const {
  llvm::StringRef Text(Code.text(At));
  std::string Name = Text.take_until([](char C) { return C == '('; }).str();
  bool Drops = Name == "Py_DECREF" || Name == "Py_XDECREF";
  if (Name != "Py_CLEAR" && Name != "Py_SETREF" && Name != "Py_XSETREF" &&
      !Drops)
    return;
  CallText Call = callAt(Code.Text, Code[At].Offset, Name);
  if (!Call.isValid() || !isPlainPath(Call.Args[0]))
    return;
  std::string Field = llvm::StringRef(Call.Args[0]).trim().str();
  std::string Old = Code.freeName("old_" + P.entity(leafOf(A)).Name);
  std::string Declared = "PyObject *" + Old + " = NULL;";
  if (llvm::is_contained(Out.Before, Declared))
    return; // another access of the same statement, or a second exchange
  bool Plain = llvm::StringRef(P.entity(leafOf(A)).Type).contains("_object *");
  std::string Keep = Old + " = " + (Plain ? "" : "(PyObject *)") + Field + ";";
  std::vector<std::string> Lines{Keep};
  if (Drops) {
    // Nobody may find it released: it is replaced first.
    if (!isStoredBehind(At, Out.Last, Field))
      return;
  } else {
    Lines.push_back(Field + " = " +
                    (Call.Args.size() > 1
                         ? llvm::StringRef(Call.Args[1]).trim().str()
                         : std::string("NULL")) +
                    ";");
  }
  Out.Before.push_back(Declared);
  Out.After.push_back("Py_XDECREF(" + Old + ");");
  D.rewrite(At, std::move(Lines));
}

/// Does a statement behind \p S in its block, up to \p Last, store to \p Field?
bool FieldUses::isStoredBehind(StatementId S, StatementId Last,
                               llvm::StringRef Field) const {
  return llvm::any_of(Code.siblingsAfter(S), [&](StatementId Next) {
    llvm::StringRef Text(Code.text(Next));
    return Next <= Last && Text.consume_front(Field) &&
           Text.ltrim().starts_with("=");
  });
}

void FieldUses::moveReleases(Draft &D, Section &S) const {
  for (const FieldAccess *A : Accesses) {
    StatementId At = Code.at(offsetOf(A->At.Event));
    bool Inside = At != None && Code[S.First].Offset <= Code[At].Offset &&
                  Code[At].end() <= Code[S.Last].end();
    if (Inside && Code[At].has(SF_Macro) &&
        Code.around(At, StatementKind::Loop) == None)
      moveRelease(At, *A, D, S);
  }
}

Section FieldUses::sectionOf(Draft &D, StatementId First, StatementId Last) {
  Section S;
  S.First = First;
  S.Last = Last;
  S.Objects = {object(D, Code[First].Offset, Code[Last].end())};
  moveReleases(D, S);
  return S;
}

Section FieldUses::section(Draft &D) {
  std::vector<uint32_t> Offsets = places(D);
  if (D.isRefused())
    return {};
  auto [First, Last] = std::minmax_element(Offsets.begin(), Offsets.end());
  auto [From, To] = statementsAround(Code, *First, *Last);
  if (From == None)
    return D.refuse("it is the whole body"), Section();
  // Around a loop rather than in each turn.
  for (StatementId L = Code.around(From, StatementKind::Loop); L != None;
       L = Code.around(L, StatementKind::Loop))
    From = To = L;
  return sectionOf(D, From, To);
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
