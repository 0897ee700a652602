//===- CacheSlots.cpp - references that a variable keeps ------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/CacheSlots.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringRef.h"

namespace ungil::rules {

using namespace fix;

bool CacheSlots::isLent(const std::vector<Origin> &Set) const {
  return llvm::any_of(Set, LeadsInto);
}

/// Is event \p E given what the variable keeps?
bool CacheSlots::isLent(EventId E) const {
  const Values &V = P.Functions[Code.F].Value;
  return E < V.Events.size() &&
         llvm::any_of(
             llvm::seq<unsigned>(0, V.Events[E].Args.size()),
             [&](unsigned I) { return isLent(V.arg(E, I)); });
}

/// Does \p S release what is at \p Path, or was read from the variable?
bool CacheSlots::releases(StatementId S, const std::string &Path) const {
  llvm::StringRef Text(Code.text(S));
  std::string Name = Text.take_until([](char C) { return C == '('; }).str();
  if (Name != "Py_XDECREF" && Name != "Py_DECREF")
    return false;
  CallText Call = callAt(Code.Text, Code[S].Offset, Name);
  if (!Call.isValid() || Call.Args.empty())
    return false;
  if (llvm::StringRef(Call.Args[0]).trim() == Path)
    return true;
  const std::vector<Event> &Events = P.body(Code.F).Events;
  return llvm::any_of(llvm::seq<EventId>(0, Events.size()), [&](EventId E) {
    return Events[E].Kind == EventKind::Call && Code.at(Events[E]) == S &&
           isLent(E);
  });
}

std::string CacheSlots::addStore(EventId Write) {
  const std::vector<Event> &Events = P.body(Code.F).Events;
  StatementId S = Code.at(Events[Write]);
  std::string Odd = "how a reference is stored is not plain";
  if (S == None || Code[S].Kind != StatementKind::Expression ||
      Code[S].has(SF_Macro) || Code[S].Parent == None)
    return Odd;
  llvm::StringRef Text(Code.text(S));
  std::string Path = Text.split('=').first.trim().str();
  if (Path.empty() || Path.find('(') != Path.npos ||
      Text.split('=').second.starts_with("="))
    return Odd;
  StatementId Release = None;
  for (StatementId Other : Code.children(Code[S].Parent))
    if (Other < S && releases(Other, Path))
      Release = Other;
  if (Release == None)
    return "what it held before is not released";
  for (EventId E = 0; E != Events.size(); ++E)
    if (Code.at(Events[E]) == Release)
      Gone.insert(E);
  Exchanges.push_back({S, Path});
  Releases.push_back(Release);
  return {};
}

std::set<EventId> CacheSlots::uses() const {
  std::set<EventId> Out;
  const std::vector<Event> &Events = P.body(Code.F).Events;
  for (EventId E = 0; E != Events.size(); ++E)
    if (Events[E].Kind == EventKind::Call && !Gone.count(E) && isLent(E))
      Out.insert(E);
  return Out;
}

bool CacheSlots::lends() const {
  const std::vector<Event> &Events = P.body(Code.F).Events;
  bool Taken = false;
  for (EventId E = 0; E != Events.size(); ++E) {
    std::string Name =
        Events[E].Kind == EventKind::Call ? P.calleeName(Events[E]) : "";
    Taken |= (Name == "Py_INCREF" || Name == "Py_XINCREF") && isLent(E);
    if (Events[E].Kind == EventKind::Return && !Taken &&
        isLent(P.Functions[Code.F].Value.value(E)))
      return true;
  }
  return false;
}

void CacheSlots::removeReleases(Draft &D) const {
  for (StatementId S : Releases)
    D.remove(S);
}

} // namespace ungil::rules
