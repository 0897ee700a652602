//===- EventIndex.h - calls, returns, writes --------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The events that most passes look for, found once.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_EVENTINDEX_H
#define UNGIL_LINK_EVENTINDEX_H

#include "Api/Api.h"
#include "Link/Values.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <vector>

namespace ungil {

/// One call, with what is known of who is called.
struct KnownCall {
  const ApiFunction *Api = nullptr; ///< null: the API data does not know it
  FunctionId Body = None;           ///< see Program::bodiesOf; the first one
  EventId Event : 31 = 0;
  uint32_t Live : 1 = 0; ///< some way from the entry meets it
};

/// The events that most passes look for, of every function and in order: they
/// walk these instead of all events, which fit in no cache.
class EventIndex {
public:
  /// Of the next function.
  void add(const Function &Body, llvm::function_ref<KnownCall(EventId)> Know);

  llvm::ArrayRef<KnownCall> calls(FunctionId F) const {
    return slice(Calls, F ? Ends[F - 1].Calls : 0, Ends[F].Calls);
  }
  llvm::ArrayRef<EventId> returns(FunctionId F) const {
    return slice(Returns, F ? Ends[F - 1].Returns : 0, Ends[F].Returns);
  }
  llvm::ArrayRef<EventId> writes(FunctionId F) const {
    return slice(Writes, F ? Ends[F - 1].Writes : 0, Ends[F].Writes);
  }

private:
  struct End {
    uint32_t Calls, Returns, Writes;
  };
  template <class T>
  static llvm::ArrayRef<T> slice(const std::vector<T> &All, uint32_t Begin,
                                 uint32_t End) {
    return {All.data() + Begin, All.data() + End};
  }

  std::vector<KnownCall> Calls;
  std::vector<EventId> Returns, Writes;
  std::vector<End> Ends; ///< by function
};

} // namespace ungil

#endif
