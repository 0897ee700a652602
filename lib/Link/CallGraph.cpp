//===- CallGraph.cpp - who calls whom, in which phase ---------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Phases flow from entry points along calls. A function runs in `init` only
// if every way into it starts at module init: this is proved from the graph,
// never read off a name.
//
//===----------------------------------------------------------------------===//

#include "Link/Passes.h"
#include <algorithm>
#include <deque>
#include <map>
#include <string_view>
#include <unordered_map>

namespace ungil {
namespace {

class CallGraphPass {
public:
  explicit CallGraphPass(Program &P) : P(P) {}
  void run();

private:
  FunctionId onlyOneNamed(std::string_view Name);
  void collectCalls();
  bool enteredFrom(FunctionId Caller, FunctionId Target) const;
  void handOver(FunctionId Caller, EventId E, const Event &Call);
  void handOver(FunctionId Caller, EventId E, const Event &Call, unsigned Arg,
                FunctionId Target);
  void enterFrom(const CallbackFact &Registered, FunctionId Caller,
                 const Event &Call, unsigned Arg);
  bool calledThrough(const Event &Call, unsigned Param, FunctionId Target);
  void enter(uint32_t Entry, uint8_t Phases);
  void collectEntries();
  void takeAddress(const Event &Store);
  void followFields();
  void findLostCode();
  uint8_t phaseOfUncalled(FunctionId F, bool HasRoots);
  void seedUncalled();
  void propagate();
  void findWaysIn();
  void goOn(std::deque<FunctionId> Work);

