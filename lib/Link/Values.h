//===- Values.h - where values come from ------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What an operand may be, with locals looked through: sets of origins, per
// event of a function. Values.cpp computes them, Accessors.cpp what functions
// hand out, every other pass and the rules read them.
//
// Functions are numbered as in Facts.Functions (FunctionId); events as in
// their function (EventId).
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_VALUES_H
#define UNGIL_LINK_VALUES_H

#include "Facts/Facts.h"
#include "Support/IdTable.h"
#include "llvm/ADT/ArrayRef.h"
#include <cstring>
#include <vector>

namespace ungil {

using FunctionId = uint32_t;
using EventId = uint32_t;

/// One event of one function.
struct Site {
  FunctionId Function = None;
  EventId Event = None;
  auto operator<=>(const Site &) const = default;
};

/// Where a value came from, with locals looked through.
///   Load     value stored at a path rooted in a place, a parameter, or a call
///            result; a bare parameter is Load of the path that is just it
///   Address  address of such a path
///   Result   result of call event Index, or, when Out > 0, what that call
///            stored through its argument Out - 1
///   Computed arithmetic on the value stored at path Index or, when Out is 1,
///            on the result of call event Index
///   Function, String, Null, Constant, Unknown as in Operand
struct Origin {
  OperandKind Kind = OperandKind::Unknown;
  uint32_t Index = None;
  uint32_t Out = 0;
  auto operator<=>(const Origin &) const = default;
};

/// Number of a set of origins; 0 is the empty set.
using OriginSet = uint32_t;

/// The sets of origins of a whole program, each kept once: most functions have
/// the same few.
class OriginSets {
public:
  OriginSets() { intern({}); }
  const std::vector<Origin> &operator[](OriginSet S) const { return Sets[S]; }
  /// \p Set is sorted and has nothing twice.
  OriginSet intern(llvm::ArrayRef<Origin> Set);

private:
  std::vector<std::vector<Origin>> Sets;
  IdTable Index;
};

/// Values of one function, flow-sensitive: what each operand of each event
/// may be, and the canonical path of each access.
class Values {
public:
  struct AtEvent {
    llvm::ArrayRef<OriginSet> Args;
    /// Per argument that is the address of a local: what that holds before
    /// the call (0: something else, or nothing).
    llvm::ArrayRef<OriginSet> Pointees;
    /// Canonical paths of Event::Where; several when a local may point to
    /// several things.
    llvm::ArrayRef<PathId> Where;
    OriginSet Value = 0;
  };

  /// Reads like a vector of AtEvent and is one piece of memory: a head per
  /// event, and behind them the lists.
  class ByEvent {
  public:
    ByEvent() = default;
    explicit ByEvent(llvm::ArrayRef<AtEvent> All);
    size_t size() const { return Count; }
    AtEvent operator[](EventId E) const {
      Head H = headOf(E);
      const uint32_t *Args = Words.data() + H.Begin;
      const uint32_t *Pointees = Args + H.Args;
      size_t Filled = H.Filled ? H.Args : 0;
      return {{Args, size_t(H.Args)},
              {Pointees, Filled},
              {Pointees + Filled, size_t(H.Where)},
              H.Value};
    }

  private:
    struct Head {
      uint32_t Begin; ///< of its lists, in Words
      OriginSet Value;
      uint32_t Args : 20;
      uint32_t Filled : 1; ///< has as many Pointees
      uint32_t Where : 11;
    };
    static constexpr size_t HeadWords = sizeof(Head) / sizeof(uint32_t);
    Head headOf(EventId E) const {
      Head H;
      std::memcpy(&H, Words.data() + E * HeadWords, sizeof(H));
      return H;
    }

    std::vector<uint32_t> Words;
    uint32_t Count = 0;
  };

  ByEvent Events;
  const OriginSets *Sets = nullptr;

  const std::vector<Origin> &value(EventId E) const {
    return (*Sets)[Events[E].Value];
  }
  const std::vector<Origin> &arg(EventId E, unsigned I) const {
    llvm::ArrayRef<OriginSet> Args = Events[E].Args;
    return (*Sets)[I < Args.size() ? Args[I] : 0];
  }
  const std::vector<Origin> &pointee(EventId E, unsigned I) const {
    llvm::ArrayRef<OriginSet> Pointees = Events[E].Pointees;
    return (*Sets)[I < Pointees.size() ? Pointees[I] : 0];
  }
};

} // namespace ungil

#endif
