//===- Program.cpp - the whole extension, linked --------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Link/Program.h"
#include <algorithm>

namespace ungil {

llvm::ArrayRef<LockPromise> Program::promisesOf(EntityId E) const {
  const std::vector<LockPromise> &All = Facts.Promises;
  auto [First, Last] = std::equal_range(
      All.begin(), All.end(), LockPromise{.Of = E},
      [](const LockPromise &A, const LockPromise &B) { return A.Of < B.Of; });
  return {All.data() + (First - All.begin()), size_t(Last - First)};
}

const LockPromise *Program::guardOf(EntityId E, bool Pointee) const {
  PromiseKind Kind = Pointee ? PromiseKind::GuardsPointee : PromiseKind::Guards;
  for (const LockPromise &Said : promisesOf(E))
    if (Said.Kind == Kind && Said.Lock != None)
      return &Said;
  return nullptr;
}

bool Program::isShared(EntityId Field) const {
  EntityId Record = entity(Field).Parent;
  return Record != None && !entity(Record).has(EF_Generated) &&
         ((entity(Record).Flags & (EF_PyRecord | EF_Bound)) ||
          guardOf(Field, false) || guardOf(Field, true));
}

const ApiFunction *Program::api(const Event &Call) const {
  if (Call.Callee == None || !Known)
    return nullptr;
  if (ApiCache.size() < Facts.Entities.size())
    ApiCache.resize(Facts.Entities.size());
  auto &[Looked, Found] = ApiCache[Call.Callee];
  if (!Looked) {
    Looked = true;
    const Entity &E = entity(Call.Callee);
    Found = Known->find(E.Name);
  }
  return Found;
}

void EventIndex::add(const Function &Body,
                     llvm::function_ref<KnownCall(EventId)> Know) {
  for (EventId E = 0; E != Body.Events.size(); ++E)
    switch (Body.Events[E].Kind) {
    case EventKind::Call:
      Calls.push_back(Know(E));
      break;
    case EventKind::Return:
      Returns.push_back(E);
      break;
    case EventKind::Write:
      Writes.push_back(E);
      break;
    default:
      break;
    }
  Ends.push_back({uint32_t(Calls.size()), uint32_t(Returns.size()),
                  uint32_t(Writes.size())});
}

const ApiFunction *Program::slot(const Event &Call) const {
  if (Call.Kind != EventKind::Call || Call.Callee != None ||
      Call.Where == None || !Known)
    return nullptr;
  const std::vector<Step> &Steps = path(Call.Where).Steps;
  for (size_t I = Steps.size(); I--;)
    if (Steps[I].Kind == StepKind::Field) {
      const Entity &Field = entity(Steps[I].Field);
      std::string Record =
          Field.Parent == None ? "" : entity(Field.Parent).Name;
      return Known->find(Record + "::" + Field.Name);
    }
  return nullptr;
}

std::string Program::calleeName(const Event &Call) const {
  if (Call.Callee == None)
    return Call.Where != None ? "a function pointer" : "an unknown function";
  const Entity &E = entity(Call.Callee);
  if (Call.Macro == None || !E.has(EF_SystemHeader))
    return E.Name;
  // The macro stands for this call if the data says they are one.
  const std::string &Macro = Facts.Strings[Call.Macro];
  const ApiFunction *M = Known ? Known->find(Macro) : nullptr;
  if (M && (std::find(M->Ast.begin(), M->Ast.end(), E.Name) != M->Ast.end() ||
            M->Name == E.Name))
    return Macro;
  return E.Name;
}

std::string Program::text(const Path &Where, FunctionId F) const {
  std::string Text;
  switch (Where.Root) {
  case RootKind::Local:
    Text = Where.Index < body(F).Locals.size()
               ? body(F).Locals[Where.Index].Name
               : "a local";
    break;
  case RootKind::Place:
    Text = entity(Where.Index).Name;
    break;
  case RootKind::Result:
    Text = "the result of " + calleeName(body(F).Events[Where.Index]) + "()";
    break;
  case RootKind::Unknown:
    return "an expression";
  }
  for (size_t I = 0; I != Where.Steps.size(); ++I) {
    const Step &S = Where.Steps[I];
    bool BeforeField = I + 1 != Where.Steps.size() &&
                       Where.Steps[I + 1].Kind == StepKind::Field;
    switch (S.Kind) {
    case StepKind::Field:
      if (I == 0 || Where.Steps[I - 1].Kind != StepKind::Deref)
        Text += '.';
      Text += entity(S.Field).Name;
      break;
    case StepKind::Deref:
      if (BeforeField)
        Text += "->";
      else if (I + 1 == Where.Steps.size())
        Text = "*" + Text;
      break;
    case StepKind::Index:
      Text += "[...]";
      break;
    }
  }
  return Text;
}

std::string Program::text(const Origin &O, FunctionId F) const {
  switch (O.Kind) {
  case OperandKind::Load:
    return text(path(O.Index), F);
  case OperandKind::Address:
    return "&" + text(path(O.Index), F);
  case OperandKind::Result:
    return "the result of " + calleeName(body(F).Events[O.Index]) + "()";
  case OperandKind::Function:
    return entity(O.Index).Name;
  case OperandKind::Null:
    return "NULL";
  default:
    return "an expression";
  }
}

static std::string entryText(const EntryPoint &E) {
  switch (E.Kind) {
  case EntryKind::Method:
    return "method '" + E.Name + "'";
  case EntryKind::Getter:
    return "getter of '" + E.Name + "'";
  case EntryKind::Setter:
    return "setter of '" + E.Name + "'";
  case EntryKind::Thread:
    return "a thread started by the extension";
  case EntryKind::Callback:
    return "callback " + E.Name;
  case EntryKind::Capsule:
    return "function table " + E.Name;
  case EntryKind::ModuleInit:
    return "module initialisation";
  case EntryKind::StaticInit:
    return "a static initialiser";
  case EntryKind::Exported:
    return "other code that links to it";
  default:
    return "slot " + E.Name;
  }
}

std::string Program::entryName(FunctionId F) const {
  if (!Functions[F].isReachable())
    return {};
  return entryText(Facts.EntryPoints[Functions[F].FirstEntry]);
}

std::vector<Note> Program::traceTo(Site S) const {
  std::vector<Note> Trace;
  if (!Functions[S.Function].isReachable())
    return Trace;
  FunctionId F = S.Function;
  for (unsigned Depth = 0; Functions[F].CameFrom.Caller != None && Depth < 32;
       ++Depth) {
    const CallSite &From = Functions[F].CameFrom;
    SourceRange At = From.Event != None ? event({From.Caller, From.Event}).Range
                                        : entityOf(From.Caller).Loc;
    Trace.push_back(
        {At, "'" + name(From.Caller) + "' calls '" + name(F) + "' here"});
    F = From.Caller;
  }
  Trace.push_back(
      {entityOf(F).Loc,
       entryText(Facts.EntryPoints[Functions[F].FirstEntry]) + " enters here"});
  std::reverse(Trace.begin(), Trace.end());
  return Trace;
}

bool Program::unknownLockHeld(Site S) const {
  for (const HeldLock &L : Functions[S.Function].Locks.at(S.Event))
    if (L.Kind == LockKind::Unknown)
      return true;
  return false;
}

/// Was lock \p L, which has no one name, taken on what argument \p Arg of
/// event \p S is, by the same variable with the same values?
static bool isOfSameVariable(const Program &P, const HeldLock &L, Site S,
                             unsigned Arg) {
  if (L.What.Kind != OperandKind::Unknown || L.Acquired == None)
    return false;
  const Event &Taking = P.event({S.Function, L.Acquired}), &E = P.event(S);
  const Values &V = P.Functions[S.Function].Value;
  if (E.Args[Arg].Kind != OperandKind::Load)
    return false;
  for (unsigned I = 0; I != Taking.Args.size(); ++I)
    if (Taking.Args[I] == E.Args[Arg] &&
        V.arg(L.Acquired, I) == V.arg(S.Event, Arg))
      return true;
  return false;
}

bool Program::sectionHeld(Site S, unsigned Arg) const {
  const FunctionInfo &Info = Functions[S.Function];
  const std::vector<Origin> &Objects = Info.Value.arg(S.Event, Arg);
  if (Objects.empty())
    return false;
  const auto &Held = Info.Locks.at(S.Event);
  auto Covered = [&](Origin O) {
    // PySequence_Fast(x) may be x itself: a section on x is the right one.
    for (int Hop = 0; Hop != 2; ++Hop) {
      for (const HeldLock &L : Held)
        if (L.Kind == LockKind::CriticalSection && L.What == O)
          return true;
      if (O.Kind != OperandKind::Result || O.Out)
        return false;
      const ApiFunction *Made = api(body(S.Function).Events[O.Index]);
      const auto &Source = Info.Value.arg(O.Index, 0);
      if (!Made || Made->Name != "PySequence_Fast" || Source.size() != 1)
        return false;
      O = Source[0];
    }
    return false;
  };
  return std::all_of(Objects.begin(), Objects.end(), Covered) ||
         std::any_of(Held.begin(), Held.end(), [&](const HeldLock &L) {
           return L.Kind == LockKind::CriticalSection &&
                  isOfSameVariable(*this, L, S, Arg);
         });
}

} // namespace ungil
