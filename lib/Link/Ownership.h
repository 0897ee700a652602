//===- Ownership.h - who can reach a container ------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Answers, with memory, the question behind half of all borrowed references:
// can another thread reach this container while we look into it?
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_OWNERSHIP_H
#define UNGIL_LINK_OWNERSHIP_H

#include "Link/NestedAnswers.h"
#include "Link/Program.h"
#include "llvm/ADT/DenseMap.h"
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ungil {

class OwnershipModel {
public:
  explicit OwnershipModel(const Program &P);

  /// Does an object that a C library is given count as shown to others?
  bool LibrariesPublish = true;
  /// Does one that Python code is called with?
  bool CallsPublish = true;

  /// Who can reach argument \p Arg of call \p E in \p F when the call runs.
  SharingVerdict operand(FunctionId F, EventId E, unsigned Arg);

  /// The same for one origin of a value, at event \p Use.
  SharingVerdict origin(FunctionId F, EventId Use, const Origin &O);

  /// Does the call return an object nobody else can reach yet?
  bool isFreshCall(FunctionId F, EventId E);

  /// May the object made by \p Made (its result, or Out argument) have become
  /// reachable for other threads before \p Use runs?
  bool escapedBefore(FunctionId F, EventId Made, uint32_t Out, EventId Use);

  /// May \p F make its parameter reachable for other threads?
  bool paramEscapes(FunctionId F, unsigned Param);

private:
  bool escapesAt(FunctionId F, EventId E, const Origin &O);
  bool keeps(FunctionId F, EventId E, unsigned Arg);
  bool storesInStack(FunctionId F, const Path &Target);
  bool stackOnly(EntityId Record);
  bool boundToStack(FunctionId F, uint32_t L);
  bool entryParameter(FunctionId F, unsigned Param, SharingVerdict &Out);
  SharingVerdict
  ofCallers(FunctionId F, SharingVerdict &Seen,
            const std::function<SharingVerdict(const CallSite &)> &Ask);
  SharingVerdict parameter(FunctionId F, unsigned Param);
  SharingVerdict pointee(FunctionId F, unsigned Param);
  /// The most shared of what a value may be.
  SharingVerdict worst(FunctionId F, EventId Use,
                       const std::vector<Origin> &Set);
  SharingVerdict stored(FunctionId F, EventId Use, const Path &Where);
  void indexStores();
  void indexInstances();

  Program &P;
  NestedAnswers Nested;
  using Parameter = std::pair<FunctionId, unsigned>;
  llvm::DenseMap<Parameter, bool> ParamEscape;
  llvm::DenseMap<Parameter, SharingVerdict> Parameters, Pointees;
  llvm::DenseMap<EntityId, bool> StackOnly;
  /// Locals that are, or lead to, an instance; by record.
  llvm::DenseMap<EntityId, std::vector<std::pair<FunctionId, uint32_t>>>
      Instances;
  llvm::DenseMap<EntityId, SharingVerdict> Stored;
  using Sites = llvm::DenseMap<EntityId, std::vector<Site>>;
  Sites Stores, Mutators;
  std::set<std::string> HeldTypes;
  bool Indexed = false;
};

} // namespace ungil

#endif
