//===- Trunk.h - one parse that becomes several -----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What units begin with is read by one process, the trunk. In the middle of its
// parse, where the openings (Opening.h) part, it waits; for each unit that is
// to be parsed it makes a copy of itself, which goes on with the text of that
// unit, and for each longer opening one that reads on and waits in turn. To
// copy takes less than a millisecond; no precompiled form is written or read.
//
//   Pool ──► Trunks::branch() ──socket──► Trunk::wait() ──copy──► one unit
//
// Copies are children of the process that asked for them (CLONE_PARENT), so
// that it can wait for and kill them like those it makes itself. Where the
// system knows no such thing each unit starts from nothing.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_TRUNK_H
#define UNGIL_DRIVER_TRUNK_H

#include "Driver/Opening.h"
#include <functional>
#include <sys/types.h>
#include <vector>

namespace ungil {

/// A unit to be parsed, and where its facts go.
struct Errand {
  size_t Unit = 0;
  int Pipe = -1;
  int Stderr = -1;
};

/// In the process that reads an opening: the way to its copies.
class Trunk {
public:
  Trunk(const OpeningTree &Tree, size_t Node, int Control, unsigned Seconds)
      : Tree(Tree), Node(Node), Control(Control), Seconds(Seconds) {}

  const OpeningTree::Node &opening() const { return Tree[Node]; }
  /// To be called when opening() has been read. Returns in copies only: false
  /// when there is another opening() to read, true when it is errand()'s turn.
  bool wait();
  const Errand &errand() const { return Mine; }

private:
  const OpeningTree &Tree;
  size_t Node;
  int Control;
  unsigned Seconds; ///< that an opening may take; 0: any
  Errand Mine;
};

/// In the process that wants units parsed: the trunks that live.
class Trunks {
public:
  /// What a trunk does: parses, calling wait(), and sends the facts. Does not
  /// return.
  using Life = std::function<void(Trunk &)>;

  Trunks(const ScanPlan &Plan, llvm::ArrayRef<size_t> Units,
         llvm::vfs::FileSystem &Files, Life Live);
  ~Trunks();
  Trunks(const Trunks &) = delete;
  Trunks &operator=(const Trunks &) = delete;

  /// The units in the order that has the fewest trunks alive.
  const std::vector<size_t> &units() const { return Tree.units(); }
  /// A new child of this process that runs \p What; -1: nothing was read for
  /// that unit, it must start by itself.
  pid_t branch(const Errand &What);

private:
  struct Living {
    size_t Node;
    pid_t Pid;
    int Control; ///< -1: could not read its opening, or does not answer
  };
  Living plant(size_t Node, const Errand &First);
  Living graft(const Living &On, size_t Node);
  void fell();

  OpeningTree Tree;
  Life Live;
  unsigned Seconds;
  std::vector<Living> Alive; ///< each grows on the one before
};

} // namespace ungil

#endif
