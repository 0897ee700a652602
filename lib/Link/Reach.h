//===- Reach.h - what may happen during a call ------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A lock is as good as what runs under it. For every call: may the thread let
// go of its thread state (and so of its critical sections), may Python code
// run (and so take the same lock again)? Calls of the extension's own
// functions are as bad as the worst call inside; the witness says which. What
// the data does not know of a binding tool (pybind11) may run Python code.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_REACH_H
#define UNGIL_LINK_REACH_H

#include "Link/Program.h"
#include "llvm/ADT/DenseMap.h"
#include <utility>
#include <vector>

namespace ungil {

/// What a call may do, from harmless to worst.
enum class Reach : uint8_t {
  Nothing, ///< no Python code, no waiting
  Waits,   ///< may detach: it takes an object's or an interpreter's lock
  Perhaps, ///< may run Python code in cases the model cannot exclude
  Likely,  ///< runs Python code for some object or argument
  Python,  ///< runs Python code
};

struct CallEffect {
  Reach How = Reach::Nothing;
  Site At; ///< the call outside the extension that does it
};

class Reaches {
public:
  explicit Reaches(const Program &P);

  /// Of the call at \p S.
  CallEffect of(Site S) const;

  /// The worst that \p F does when it is called.
  const CallEffect &of(FunctionId F) const { return Worst[F]; }

  /// Is argument \p Arg of \p S an object whose hash, comparison and
  /// destruction run no Python code (str, int, an exception class)?
  bool isPlain(Site S, unsigned Arg) const;

private:
  bool isOutside(const Event &Call) const;
  Reach outside(Site S) const;
  Reach release(Site S, unsigned Arg) const;
  Reach api(Site S, const ApiFunction &Api) const;
  bool isPlain(Site S, const Origin &O, int Depth) const;
  bool holdsPlain(EntityId PlaceOrField, int Depth) const;
  void indexStores();
  void indexTargets();

  const Program &P;
  std::vector<CallEffect> Worst;
  /// What calls through parameters run: the functions handed over for them.
  llvm::DenseMap<std::pair<FunctionId, EventId>, std::vector<FunctionId>>
      Targets;
  /// Values stored to a field or a static place, wherever that happens.
  llvm::DenseMap<EntityId, std::vector<Site>> Stores;
};

} // namespace ungil

#endif
