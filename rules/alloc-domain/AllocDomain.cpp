//===- AllocDomain.cpp - blocks in the wrong heap -------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Four questions about every block: is it released by the function its heap
// asks for, is a plain buffer kept out of the object heap, is an object kept
// in it, and does CPython release it itself. Phases play no part: a block is
// in the wrong heap whoever put it there.
//
//===----------------------------------------------------------------------===//

#include "Blocks.h"
#include "Rules/Common.h"
#include "Rules/Objects.h"
#include "llvm/ADT/STLExtras.h"
#include <algorithm>

namespace ungil::rules {
namespace {

constexpr std::string_view RuleId = "alloc-domain";

/// Fields of CPython's structures that the runtime releases itself.
struct OwnedField {
  std::string_view Record, Field;
  AllocDomain Domain;
  std::string_view Release;
};
constexpr OwnedField OwnedFields[] = {
    {"_typeobject", "tp_doc", AllocDomain::Mem, "PyMem_Free"},
};

class Checker {
public:
  explicit Checker(const Program &P) : P(P), All(P.model<Blocks>()) {}
  FindingList run();

private:
  void checkRelease(Site S, const ApiFunction &Free);
  void dropTagged(Site S, const std::set<Site> &Right,
                  std::set<Site> &Wrong) const;
  void checkBuffer(Site S, const ApiFunction &Alloc);
  void checkObject(Site S, const ApiFunction &Alloc);
  void checkOwnedField(Site S);
  void checkSlots();
  void reportBufferReleases();
  void collectCalls();
  const AllocFact &alloc(Site S) const {
    return *All.allocator(P.event(S))->Alloc;
  }
  std::string name(Site S) const { return P.calleeName(P.event(S)); }
  std::set<Site> sources(Site S, unsigned Arg) const;
  Finding make(Site S, Confidence C) const;

