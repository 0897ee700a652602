//===- KeptFuzz.cpp - what the cache and summaries hold
//---------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/ReadLog.h"
#include "Driver/Summary.h"
#include "Fuzz.h"
#include "Support/Version.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"
#include <cstdlib>

using namespace ungil;

FUZZ(Text) {
  llvm::StringRef Rest = Text;
  ReadLog Log, Again;
  if (Log.take(Rest)) {
    std::string Written = Log.text();
    llvm::StringRef Taken = Written;
    if (!Again.take(Taken) || Again.text() != Written)
      std::abort();
  }
  (void)check(readSummary(Text, "x.facts"));
  // The checksum keeps damage out; this is what intent could get past it.
  std::string Signed = "ungil-summary " + std::string(version()) + "\n" +
                       llvm::utohexstr(llvm::xxh3_64bits(Text), true, 16) +
                       "\n" + std::string(Text);
  std::vector<Summary> Parts;
  if (auto Part = check(readSummary(Signed, "x.facts")))
    Parts.push_back(std::move(*Part));
  (void)check(join(std::move(Parts)));
}