  Program &P;
  std::vector<std::vector<FunctionId>> Callees;
  std::unordered_map<std::string_view, FunctionId> ByName;
  /// A field of one of the extension's own structures that holds functions.
  struct FunctionField {
    std::vector<uint32_t> Entries;   ///< of those that are stored there
    std::vector<FunctionId> Written; ///< those that code stores there
    std::vector<Site> Calls;         ///< through the field
  };
  std::map<EntityId, FunctionField> Fields;
  /// Files that were not read completely.
  enum class Lost : uint8_t { Nothing, Code, Header };
  std::unordered_map<FileId, Lost> LostIn;
  Lost lostIn(FunctionId F) const;
};

uint8_t phaseOf(EntryKind Kind) {
  switch (Kind) {
  case EntryKind::ModuleInit:
  case EntryKind::StaticInit:
    return P_Init;
  case EntryKind::New:
  case EntryKind::Init:
    return P_Construct;
  case EntryKind::Dealloc:
  case EntryKind::Finalize:
    return P_Dealloc;
  case EntryKind::Traverse:
  case EntryKind::Clear:
  case EntryKind::ModuleTraverse:
  case EntryKind::ModuleClear:
  case EntryKind::ModuleFree:
    return P_Traverse;
  case EntryKind::Thread:
    return P_Native;
  case EntryKind::Callback:
  case EntryKind::Capsule:
  case EntryKind::Exported:
    return P_Unknown;
  default:
    return P_Concurrent;
  }
}

uint8_t phaseOf(CallbackPhase Phase) {
  switch (Phase) {
  case CallbackPhase::Native:
    return P_Native;
  case CallbackPhase::Dealloc:
    return P_Dealloc;
  case CallbackPhase::Init:
  case CallbackPhase::Once:
    return P_Init;
  case CallbackPhase::Exit:
    return P_Traverse; // once, after every other thread
  default:
    return P_Concurrent;
  }
}

/// Entry point number \p Entry was found: some thread comes in through it.
void CallGraphPass::enter(uint32_t Entry, uint8_t Phases) {
  for (FunctionId F : P.bodiesOf(P.Facts.EntryPoints[Entry].Function)) {
    P.Functions[F].Entries.push_back(Entry);
    P.Functions[F].Phases |= Phases;
  }
}

/// The API function called keeps argument \p Arg and calls it later.
void CallGraphPass::enterFrom(const CallbackFact &Registered, FunctionId Caller,
                              const Event &Call, unsigned Arg) {
  EntryPoint Entry;
  Entry.Function = Call.Args[Arg].Index;
  // What a once-guard runs happens before everything that passed it.
  bool Once = Registered.Phase == CallbackPhase::Once;
  Entry.Kind = Registered.Phase == CallbackPhase::Native ? EntryKind::Thread
               : Once                                    ? EntryKind::StaticInit
                                                         : EntryKind::Callback;
  Entry.Name = Registered.Name;
  Entry.Within = P.body(Caller).Id;
  Entry.Loc = Call.Range;
  P.Facts.EntryPoints.push_back(Entry);
  enter(P.Facts.EntryPoints.size() - 1, phaseOf(Registered.Phase));
}

/// A function given as an argument: registered somewhere for later, or called
/// by the callee during this call.
/// Did Extract make \p Target an entry because of what \p Caller does with it
/// (pybind11's def())?
bool CallGraphPass::enteredFrom(FunctionId Caller, FunctionId Target) const {
  const std::vector<uint32_t> &Entries = P.Functions[Target].Entries;
  return std::any_of(Entries.begin(), Entries.end(), [&](uint32_t Known) {
    return P.Facts.EntryPoints[Known].Within == P.body(Caller).Id;
  });
}

void CallGraphPass::handOver(FunctionId Caller, EventId E, const Event &Call) {
  const ApiFunction *Api = P.api(Call);
  for (unsigned I = 0; I != Call.Args.size(); ++I) {
    if (Call.Args[I].Kind != OperandKind::Function ||
        !P.BodyOf.count(Call.Args[I].Index))
      continue;
    const CallbackFact *Registered = nullptr;
    if (Api)
      for (const CallbackFact &C : Api->Callbacks)
        if (C.Argument == static_cast<int>(I))
          Registered = &C;
    if (Registered &&
        !enteredFrom(Caller, P.bodiesOf(Call.Args[I].Index).front()))
      enterFrom(*Registered, Caller, Call, I);
    if (Registered)
      continue;
    for (FunctionId Target : P.bodiesOf(Call.Args[I].Index))
      if (!enteredFrom(Caller, Target))
        handOver(Caller, E, Call, I, Target);
  }
}

void CallGraphPass::handOver(FunctionId Caller, EventId E, const Event &Call,
                             unsigned Arg, FunctionId Target) {
  if (calledThrough(Call, Arg, Target))
    return;
  P.Functions[Target].Callers.push_back({Caller, E, true});
  Callees[Caller].push_back(Target);
}

/// A function handed to one of the extension's own functions runs where that
/// function calls its parameter, under the locks held there.
bool CallGraphPass::calledThrough(const Event &Call, unsigned Param,
                                  FunctionId Target) {
  bool Found = false;
  for (FunctionId Callee : P.bodiesOf(Call.Callee)) {
    const Function &Body = P.body(Callee);
    for (EventId E = 0; E != Body.Events.size(); ++E) {
      const Event &Inner = Body.Events[E];
      if (Inner.Kind != EventKind::Call || Inner.Callee != None ||
          Inner.Where == None)
        continue;
      const Path &Through = P.path(Inner.Where);
      if (Through.Root != RootKind::Local || Through.Index != Param ||
          Param >= Body.Params)
        continue;
      P.Functions[Target].Callers.push_back({Callee, E, false, true});
      Callees[Callee].push_back(Target);
      Found = true;
    }
  }
  return Found;
}

/// The only function that somebody calls \p Name, whatever its scope; None
/// when there is none, or several.
FunctionId CallGraphPass::onlyOneNamed(std::string_view Name) {
  auto Bare = [](std::string_view Full) {
    size_t Colon = Full.rfind("::");
    return Colon == Full.npos ? Full : Full.substr(Colon + 2);
  };
  if (ByName.empty())
    for (FunctionId F = 0; F != P.Functions.size(); ++F) {
      auto [It, New] = ByName.try_emplace(Bare(P.name(F)), F);
      if (!New)
        It->second = None;
    }
  auto It = ByName.find(Name);
  return It == ByName.end() ? None : It->second;
}

/// The field that \p Where names, or whose pointer it follows; None for
/// anything else.
static EntityId fieldAt(const Path &Where) {
  auto Last =
      std::find_if(Where.Steps.rbegin(), Where.Steps.rend(),
                   [](const Step &S) { return S.Kind != StepKind::Deref; });
  return Last != Where.Steps.rend() && Last->Kind == StepKind::Field
             ? Last->Field
             : None;
}

void CallGraphPass::collectCalls() {
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    for (EventId E = 0; E != P.Facts.Functions[F].Events.size(); ++E) {
      Event &Call = P.Facts.Functions[F].Events[E];
      if (Call.Kind == EventKind::Write || Call.Kind == EventKind::Bind) {
        if (Call.Value.Kind == OperandKind::Function)
          takeAddress(Call);
        continue;
      }
      if (Call.Kind != EventKind::Call)
        continue;
      if (Call.Callee == None && Call.Where != None && !Fields.empty())
        if (auto It = Fields.find(fieldAt(P.path(Call.Where)));
            It != Fields.end())
          It->second.Calls.push_back({F, E});
      if (Call.Callee != None && !P.BodyOf.count(Call.Callee) &&
          P.entity(Call.Callee).Usr.starts_with("api:")) {
        // A call in a template pattern names its callee only by identifier.
        std::string_view Name = P.entity(Call.Callee).Name;
        if (Name.starts_with("?::"))
          Name = Name.substr(3);
        if (FunctionId Only = onlyOneNamed(Name); Only != None && !P.api(Call))
          Call.Callee = P.body(Only).Id;
      }
      for (FunctionId Target : P.bodiesOf(Call.Callee)) {
        P.Functions[Target].Callers.push_back({F, E, false});
        Callees[F].push_back(Target);
      }
      handOver(F, E, Call);
    }
  }
}

void CallGraphPass::collectEntries() {
  for (uint32_t I = 0; I != P.Facts.EntryPoints.size(); ++I) {
    const EntryPoint &Entry = P.Facts.EntryPoints[I];
    if (Entry.Kind == EntryKind::Callback && Entry.Field != None &&
        !P.entity(Entry.Field).has(EF_SystemHeader))
      Fields[Entry.Field].Entries.push_back(I); // see followFields()
    else
      enter(I, phaseOf(Entry.Kind));
  }
}

void CallGraphPass::takeAddress(const Event &Store) {
  auto It = Store.Where == None ? Fields.end()
                                : Fields.find(fieldAt(P.path(Store.Where)));
  for (FunctionId Target : P.bodiesOf(Store.Value.Index))
    if (It != Fields.end())
      It->second.Written.push_back(Target);
    else
      P.Functions[Target].AddressTaken = true;
}

/// Functions in a structure of the extension (a codec's operations, the table
/// of a Cython class) run where the extension calls through that field. Where
/// it never does, or the code that might is lost, somebody else calls them: not
/// those that a generator tabulates, which it calls directly where it can.
void CallGraphPass::followFields() {
  for (const auto &[Field, Held] : Fields) {
    const EntityId Record = P.entity(Field).Parent;
    const bool Known = !Held.Calls.empty() ||
                       (Record != None && P.entity(Record).has(EF_Generated));
    for (uint32_t I : Held.Entries) {
      const EntryPoint &Entry = P.Facts.EntryPoints[I];
      const auto Targets = P.bodiesOf(Entry.Function);
      if (!Known ||
          std::any_of(Targets.begin(), Targets.end(), [&](FunctionId Target) {
            return lostIn(Target) == Lost::Code;
          }))
        enter(I, phaseOf(Entry.Kind));
      for (FunctionId Target : Targets)
        for (const Site &Call : Held.Calls) {
          P.Functions[Target].Callers.push_back(
              {Call.Function, Call.Event, false, true});
          Callees[Call.Function].push_back(Target);
        }
    }
    if (!Known)
      for (FunctionId Target : Held.Written)
        P.Functions[Target].AddressTaken = true;
  }
}

/// Functions nothing seen calls: what else may call them?
void CallGraphPass::seedUncalled() {
  bool HasRoots = false;
  for (const FunctionInfo &Info : P.Functions)
    HasRoots |= !Info.Entries.empty();
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    FunctionInfo &Info = P.Functions[F];
    const Entity &E = P.entityOf(F);
    if (!Info.Entries.empty())
      continue;
    // A lambda runs where it was made unless somebody was given it.
    if (E.has(EF_Lambda) && Info.Callers.empty() && E.Parent != None)
      if (auto It = P.BodyOf.find(E.Parent); It != P.BodyOf.end()) {
        Info.Callers.push_back({It->second, None, true});
        Callees[It->second].push_back(F);
        continue;
      }
    if (Info.AddressTaken || (E.has(EF_Virtual) && !E.has(EF_Destructor)))
      Info.Phases |= P_Unknown;
    else if (Info.Callers.empty())
      Info.Phases |= phaseOfUncalled(F, HasRoots);
  }
}

