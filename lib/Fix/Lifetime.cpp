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
  Tracer(const Program &P, Site S, uint32_t Argument)
      : P(P), F(S.Function), Body(P.body(F)), V(P.Functions[F].Value),
        First(S.Event), Argument(Argument), Sources{S.Event} {}
  Tracer(const Program &P, FunctionId F, PathId Stored)
      : P(P), F(F), Body(P.body(F)), V(P.Functions[F].Value), First(None),
        Argument(0), Stored(Stored) {}

  Lifetime run() {
    // What is read out of it may be found late: a few rounds at most.
    size_t Known;
    do {
      Known = Sources.size() + Filled.size();
      for (EventId E = 0; E != Body.Events.size(); ++E)
        findInner(E);
    } while (Known != Sources.size() + Filled.size());
    for (EventId E = 0; E != Body.Events.size(); ++E)
      if (!isSource(E) && uses(E))
        Out.Uses.push_back(E);
    return std::move(Out);
  }

private:
  bool isSource(EventId E) const { return Sources.count(E); }

  bool leads(const Origin &O) const {
    if (O.Kind == OperandKind::Result)
      return isSource(O.Index) && O.Out == (O.Index == First ? Argument : 0);
    if (O.Kind != OperandKind::Load && O.Kind != OperandKind::Address)
      return false;
    if (isReference(O))
      return true;
    const Path &Where = P.path(O.Index);
    if (isBehind(Where))
      return true;
    // What lies behind an out argument has no path of its own.
    return Where.Root == RootKind::Result && isSource(Where.Index) &&
           (Where.Index != First || Argument == 0);
  }
  bool leads(const std::vector<Origin> &Set) const {
    return llvm::any_of(Set, [&](const Origin &O) { return leads(O); });
  }
  bool isReference(const Origin &O) const {
    if (Stored != None)
      return O.Kind == OperandKind::Load && O.Index == Stored;
    return O.Kind == OperandKind::Result && O.Index == First &&
           O.Out == Argument;
  }
  bool isReference(const std::vector<Origin> &Set) const {
    return llvm::any_of(Set, [&](const Origin &O) { return isReference(O); });
  }
  /// Does \p To lead through what is stored?
  bool isBehind(const Path &To) const {
    if (Stored == None)
      return false;
    const Path &From = P.path(Stored);
    return From.Root == To.Root && From.Index == To.Index &&
           From.Steps.size() < To.Steps.size() &&
           std::equal(From.Steps.begin(), From.Steps.end(), To.Steps.begin());
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

  /// `view.data = data`: the structure leads into it from then on.
  void findMember(EventId E) {
    const Path &To = P.Facts.Paths[Body.Events[E].Where];
    bool Inside =
        To.Root == RootKind::Local && !To.Steps.empty() &&
        llvm::none_of(To.Steps, [](const Step &S) {
          return S.Kind == StepKind::Deref || S.Kind == StepKind::Index;
        });
    if (Inside && (isFilled(Body.Events[E].Value) || leads(V.value(E)))) {
      Out.Inner.insert(To.Index);
      Filled.insert(To.Index);
    }
  }

  /// A pointer bound to what a call made of the reference leads into it.
  void findInner(EventId E) {
    const Event &Ev = Body.Events[E];
    if (Ev.Kind == EventKind::Call)
      return findOuts(E);
    if (Ev.Kind == EventKind::Write)
      return findMember(E);
    if (Ev.Kind != EventKind::Bind || E >= V.Events.size())
      return;
    const Path &Where = P.Facts.Paths[Ev.Where];
    if (Where.Root != RootKind::Local || !Where.Steps.empty())
      return;
    if (Body.Locals[Where.Index].Class == TypeClass::PyObject)
      return findCopy(E, Where.Index);
    if (Body.Locals[Where.Index].Class != TypeClass::Pointer)
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

  /// The reference itself, or `PyTuple_GET_ITEM(v, 0)`.
  void findCopy(EventId E, uint32_t Local) {
    for (const Origin &O : V.value(E)) {
      bool Lent = false;
      if (O.Kind == OperandKind::Result && O.Out == 0 && takes(O.Index)) {
        const ApiFunction *Api = P.api(Body.Events[O.Index]);
        Lent = Api && Api->Borrow;
      }
      if (!leads(O) && !Lent)
        continue;
      Out.Copies.insert(Local);
      if (Lent)
        Sources.insert(O.Index);
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
    if (O.Kind == OperandKind::Address) // `call(&view)`
      return isFilled(O.Index) &&
             Body.Locals[P.Facts.Paths[O.Index].Index].Class ==
                 TypeClass::Record;
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
      return isBehind(To) ||
             (To.Root == RootKind::Result && isSource(To.Index) &&
              (To.Index != First || Argument == 0) && !To.Steps.empty());
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
  const EventId First;
  const uint32_t Argument;    ///< of First, plus one; 0: its result
  const PathId Stored = None; ///< or where the reference is stored
  std::set<EventId> Sources;  ///< calls whose result leads into it
  std::set<uint32_t> Filled;  ///< locals that calls store such pointers to
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

Lifetime lifetimeOf(const Program &P, Site S, uint32_t Out) {
  return Tracer(P, S, Out).run();
}

Lifetime lifetimeOf(const Program &P, FunctionId F, PathId Where) {
  return Tracer(P, F, Where).run();
}

} // namespace ungil::fix
