//===- LineHash.h - how GitHub names lines ----------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// GitHub tells alerts of different uploads apart by a hash of the 100
// characters from the start of their line, blanks and tabs aside. Its own
// uploader adds the hash where the file lacks it; other ways to upload do not,
// so we write the same one.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_REPORT_LINEHASH_H
#define UNGIL_REPORT_LINEHASH_H

#include <string>
#include <string_view>
#include <vector>

namespace ungil {

/// `primaryLocationLineHash` of every line of \p Text: the hash, and how often
/// it was seen so far.
std::vector<std::string> lineHashes(std::string_view Text);

} // namespace ungil

#endif
