//===- Lifetime.cpp - where a reference is used ---------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/Lifetime.h"
#include "llvm/ADT/STLExtras.h"

namespace ungil::fix {
namespace {

class Tracer {
public:
  Tracer(const Program &P, Site S)
      : P(P), F(S.Function), Body(P.body(F)), V(P.Functions[F].Value),
        Born(S.Event), Sources{S.Event} {}

  Lifetime run() {
    // What is read out of it may be found late: a few rounds at most.
    for (size_t Known = 0; Known != Sources.size() + Filled.size();) {
      Known = Sources.size() + Filled.size();
      for (EventId E = 0; E != Body.Events.size(); ++E)
        findInner(E);
    }
    for (EventId E = 0; E != Body.Events.size(); ++E)
      if (!isSource(E) && uses(E))
        Out.Uses.push_back(E);
    return std::move(Out);
  }

private:
  bool isSource(EventId E) const { return Sources.count(E); }

  bool leads(const Origin &O) const {
    if (O.Kind == OperandKind::Result)
      return O.Out == 0 && isSource(O.Index);
    if (O.Kind != OperandKind::Load && O.Kind != OperandKind::Address)
      return false;
    const Path &Where = P.path(O.Index);
    return Where.Root == RootKind::Result && isSource(Where.Index);
  }
  bool leads(const std::vector<Origin> &Set) const {
    return llvm::any_of(Set, [&](const Origin &O) { return leads(O); });
  }
  bool isReference(const std::vector<Origin> &Set) const {
    return llvm::any_of(Set, [&](const Origin &O) {
      return O.Kind == OperandKind::Result && O.Index == Born && O.Out == 0;
    });
  }
  bool takes(EventId E) const {
    for (unsigned I = 0; I != V.Events[E].Args.size(); ++I)
      if (leads(V.arg(E, I)))
        return true;
    return false;
  }

  /// `get_buffer(v, &data)`: data leads into it from then on.
  void findOuts(EventId E) {
    const Event &Ev = Body.Events[E];
    for (uint32_t I = 0; I != Ev.Args.size(); ++I) {
      if (Ev.Args[I].Kind != OperandKind::Address)
        continue;
      const Path &To = P.Facts.Paths[Ev.Args[I].Index];
      if (To.Root == RootKind::Local && To.Steps.empty() &&
          Body.Locals[To.Index].Class == TypeClass::Pointer && takes(E)) {
        Out.Inner.insert(To.Index);
        Filled.insert(To.Index);
      }
    }
  }

  /// A pointer bound to what a call made of the reference leads into it.
  void findInner(EventId E) {
    const Event &Ev = Body.Events[E];
    if (Ev.Kind == EventKind::Call)
      return findOuts(E);
    if (Ev.Kind != EventKind::Bind || E >= V.Events.size())
      return;
    const Path &Where = P.Facts.Paths[Ev.Where];
    if (Where.Root != RootKind::Local || !Where.Steps.empty() ||
        Body.Locals[Where.Index].Class != TypeClass::Pointer)
      return;
    for (const Origin &O : V.value(E)) {
      bool Result = O.Kind == OperandKind::Result && O.Out == 0;
      if (leads(O) || (Result && takes(O.Index))) {
        Out.Inner.insert(Where.Index);
        if (Result)
          Sources.insert(O.Index);
      }
    }
  }

  bool isFilled(PathId Where) const {
    if (Where == None)
      return false;
    const Path &Of = P.Facts.Paths[Where];
    return Of.Root == RootKind::Local && Filled.count(Of.Index);
  }
  bool isFilled(const Operand &O) const {
    if (O.Kind == OperandKind::Load)
      return isFilled(O.Index);
    if (O.Kind != OperandKind::Choice && O.Kind != OperandKind::Computed)
      return false;
    return llvm::any_of(P.Facts.Choices[O.Index],
                        [&](const Operand &Part) { return isFilled(Part); });
  }

  bool uses(EventId E) {
    if (E >= V.Events.size())
      return false;
    const Event &Ev = Body.Events[E];
    bool Value = leads(V.value(E));
    if (Ev.Kind == EventKind::Write && isReference(V.value(E)))
      Out.Keeps.insert(E);
    if (Ev.Kind == EventKind::Call)
      if (const ApiFunction *Api = P.api(Ev); Api && Api->Ownership)
        for (int I : Api->Ownership->Steals)
          if (isReference(V.arg(E, static_cast<unsigned>(I))))
            Out.Keeps.insert(E);
    bool Through = llvm::any_of(V.Events[E].Where, [&](PathId Where) {
      const Path &To = P.path(Where);
      return To.Root == RootKind::Result && isSource(To.Index) &&
             !To.Steps.empty();
    });
    bool Reads = isFilled(Ev.Value) || llvm::any_of(Ev.Args, [&](auto &Arg) {
                   return isFilled(Arg);
                 });
    bool Bare = Ev.Where != None && P.Facts.Paths[Ev.Where].Steps.empty();
    return Value || Through || Reads || (!Bare && isFilled(Ev.Where)) ||
           takes(E);
  }

  const Program &P;
  FunctionId F;
  const Function &Body;
  const Values &V;
  const EventId Born;
  std::set<EventId> Sources; ///< calls whose result leads into it
  std::set<uint32_t> Filled; ///< locals that calls store such pointers to
  Lifetime Out;
};

} // namespace

bool Lifetime::usedIn(const Program &P, FunctionId F, uint32_t Begin,
                      uint32_t End) const {
  return llvm::any_of(Uses, [&](EventId E) {
    uint32_t At = P.event({F, E}).Range.Offset;
    return Begin <= At && At < End;
  });
}

Lifetime lifetimeOf(const Program &P, Site S) { return Tracer(P, S).run(); }

} // namespace ungil::fix
