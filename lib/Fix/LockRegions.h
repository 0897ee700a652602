//===- LockRegions.h - where a function holds a new lock --------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Regions of statements around all uses of what the lock protects, as few as
// can be, without what must not be done under it; or the reason why there are
// none that keep together what belongs together. For UnderLock.cpp, which
// writes them.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FIX_LOCKREGIONS_H
#define UNGIL_FIX_LOCKREGIONS_H

#include "Fix/UnderLock.h"
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace ungil::fix {

/// Bytes of the file.
struct Stretch {
  uint32_t Begin = 0, End = 0;
  bool has(uint32_t At) const { return Begin <= At && At < End; }
};

/// Statements of one block under the lock.
struct Region {
  std::vector<StatementId> Parts;
  Stretch Bytes;
};

/// A value read under the lock in front of the statement that uses it.
struct Reading {
  StatementId In = None;
  std::string Type, Name, Value;
  std::vector<Stretch> Places;
};

/// What a way out does behind the last use: the lock is given back first.
struct Tail {
  StatementId First = None;
  Stretch Bytes;
};

class LockRegions {
public:
  LockRegions(Draft &D, const FixContext &Context, const FunctionText &Code,
              const UnderLock &Wanted)
      : D(D), Context(Context), Code(Code), P(Code.P), Body(P.body(Code.F)),
        Uses(Wanted.Users.all().at(Code.F)), Wanted(Wanted) {}

  void find();

  const std::vector<Region> &regions() const { return Regions; }
  const std::vector<Reading> &readings() const { return Readings; }

  /// Ends of the ways out of \p Whole in \p S that do not need the lock.
  std::vector<Tail> tails(StatementId S, Stretch Whole) const {
    std::vector<Tail> Out;
    addTails(S, Whole, Out);
    return Out;
  }
  bool hasUse(StatementId S) const { return hasUse(bytes(S)); }

private:
  uint32_t offsetOf(EventId E) const { return Body.Events[E].Range.Offset; }
  Stretch bytes(StatementId S) const { return {Code[S].Offset, Code[S].end()}; }
  bool isOutside(EventId E) const;
  bool hasUse(Stretch Where) const;
  std::vector<StatementId> inside(StatementId S) const;
  void addTails(StatementId S, Stretch Whole, std::vector<Tail> &Out) const;
  std::optional<StatementId> tailOf(const std::vector<StatementId> &Block,
                                    size_t Exit, Stretch Whole) const;
  std::string whyNotClean(StatementId S) const;
  StatementId onlyBranch(const std::vector<StatementId> &Parts) const;
  void close(Region &Open);
  void cover(const std::vector<StatementId> &Block);
  void descend(StatementId S, const std::string &Why);
  void addHead(StatementId If);
  void checkFront(StatementId S, Stretch Where);
  void readBefore(StatementId S, Stretch Where, const std::string &Why);
  std::string numberAt(EventId E) const;
  void addReading(StatementId S, const std::string &Type,
                  const std::string &Value, Stretch Where);
  static constexpr size_t NotUnder = ~size_t(0);
  size_t regionOf(uint32_t At) const;
  void checkApart(EventId From);
  void checkTogether();
  bool isLent(const Origin &O) const;
  void checkLent();

  Draft &D;
  const FixContext &Context;
  const FunctionText &Code;
  const Program &P;
  const Function &Body;
  const std::set<EventId> &Uses;
  const UnderLock &Wanted;
  std::vector<Region> Regions;
  std::vector<Reading> Readings;
};

} // namespace ungil::fix

#endif
