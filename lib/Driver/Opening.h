//===- Opening.h - how units begin ------------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Most of a unit's time goes into the headers it includes first, and units of
// one extension include the same ones. The opening of a unit is the directives
// in front of its first other token, as a list of steps; units with the same
// flags are put in a tree by their steps, so that what some of them begin with
// can be read once (Trunk.h). A macro that one of them defines before an
// include is a step of its own, and all that follows lies on another branch.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_OPENING_H
#define UNGIL_DRIVER_OPENING_H

#include "Driver/Driver.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace llvm::vfs {
class FileSystem;
} // namespace llvm::vfs

namespace ungil {

/// The opening of \p Text: each step is one directive, or a conditional with
/// all it holds, on lines that mean the same in every folder. Headers named in
/// quotes lie in \p Folder if \p IsThere says so of their path. Ends where
/// reading a directive twice could matter.
std::vector<std::string>
openingSteps(llvm::StringRef Text, llvm::StringRef Folder,
             llvm::function_ref<bool(const std::string &)> IsThere);

/// The directives with which \p Text begins, up to the inclusion of Python.h
/// and without comments; empty when something else comes first.
std::string openingOf(llvm::StringRef Text);

/// What must be the same for two units to begin alike, besides their text.
std::vector<std::string> flagsOf(const TranslationUnit &Unit);

/// Units by how they begin.
class OpeningTree {
public:
  /// What two units or more begin with, after what Parent says.
  struct Node {
    std::optional<size_t> Parent;
    std::string Text;  ///< beyond Parent's
    std::string Whole; ///< from the start of the file
    size_t Unit = 0; ///< one that begins like this; its flags are those of all
  };

  OpeningTree(const ScanPlan &Plan, llvm::ArrayRef<size_t> Units,
              llvm::vfs::FileSystem &Files);

  /// The units, those below one node side by side.
  const std::vector<size_t> &units() const { return Order; }
  /// The nodes above a unit, the shortest opening first.
  std::vector<size_t> above(size_t Unit) const;
  const Node &operator[](size_t N) const { return Nodes[N]; }

private:
  struct Start {
    std::vector<std::string> Flags, Steps;
    size_t Unit;
  };
  void grow(llvm::ArrayRef<Start> Alike, size_t Depth, size_t Read,
            std::optional<size_t> Parent);

  std::vector<Node> Nodes;
  std::vector<size_t> Order;
  std::vector<std::optional<size_t>> NodeOf; ///< by unit
};

} // namespace ungil

#endif
