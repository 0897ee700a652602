//===- Strangers.cpp - who calls without a thread state -------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/Strangers.h"
#include <algorithm>
#include <tuple>

namespace ungil::rules {
namespace {

class StrangerFinder {
public:
  StrangerFinder(const Program &P, const ThreadStates &Threads)
      : P(P), Threads(Threads) {}
  std::map<FunctionId, Stranger> run();

private:
  void findThreads();
  std::vector<FunctionId> callees(Site S, EntityId Class) const;
  void findCompany();
  void findSingles();
  void addFamily(const std::vector<FunctionId> &Members);
  bool attachesItself(FunctionId F) const;
  bool isCalledAttached(FunctionId F) const;
  bool isImplicit(FunctionId F) const { return P.entityOf(F).has(EF_Implicit); }

  const Program &P;
  const ThreadStates &Threads;
  std::map<FunctionId, Stranger> Found;
};

/// What a thread of the extension's own calls has no thread state either. A
/// start that nothing else calls is detached through and through, and
/// ThreadStates knows.
void StrangerFinder::findThreads() {
  std::vector<std::pair<FunctionId, EntityId>> Work; // and the class it is of
  auto Enter = [&](FunctionId F, EntityId Class) {
    const Entity &E = P.entityOf(F);
    if (E.has(EF_Member) && !E.has(EF_Template))
      Class = E.Parent;
    if (Found.try_emplace(F).second)
      Work.push_back({F, Class});
  };
  for (const EntryPoint &Entry : P.Facts.EntryPoints)
    if (Entry.Kind == EntryKind::Thread)
      for (FunctionId F : P.bodiesOf(Entry.Function))
        Enter(F, None);
  while (!Work.empty()) {
    auto [F, Class] = Work.back();
    Work.pop_back();
    if (Threads.entry(F) == Attachment::Detached)
      continue;
    ThreadStates::Run R = Threads.enteredDetached(P, F);
    for (EventId E = 0; E != P.body(F).Events.size(); ++E) {
      auto State = R.at(E);
      if (State && State->How == Attachment::Detached && State->Since == None)
        for (FunctionId Callee : callees({F, E}, Class))
          Enter(Callee, Class);
    }
  }
}

/// A class template that calls a member of its own user does not say whose;
/// the class that the thread came through does.
std::vector<FunctionId> StrangerFinder::callees(Site S, EntityId Class) const {
  const Event &Call = P.event(S);
  if (Call.Kind != EventKind::Call || Call.Callee == None)
    return {};
  llvm::ArrayRef<FunctionId> Bodies = P.bodiesOf(Call.Callee);
  std::vector<FunctionId> Out(Bodies.begin(), Bodies.end());
  std::string_view Name = P.entity(Call.Callee).Name;
  if (!Out.empty() || Class == None || !Name.starts_with("?::"))
    return Out;
  std::string Full = P.entity(Class).Name + std::string(Name.substr(1));
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.entityOf(F).Parent == Class && P.name(F) == Full)
      Out.push_back(F);
  return Out;
}

/// A wrapper that leaves its caller attached is no user of Python.
bool StrangerFinder::attachesItself(FunctionId F) const {
  // In a template nobody knows where a guard ends.
  return Threads.attachesAt(P, F) != None &&
         (P.entityOf(F).has(EF_Template) ||
          Threads.enteredDetached(P, F).Exit != Attachment::Attached);
}

void StrangerFinder::addFamily(const std::vector<FunctionId> &Members) {
  auto Witness = std::find_if(Members.begin(), Members.end(),
                              [&](FunctionId F) { return attachesItself(F); });
  if (Witness == Members.end())
    return;
  for (FunctionId F : Members)
    if (F != *Witness)
      Found.try_emplace(F, Stranger{Stranger::Company, *Witness});
}

/// Families: the callbacks of one structure; what the compiler writes for a
/// class whose destructor attaches itself, or for a closure whose call does.
void StrangerFinder::findCompany() {
  std::map<std::tuple<EntityId, EntityId, EntityId>, std::vector<FunctionId>>
      Tables;
  for (const EntryPoint &E : P.Facts.EntryPoints)
    if (E.Kind == EntryKind::Callback && E.Field != None)
      for (FunctionId F : P.bodiesOf(E.Function))
        Tables[{E.Table, E.Within, P.entity(E.Field).Parent}].push_back(F);
  for (const auto &[Table, Members] : Tables)
    addFamily(Members);
  std::map<EntityId, std::vector<FunctionId>> Classes;
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    const Entity &E = P.entityOf(F);
    if (isImplicit(F) || E.has(EF_Destructor))
      Classes[E.Parent].push_back(F); // of a closure: its call operator
    else if (E.has(EF_Lambda))
      Classes[P.body(F).Id].push_back(F);
  }
  for (const auto &[Class, Members] : Classes)
    if (std::any_of(Members.begin(), Members.end(),
                    [&](FunctionId F) { return isImplicit(F); }))
      addFamily(Members);
}

/// Does Python, or code that has a thread state, call \p F?
bool StrangerFinder::isCalledAttached(FunctionId F) const {
  const FunctionInfo &Info = P.Functions[F];
  bool Python =
      std::any_of(Info.Entries.begin(), Info.Entries.end(), [&](uint32_t I) {
        EntryKind Kind = P.Facts.EntryPoints[I].Kind;
        return Kind != EntryKind::Callback && Kind != EntryKind::Thread &&
               Kind != EntryKind::Exported;
      });
  // Objects die wherever their last user is.
  bool Anywhere = P.entityOf(F).has(EF_Destructor);
  return Python ||
         (!Anywhere &&
          std::any_of(Info.Callers.begin(), Info.Callers.end(),
                      [](const CallSite &Call) { return !Call.Handed; }));
}

void StrangerFinder::findSingles() {
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    const Entity &E = P.entityOf(F);
    if (!isCalledAttached(F) && Threads.attachesAt(P, F) != None)
      Found.try_emplace(F, Stranger{Stranger::Itself, None});
    else if (E.has(EF_Overrides) && !E.has(EF_Destructor))
      Found.try_emplace(F, Stranger{Stranger::Library, None});
  }
}

std::map<FunctionId, Stranger> StrangerFinder::run() {
  findThreads();
  findCompany();
  findSingles();
  return std::move(Found);
}

} // namespace

std::map<FunctionId, Stranger> findStrangers(const Program &P,
                                             const ThreadStates &Threads) {
  return StrangerFinder(P, Threads).run();
}

} // namespace ungil::rules
