//===- IdTable.h - from a thing to its number -------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Things that a vector holds, found by what they are: an open table of hashes
// and numbers in one piece. The keys stay in the vector; so a look-up costs one
// line of memory here and the thing it finds, and growing touches no key.
// That matters for programs that fit in no cache.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_SUPPORT_IDTABLE_H
#define UNGIL_SUPPORT_IDTABLE_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace ungil {

class IdTable {
public:
  static constexpr uint32_t Free = ~0u;

  bool empty() const { return Used == 0; }

  /// The number of the thing of this \p Hash for which \p IsIt(number) holds,
  /// and false; \p New, which is its number from now on, and true when there
  /// is none.
  template <class Predicate>
  std::pair<uint32_t, bool> insert(size_t Hash, uint32_t New,
                                   const Predicate &IsIt) {
    if (2 * (Used + 1) > Slots.size())
      grow();
    Slot &S = find(mixed(Hash), IsIt);
    if (S.Number != Free)
      return {S.Number, false};
    S = {mixed(Hash), New};
    ++Used;
    return {New, true};
  }

  /// Its number; Free when there is none.
  template <class Predicate>
  uint32_t lookUp(size_t Hash, const Predicate &IsIt) {
    return Slots.empty() ? Free : find(mixed(Hash), IsIt).Number;
  }

private:
  struct Slot {
    uint32_t Hash = 0;
    uint32_t Number = Free;
  };

  /// The low bits choose the slot, so all bits have a say in them.
  static uint32_t mixed(size_t Hash) {
    return static_cast<uint32_t>((Hash * 0x9E3779B97F4A7C15u) >> 32);
  }

  template <class Predicate> Slot &find(uint32_t Hash, const Predicate &IsIt) {
    size_t Mask = Slots.size() - 1;
    for (size_t I = Hash & Mask;; I = (I + 1) & Mask)
      if (Slot &S = Slots[I];
          S.Number == Free || (S.Hash == Hash && IsIt(S.Number)))
        return S;
  }

  void grow() {
    std::vector<Slot> Old(Slots.empty() ? 64 : 2 * Slots.size());
    Old.swap(Slots);
    for (const Slot &S : Old)
      if (S.Number != Free)
        find(S.Hash, [](uint32_t) { return false; }) = S;
  }

  std::vector<Slot> Slots; ///< as many as a power of two, half of them free
  size_t Used = 0;
};

inline size_t hashOf(uint64_t Number, size_t Seed) {
  return (Seed ^ Number) * 0x9E3779B97F4A7C15u + (Seed >> 29);
}
inline size_t hashOf(std::span<const uint32_t> Numbers) {
  size_t Hash = 0;
  for (uint32_t N : Numbers)
    Hash = hashOf(N, Hash);
  return Hash;
}
inline size_t hashOf(std::string_view Text) {
  return std::hash<std::string_view>()(Text);
}

} // namespace ungil

#endif
