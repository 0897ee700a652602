//===- AtomicText.h - atomic accesses as they are written -------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The spellings of a load and a store, and of the operations that do both in
// one step:
//
//   count                            atomic_fetch_add(&count, 1)
//   atomic_load(&count)              atomic_fetch_add(&count, 1)
//   __atomic_load_n(&count, order)   __atomic_fetch_add(&count, 1, order)
//   count.load(order)                count.fetch_add(1, order)
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_ATOMICSEQUENCE_ATOMICTEXT_H
#define UNGIL_RULES_ATOMICSEQUENCE_ATOMICTEXT_H

#include <cstdint>
#include <string>
#include <string_view>

namespace ungil::rules {

struct AtomicText {
  enum class Form : uint8_t {
    Plain,  ///< an atomic variable by its name
    Member, ///< of std::atomic
    Call,   ///< of <stdatomic.h>, with or without an order
    C11,    ///< __c11_atomic_*
    Gnu,    ///< __atomic_*_n
  };
  Form How = Form::Plain;
  uint32_t Begin = 0, End = 0;
  /// Call, C11, Gnu: a pointer to it. Member: with the `.` or `->` behind it.
  std::string Object;
  std::string Value; ///< of a store
  std::string Order; ///< as spelled; empty: the default
  bool isValid() const { return End != 0; }
};

/// The load that begins at byte \p At.
AtomicText loadAt(std::string_view Text, uint32_t At, uint32_t Stop);

/// The store that begins at byte \p At; \p Stop ends its statement, without
/// the `;`.
AtomicText storeAt(std::string_view Text, uint32_t At, uint32_t Stop);

/// `fetch_add` and the like, or `exchange`, with \p Value, in place of \p Load
/// and \p Store.
std::string inOneStep(const AtomicText &Load, const AtomicText &Store,
                      const std::string &Operation, const std::string &Value,
                      bool Cxx);

/// \p Value in place of NULL, or \p First becomes what is there: an expression
/// that is false in that case.
std::string keepFirst(const AtomicText &Store, const std::string &First,
                      const std::string &Value, bool Cxx);

/// Does what stands in for \p Load need <stdatomic.h>?
bool needsHeader(const AtomicText &Load, bool Cxx);

} // namespace ungil::rules

#endif
