//===- PrivateObjects.h - objects nobody else sees --------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An object whose fields are accessed is private while it is made, from the
// call that makes it until it is shown to others, while it is destroyed, and
// where every caller passes one of its own.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_PRIVATEOBJECTS_H
#define UNGIL_LINK_PRIVATEOBJECTS_H

#include "Link/NestedAnswers.h"
#include "Link/Ownership.h"
#include "Link/Program.h"
#include "llvm/ADT/DenseMap.h"

namespace ungil {

class PrivateObjects {
public:
  explicit PrivateObjects(Program &P) : P(P), Owners(P), Makers(P) {
    // A library keeps the object for callbacks; it does not use it meanwhile.
    Owners.LibrariesPublish = Makers.LibrariesPublish = false;
    Makers.CallsPublish = false;
  }

  /// Has the code at \p At the object that \p Object points to for itself?
  bool owns(Site At, const Origin &Object);

private:
  bool ownsParam(FunctionId F, uint32_t Param);
  bool ownsPointee(FunctionId F, uint32_t Param);
  bool ownsElement(Site At, const Origin &Object);
  bool isBeingMade(FunctionId F, uint32_t Param);
  bool isCaptured(FunctionId F, uint32_t L) const;
  bool isNew(Site At, const Origin &Object);
  bool returnsNew(FunctionId F);
  bool callsParam(FunctionId F);
  bool isCallWith(FunctionId F, const Origin &Result, const Origin &Callable,
                  bool &Calls);
  bool returns(FunctionId F, const Origin &Object) const;
  bool only(FunctionId F, uint8_t Phases) const {
    return !(P.Functions[F].Phases & ~Phases);
  }

  Program &P;
  OwnershipModel Owners;
  OwnershipModel Makers; ///< as the function that makes the object sees it
  NestedAnswers Nested;
  std::map<std::pair<FunctionId, uint32_t>, bool> PrivateParams;
  llvm::DenseMap<FunctionId, bool> ReturnsNew, CallsParam;
};

} // namespace ungil

#endif