  const Program &P;
  const Blocks &All;
  FindingList Found;
  struct AllocatorCall {
    Site At;
    const ApiFunction *Api;
  };
  std::vector<AllocatorCall> Calls; ///< live, in code that is reported on
  std::set<Site> Buffers;           ///< object-heap blocks that hold none
  std::map<Site, std::set<Site>> Releases; ///< by allocation
};

bool isObjectHeap(AllocDomain D) {
  return D == AllocDomain::Object || D == AllocDomain::ObjectGC;
}

/// The heap a function works on, as its documentation calls it.
std::string heapOf(AllocDomain D) {
  switch (D) {
  case AllocDomain::Raw:
    return "the raw allocator";
  case AllocDomain::Mem:
    return "the PyMem allocator";
  case AllocDomain::Object:
  case AllocDomain::ObjectGC:
    return "the object allocator";
  case AllocDomain::Libc:
    return "the C library";
  case AllocDomain::Cxx:
    return "C++'s operator new";
  }
  return {};
}

Finding Checker::make(Site S, Confidence C) const {
  Finding F = findingAt(P, RuleId, S);
  F.Entity = name(S);
  F.Conf = P.entityOf(S.Function).has(EF_HasError) ? Confidence::Low : C;
  return F;
}

std::set<Site> Checker::sources(Site S, unsigned Arg) const {
  std::set<Site> Which;
  for (const Origin &O : P.Functions[S.Function].Value.arg(S.Event, Arg))
    Which.merge(All.from(S.Function, O));
  return Which;
}

//===-- Pairs -------------------------------------------------------------===//

/// May a block of \p Made go to \p Free? tp_free knows the right one itself.
bool fits(const AllocFact &Made, const ApiFunction &Free) {
  const AllocFact &F = *Free.Alloc;
  bool BySlot = Made.Release.find("::") != std::string::npos;
  if (BySlot || Free.Name.find("::") != std::string::npos)
    return isObjectHeap(F.Domain) && isObjectHeap(Made.Domain);
  // In one heap there can be several pairs: `new` and `new[]`, thread locks.
  if (F.Role == AllocRole::Free && !Made.Release.empty())
    return Made.Release == Free.Name;
  return Made.Domain == F.Domain;
}

/// Where right and wrong blocks meet in one variable, something the model does
/// not see may keep them apart: drop what has no more than that to go by.
void Checker::dropTagged(Site S, const std::set<Site> &Right,
                         std::set<Site> &Wrong) const {
  const auto &Pointer = P.Functions[S.Function].Value.arg(
      S.Event, All.allocator(P.event(S))->Alloc->Pointer);
  std::erase_if(Wrong, [&](Site Made) {
    if (Made.Function == S.Function)
      return false;
    // `if (self->borrowed) free(p); else PyMem_Free(p);`
    for (Site Other : Releases.at(Made))
      if (Other.Function == S.Function &&
          fits(alloc(Made), *All.allocator(P.event(Other))))
        return true;
    if (Right.empty())
      return false;
    // A field that holds objects and buffers in turn has a tag to tell them.
    if (alloc(Made).MakesObject != alloc(*Right.begin()).MakesObject)
      return true;
    return std::none_of(Pointer.begin(), Pointer.end(), [&](const Origin &O) {
      return All.storedDirectly(Made, S.Function, O);
    });
  });
}

void Checker::checkRelease(Site S, const ApiFunction &Free) {
  std::set<Site> Wrong, Right;
  for (Site Made : sources(S, Free.Alloc->Pointer))
    if (Made != S) // a resize in a loop
      (fits(alloc(Made), Free) ? Right : Wrong).insert(Made);
  dropTagged(S, Right, Wrong);
  if (Wrong.empty())
    return;
  Site First = *Wrong.begin();
  Confidence C = Right.empty()                  ? Confidence::High
                 : First.Function == S.Function ? Confidence::Medium
                                                : Confidence::Low;
  Finding F = make(S, C);
  bool Resizes = Free.Alloc->Role == AllocRole::Realloc;
  F.Message = "'" + name(S) + "' " + (Resizes ? "resizes" : "releases") +
              " a block from '" + name(First) + "'";
  F.Why = "The block belongs to " + heapOf(alloc(First).Domain) + ", and '" +
          name(S) + "' gives it to " + heapOf(Free.Alloc->Domain) +
          ". Builds with the GIL often get away with it because both share "
          "one heap; free-threaded builds keep a heap per thread and per "
          "kind, and corrupt it.";
  F.Help =
      Resizes
          ? "Resize it with the function that belongs to '" + name(First) + "'."
          : "Release it with " + alloc(First).Release +
                "(), or allocate it with the counterpart of '" + name(S) + "'.";
  for (Site Made : Wrong)
    F.Notes.push_back({P.event(Made).Range, "allocated here"});
  Found.push_back(std::move(F));
}

//===-- Buffers in the object heap ----------------------------------------===//

std::string bufferWhy() {
  return "Free-threaded builds keep that heap for objects. Lists and dicts are "
         "read without a lock there: a thread may count a reference to an "
         "object just after another has freed it, and takes it back when it "
         "sees that. Where the block now holds something else, it writes into "
         "that.";
}

void Checker::checkBuffer(Site S, const ApiFunction &Alloc) {
  if (Alloc.Alloc->Domain != AllocDomain::Object || Alloc.Alloc->MakesObject ||
      All.isObject(S))
    return;
  // The block of a resize is the one that went in.
  if (Alloc.Alloc->Role == AllocRole::Realloc) {
    std::set<Site> Old = sources(S, Alloc.Alloc->Pointer);
    if (std::any_of(Old.begin(), Old.end(), [&](Site Made) {
          return All.isObject(Made) || alloc(Made).MakesObject;
        }))
      return;
  }
  Buffers.insert(S);
  for (EntityId Holder : All.holders(S))
    for (const OwnedField &Field : OwnedFields)
      if (recordOf(P, Holder) == Field.Record &&
          P.entity(Holder).Name == Field.Field)
        return; // checkOwnedField() says more
  Finding F = make(S, Confidence::High);
  F.Message = "'" + name(S) + "' allocates memory that never becomes an object";
  F.Why = bufferWhy();
  F.Help = "Allocate it with PyMem_Malloc() and release it with PyMem_Free(); "
           "with PyMem_RawMalloc() and PyMem_RawFree() where no thread state "
           "is attached.";
  for (Site Free : Releases[S])
    F.Notes.push_back({P.event(Free).Range, "released here; change it, too"});
  Found.push_back(std::move(F));
}

/// Releases in a function of their own: of a reported block, or, in a class
/// whose other method makes such blocks, of what the caller hands over.
void Checker::reportBufferReleases() {
  for (const auto &[S, Api] : Calls) {
    if (Api->Alloc->Role != AllocRole::Free ||
        Api->Alloc->Domain != AllocDomain::Object)
      continue;
    const Entity &Here = P.entityOf(S.Function);
    std::set<Site> Made = sources(S, Api->Alloc->Pointer), Ours;
    for (Site B : Made)
      if (Buffers.count(B))
        Ours.insert(B);
    if (Made.empty() && Here.has(EF_Member) && Here.Parent != None)
      for (Site B : Buffers)
        if (P.entityOf(B.Function).Parent == Here.Parent)
          Ours.insert(B);
    if (Ours.empty() || std::any_of(Ours.begin(), Ours.end(), [&](Site B) {
          return B.Function == S.Function;
        }))
      continue;
    Finding Out = make(S, Confidence::High);
    Out.Message = "'" + name(S) + "' releases memory that never was an object";
    Out.Why = bufferWhy();
    Out.Help = "Change it together with the allocation: PyMem_Malloc() and "
               "PyMem_Free().";
    for (Site B : Ours)
      Out.Notes.push_back({P.event(B).Range, "allocated here"});
    Found.push_back(std::move(Out));
  }
}

//===-- Objects elsewhere -------------------------------------------------===//

void Checker::checkObject(Site S, const ApiFunction &Alloc) {
  if (isObjectHeap(Alloc.Alloc->Domain) || !All.isInitialised(S))
    return;
  Finding F = make(S, Confidence::High);
  F.Message = "object allocated with '" + name(S) + "', from " +
              heapOf(Alloc.Alloc->Domain);
  F.Why = "Lock-free readers of lists and dicts in other threads rely on freed "
          "objects staying readable for a while, which only the object heap "
          "guarantees. The collector of free-threaded builds finds its "
          "objects by walking heaps, too: it never sees this one.";
  F.Help = "Allocate it with the type's tp_alloc, or with PyObject_New() or "
           "PyObject_GC_New().";
  Found.push_back(std::move(F));
}

//===-- Blocks that CPython releases --------------------------------------===//

/// `type->tp_doc = block`, where the type is made at run time.
void Checker::checkOwnedField(Site S) {
  const Values &V = P.Functions[S.Function].Value;
  for (PathId Id : V.Events[S.Event].Where) {
    const Path &Where = P.path(Id);
    EntityId Last = lastField(P, Where);
    if (Last == None || Where.Root == RootKind::Place ||
        Where.Steps.back().Kind != StepKind::Field)
      continue;
    for (const OwnedField &Field : OwnedFields) {
      if (recordOf(P, Last) != Field.Record ||
          P.entity(Last).Name != Field.Field)
        continue;
      for (const Origin &O : V.value(S.Event))
        for (Site Made : All.from(S.Function, O)) {
          if (alloc(Made).Domain == Field.Domain)
            continue;
          Finding F = make(Made, Confidence::High);
          F.About.Entity = Last;
          F.Message = "'" + name(Made) + "' allocates '" + P.entity(Last).Name +
                      "', which CPython releases with " +
                      std::string(Field.Release) + "()";
          F.Why = "From 3.13 on the runtime gives this field of a heap type "
                  "back to " +
                  heapOf(Field.Domain) +
                  "; the block comes from another heap, and free-threaded "
                  "builds do not share one.";
          F.Help = "Allocate it with PyMem_Malloc() for 3.13 and later, or "
                   "create the type with PyType_FromSpec(), which copies the "
                   "text.";
          F.Notes.push_back({P.event(S).Range, "stored here"});
          Found.push_back(std::move(F));
        }
    }
  }
}

/// `tp_free = PyMem_Free`, and dealloc functions that free the object so.
void Checker::checkSlots() {
  auto Wrong = [&](EntityId Function) -> const ApiFunction * {
    const ApiFunction *Api = P.Known->find(P.entity(Function).Name);
    return Api && Api->Alloc && Api->Alloc->Role == AllocRole::Free &&
                   !isObjectHeap(Api->Alloc->Domain)
               ? Api
               : nullptr;
  };
  for (const EntryPoint &E : P.Facts.EntryPoints)
    if (const ApiFunction *Api =
            E.Name == "tp_free" ? Wrong(E.Function) : nullptr) {
      Finding F;
      F.Rule = RuleId;
      F.Range = E.Loc;
      F.Entity = Api->Name;
      F.Conf = Confidence::High;
      F.Message = "tp_free is '" + Api->Name +
                  "', but objects come from the "
                  "object allocator";
      F.Why = "Instances are allocated in the object heap; releasing them to "
              "another one corrupts both in free-threaded builds.";
      F.Help = "Leave tp_free empty, or use PyObject_Free(), or "
               "PyObject_GC_Del() for a type with Py_TPFLAGS_HAVE_GC.";
      Found.push_back(std::move(F));
    }
  auto InDealloc = [&](Site S) {
    return llvm::any_of(P.Functions[S.Function].Entries, [&](uint32_t I) {
      return P.Facts.EntryPoints[I].Kind == EntryKind::Dealloc;
    });
  };
  for (const auto &[S, Called] : Calls) {
    const ApiFunction *Api = InDealloc(S) ? Wrong(P.event(S).Callee) : nullptr;
    if (!Api)
      continue;
    for (const Origin &O : P.Functions[S.Function].Value.arg(S.Event, 0)) {
      if (O.Kind != OperandKind::Load ||
          P.path(O.Index) != Path{RootKind::Local, 0, {}})
        continue;
      Finding Out = make(S, Confidence::High);
      Out.Message = "object released with '" + name(S) + "'";
      Out.Why = "Objects come from the object allocator; giving one to " +
                heapOf(Api->Alloc->Domain) +
                " corrupts both heaps in free-threaded builds, and pulls "
                "the memory away from lock-free readers.";
      Out.Help = "Call Py_TYPE(self)->tp_free(self).";
      Found.push_back(std::move(Out));
    }
  }
}

void Checker::collectCalls() {
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.reportable(F))
      for (const KnownCall &Call : P.calls(F))
        if (Call.Live && Call.Api && Call.Api->Alloc &&
            All.allocator(P.body(F).Events[Call.Event]))
          Calls.push_back({{F, Call.Event}, Call.Api});
}

FindingList Checker::run() {
  collectCalls();
  auto ForEachRelease = [&](auto Visit) {
    for (const auto &[S, Api] : Calls)
      if (Api->Alloc->Role != AllocRole::Alloc && Api->Alloc->Pointer >= 0)
        Visit(S, *Api);
  };
  ForEachRelease([&](Site S, const ApiFunction &Free) {
    for (Site Made : sources(S, Free.Alloc->Pointer))
      Releases[Made].insert(S);
  });
  ForEachRelease(
      [&](Site S, const ApiFunction &Free) { checkRelease(S, Free); });
  for (const auto &[S, Api] : Calls)
    if (Api->Alloc->Role != AllocRole::Free) {
      checkBuffer(S, *Api);
      checkObject(S, *Api);
    }
  for (FunctionId F = 0; F != P.Functions.size(); ++F)
    if (P.reportable(F))
      for (EventId E : P.writes(F))
        checkOwnedField({F, E});
  reportBufferReleases();
  checkSlots();
  return std::move(Found);
}

} // namespace

FindingList allocDomain(const Program &P) { return Checker(P).run(); }

} // namespace ungil::rules