CallGraphPass::Lost CallGraphPass::lostIn(FunctionId F) const {
  auto Found = LostIn.find(P.body(F).Body.File);
  return Found == LostIn.end() ? Lost::Nothing : Found->second;
}

/// Nothing seen calls \p F. Other objects of the extension may, and the code
/// that the front end had to drop.
uint8_t CallGraphPass::phaseOfUncalled(FunctionId F, bool HasRoots) {
  const Entity &E = P.entityOf(F);
  Lost Lacks = lostIn(F);
  if (!E.has(EF_Extern) && !E.has(EF_Template) && HasRoots &&
      Lacks == Lost::Nothing)
    return 0;
  // Code for another system, most likely.
  return Lacks == Lost::Header && !E.has(EF_Header) ? P_Uncalled : P_Unknown;
}

void CallGraphPass::findLostCode() {
  for (const DiagnosticFact &D : P.Facts.Errors) {
    Lost &Here = LostIn.try_emplace(D.Loc.File, Lost::Code).first->second;
    if (D.Message.ends_with("file not found"))
      Here = Lost::Header;
  }
}

void CallGraphPass::propagate() {
  std::deque<FunctionId> Work;
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.Functions[F].Phases)
      Work.push_back(F);
  while (!Work.empty()) {
    FunctionId F = Work.front();
    Work.pop_front();
    for (FunctionId Callee : Callees[F]) {
      uint8_t &Phases = P.Functions[Callee].Phases;
      if ((Phases | P.Functions[F].Phases) != Phases) {
        Phases |= P.Functions[F].Phases;
        Work.push_back(Callee);
      }
    }
  }
}

