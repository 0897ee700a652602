//===- ApiFuzz.cpp - data about functions of a project
//----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Api/Api.h"
#include "Fuzz.h"

FUZZ(Text) {
  ungil::Api Known;
  forget(Known.extend(Text, "api.json"));
  (void)Known.isLockType(Text);
  (void)Known.find(Text);
}
