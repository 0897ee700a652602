//===- ConfigFuzz.cpp - configuration files
//---------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Config/File.h"
#include "Fuzz.h"
#include "Rules/FromSettings.h"

FUZZ(Text) {
  static constexpr std::string_view Rules[] = {"shared-global", "lazy-init"};
  for (const char *Name : {"/x/ungil.toml", "/x/pyproject.toml"})
    if (auto Found = check(ungil::parseConfig(Text, Name, Rules)))
      (void)Found->text(ungil::Option::MinConfidence);
}