/// Breadth-first from the entries Python can call, for the traces. Those that
/// make or destroy an object come last: they are no way to meet another thread
/// at it where there is another way.
void CallGraphPass::findWaysIn() {
  for (bool Lonely : {false, true}) {
    std::deque<FunctionId> Work;
    for (FunctionId F = 0; F != P.Functions.size(); ++F) {
      FunctionInfo &Info = P.Functions[F];
      for (uint32_t I : Info.Entries) {
        uint8_t Phase = phaseOf(P.Facts.EntryPoints[I].Kind);
        if ((Phase & (P_Init | P_Traverse)) ||
            ((Phase & P_Unknown) && !P.provedConcurrent(F)) ||
            Lonely != !!(Phase & (P_Construct | P_Dealloc)) ||
            Info.isReachable())
          continue;
        Info.FirstEntry = I;
        Work.push_back(F);
      }
    }
    goOn(std::move(Work));
  }
}

void CallGraphPass::goOn(std::deque<FunctionId> Work) {
  while (!Work.empty()) {
    FunctionId F = Work.front();
    Work.pop_front();
    for (FunctionId Callee : Callees[F]) {
      FunctionInfo &Info = P.Functions[Callee];
      if (Info.isReachable())
        continue;
      Info.FirstEntry = P.Functions[F].FirstEntry;
      for (const CallSite &S : Info.Callers)
        if (S.Caller == F) {
          Info.CameFrom = S;
          break;
        }
      Work.push_back(Callee);
    }
  }
}

void CallGraphPass::run() {
  Callees.resize(P.Functions.size());
  findLostCode();
  collectEntries();
  collectCalls();
  followFields();
  for (auto &C : Callees) {
    std::sort(C.begin(), C.end());
    C.erase(std::unique(C.begin(), C.end()), C.end());
  }
  seedUncalled();
  propagate();
  findWaysIn();
}

} // namespace

void computeCallGraph(Program &P) { CallGraphPass(P).run(); }

} // namespace ungil
