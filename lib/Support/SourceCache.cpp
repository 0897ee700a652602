//===- SourceCache.cpp - the text of source files -------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Support/SourceCache.h"
#include "Support/Input.h"
#include "llvm/Support/MemoryBuffer.h"
#include <algorithm>

using namespace ungil;

SourceText::SourceText(std::string Text) : Content(std::move(Text)) {
  if (Content.empty())
    return;
  Starts.push_back(0);
  for (size_t At = Content.find('\n');
       At != std::string::npos && At + 1 < Content.size();
       At = Content.find('\n', At + 1))
    Starts.push_back(static_cast<uint32_t>(At + 1));
}

std::string_view SourceText::line(uint32_t Number) const {
  if (Number == 0 || Number > Starts.size())
    return {};
  size_t Begin = Starts[Number - 1];
  size_t End = Number < Starts.size() ? Starts[Number] : Content.size();
  std::string_view Line = std::string_view(Content).substr(Begin, End - Begin);
  while (!Line.empty() && (Line.back() == '\n' || Line.back() == '\r'))
    Line.remove_suffix(1);
  return Line;
}

SourceText::Position SourceText::position(uint32_t Offset) const {
  if (Starts.empty())
    return {};
  Offset = std::min<uint32_t>(Offset, static_cast<uint32_t>(Content.size()));
  auto After = std::upper_bound(Starts.begin(), Starts.end(), Offset);
  auto Line = static_cast<uint32_t>(After - Starts.begin());
  return {Line, Offset - Starts[Line - 1] + 1};
}

const SourceText &SourceCache::get(const std::string &Path) {
  std::unique_ptr<SourceText> &Slot = Files[Path];
  if (!Slot) {
    auto Buffer = llvm::expectedToOptional(readInput(Path));
    Slot = std::make_unique<SourceText>(Buffer ? (*Buffer)->getBuffer().str()
                                               : std::string());
  }
  return *Slot;
}

void SourceCache::put(const std::string &Path, std::string Content) {
  Files[Path] = std::make_unique<SourceText>(std::move(Content));
}
