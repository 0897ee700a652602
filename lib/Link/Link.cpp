//===- Link.cpp - facts of all units to one program -----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Link/Link.h"
#include "Link/Merge.h"
#include "Link/Passes.h"

namespace ungil {

Program link(std::vector<TuFacts> Units, const Api &Known) {
  Program P;
  P.Known = &Known;
  Merged Whole = merge(std::move(Units));
  P.Facts = std::move(Whole.Facts);
  P.PathNumbers = std::move(Whole.Paths);
  P.Functions.resize(P.Facts.Functions.size());
  for (FunctionId F = 0; F != P.Functions.size(); ++F) {
    const Entity &E = P.entityOf(F);
    P.Functions[F].Reportable = !E.has(EF_Generated) && !E.has(EF_SystemHeader);
    P.BodyOf.add(P.body(F).Id, F);
  }
  P.SameName = std::move(Whole.SameName);
  for (const auto &[Name, Bodies] : P.SameName)
    P.BodyOf.add(Name, Bodies.front());
  computeCallGraph(P);
  computeValues(P);
  computeLocks(P);
  computeOwnership(P);
  const Effects Calls(P);
  computePlaces(P, Calls);
  computeFields(P, Calls);
  return P;
}

} // namespace ungil
