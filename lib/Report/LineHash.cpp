//===- LineHash.cpp - how GitHub names lines ------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/LineHash.h"
#include "Support/Printable.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/ConvertUTF.h"
#include <cstdint>
#include <map>

using namespace ungil;

namespace {

constexpr size_t Window = 100;
constexpr uint64_t Factor = 37;

/// The characters that count: no blanks and tabs, every line end as one `\n`.
/// \p Starts gets where each line begins among them.
std::vector<uint64_t> charactersOf(std::string_view Text,
                                   std::vector<size_t> &Starts) {
  llvm::SmallVector<llvm::UTF16, 0> Units;
  // Cannot fail: what is not UTF-8 was replaced.
  llvm::convertUTF8ToUTF16String(validUtf8(Text), Units);
  constexpr llvm::UTF16 EndOfText = 0xFFFF;
  Units.push_back(EndOfText);
  std::vector<uint64_t> All;
  bool AfterReturn = false, AtStart = true;
  for (llvm::UTF16 Unit : Units) {
    bool Skip = Unit == ' ' || Unit == '\t' || (AfterReturn && Unit == '\n');
    AfterReturn = !Skip && Unit == '\r';
    if (Skip)
      continue;
    if (AtStart)
      Starts.push_back(All.size());
    All.push_back(Unit == '\r' ? '\n' : Unit);
    AtStart = All.back() == '\n';
  }
  // Lines near the end are hashed with zeros behind it.
  All.resize(All.size() + Window);
  return All;
}

} // namespace

std::vector<std::string> ungil::lineHashes(std::string_view Text) {
  std::vector<size_t> Starts;
  std::vector<uint64_t> Characters = charactersOf(Text, Starts);
  uint64_t Leaving = 1; // the weight of the character that leaves the window
  for (size_t I = 0; I != Window; ++I)
    Leaving *= Factor;
  std::vector<std::string> Hashes;
  std::map<std::string, unsigned> Seen;
  uint64_t Hash = 0;
  for (size_t End = 0; Hashes.size() != Starts.size(); ++End) {
    if (End >= Window && Starts[Hashes.size()] == End - Window) {
      std::string Name = llvm::utohexstr(Hash, /*LowerCase=*/true);
      unsigned Count = ++Seen[Name];
      Hashes.push_back(Name + ":" + std::to_string(Count));
    }
    if (End == Characters.size())
      break;
    Hash = Hash * Factor + Characters[End] -
           (End >= Window ? Leaving * Characters[End - Window] : 0);
  }
  return Hashes;
}
