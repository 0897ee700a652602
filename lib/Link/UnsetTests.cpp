//===- UnsetTests.cpp - `is it still unset?` ------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Link/UnsetTests.h"
#include "Link/Flow.h"

namespace ungil {

std::vector<UnsetTest> unsetTests(const Program &P, FunctionId F) {
  const Function &Body = P.body(F);
  const Values &V = P.Functions[F].Value;
  std::vector<UnsetTest> Tests;
  for (const Block &B : Body.Blocks) {
    if (B.Events.empty() || B.Succs.size() != 2)
      continue;
    EventId Last = B.Events.back();
    const Event &Branch = Body.Events[Last];
    if (Branch.Kind != EventKind::Branch)
      continue;
    uint32_t Unset = None;
    if (Branch.Test == TestKind::IsZero || Branch.Test == TestKind::Less ||
        Branch.Test == TestKind::EqualConst)
      Unset = B.Succs[0];
    else if (Branch.Test == TestKind::NonZero ||
             Branch.Test == TestKind::NotEqualConst)
      Unset = B.Succs[1];
    if (Unset == None)
      continue;
    for (const Origin &O : V.value(Last))
      if (O.Kind == OperandKind::Load)
        Tests.push_back({O.Index, Last, Unset});
  }
  return Tests;
}

Dominance::Dominance(const Function &F) : Parent(dominators(F)) {}

bool Dominance::under(uint32_t Block, uint32_t Head) const {
  while (Block != None && Block != Head && Parent[Block] != Block)
    Block = Parent[Block];
  return Block == Head;
}

} // namespace ungil
