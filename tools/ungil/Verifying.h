//===- Verifying.h - what the compiler says of edited text ------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
//   edited text ── parse with and without the GIL ──► facts, new complaints
//
// Code may complain before it is edited. What it said then is asked for once in
// each unit; after that, what a unit said of text that was kept. The parse
// without the GIL is the one that the text is analysed with.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_TOOL_VERIFYING_H
#define UNGIL_TOOL_VERIFYING_H

#include "Driver/Driver.h"
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ungil {

/// A complaint that was not there before.
struct Complaint {
  std::string What; ///< empty: there is none
  std::string File; ///< path, in the edited text
  uint32_t Offset = 0;
};

class Verifier {
public:
  using Texts = std::map<std::string, std::string>; ///< by path

  explicit Verifier(const ScanPlan &Plan);
  ~Verifier();
  Verifier(const Verifier &) = delete;
  Verifier &operator=(const Verifier &) = delete;

  /// Parses \p Units with \p New in place of what is on disk. \p Parsed gets
  /// the results. The complaints are compared with those about \p Old, unless
  /// \p Ask is false: then there are none.
  Complaint check(const std::vector<size_t> &Units, const Texts &Old,
                  const Texts &New, bool Ask, std::vector<UnitResult> &Parsed);

  /// The text of the last check is what the next is compared with.
  void keep();

private:
  /// How often each complaint was made.
  using Counts = std::map<std::string, unsigned>;
  using Key = std::pair<size_t, bool>; ///< unit, with the GIL or without

  std::vector<UnitResult> parseWith(const std::vector<size_t> &Units,
                                    const Texts &Text, bool WithGil,
                                    bool Ask) const;
  Complaint compare(const std::vector<size_t> &Units, const Texts &Old,
                    const std::vector<UnitResult> &Now, bool WithGil);

  const ScanPlan &Plan;
  std::string OpeningDir; ///< what units begin with, for all parses
  std::map<Key, Counts> Before, Last;
};

} // namespace ungil

#endif
