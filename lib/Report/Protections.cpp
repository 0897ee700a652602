//===- Protections.cpp - words for what protects a place ------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Report/Protections.h"

using namespace ungil;

llvm::ArrayRef<ProtectionText> ungil::protections() {
  static constexpr ProtectionText Table[] = {
      {Protection::None, "none", "unprotected", "a rule reports it"},
      {Protection::Unknown, "unknown", "not seen",
       "what protects it is out of sight"},
      {Protection::Mixed, "mixed", "under different locks",
       "writers do not share one lock"},
      {Protection::Delegated, "delegated", "left to others",
       "to a library, or to the callers"},
      {Protection::Harmless, "harmless", "no conflict",
       "its uses do not disturb each other"},
      {Protection::Locked, "locked", "under one lock",
       "the same at every access"},
      {Protection::Atomic, "atomic", "atomic", ""},
      {Protection::PerThread, "per-thread", "per thread", ""},
      {Protection::Immutable, "immutable", "immutable",
       "not written after initialisation or construction"},
  };
  return Table;
}

std::string_view ungil::name(Protection How) {
  return protections()[static_cast<size_t>(How)].Name;
}
