//===- Comments.h - suppressions and promises in comments -------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a comment says to ungil: suppressions in the spellings design.md
// lists, and sentences that name the GIL as the protection of something.
//
//   ungil: ignore[rule, rule2] reason     this line; alone on a line: the next
//   ungil: ignore-file[rule] reason       the whole file
//   NOLINT(ungil-rule)                    as clang-tidy reads it, with
//   NOLINTNEXTLINE NOLINTBEGIN NOLINTEND  `*` in names and without a list
//   noqa: borrowed-ref OK                 reviewed by hand, for another tool
//   "file.pyx":12                         where generated code comes from
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FACTS_COMMENTS_H
#define UNGIL_FACTS_COMMENTS_H

#include "Facts/Facts.h"
#include <string_view>
#include <vector>

namespace ungil {

/// Could \p Text, a comment, hold a suppression or speak of the GIL? Cheap and
/// coarse.
bool mayBeFact(std::string_view Text);

/// What \p Text, one comment with its delimiters, says. Loc and AloneOnLine
/// are left to the caller, who knows where the comment is. Names in Rules are
/// rule ids without `ungil-`, or patterns with `*`; a list that names only
/// other tools' checks is no fact.
std::vector<CommentFact> parseComment(std::string_view Text);

} // namespace ungil

#endif
