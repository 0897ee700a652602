//===- FromSettings.cpp - settings as rules and fixes take them -----------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Rules/FromSettings.h"
#include "Api/Api.h"
#include "llvm/ADT/StringSwitch.h"

using namespace ungil;

ObjectContract ungil::objectContract(const Settings &All) {
  return llvm::StringSwitch<ObjectContract>(All.text(Option::Objects))
      .Case("external-sync", ObjectContract::ExternalSync)
      .Case("immutable", ObjectContract::Immutable)
      .Default(ObjectContract::Shared);
}

FixOptions ungil::fixOptions(const Settings &All) {
  return {parsePyVersion(All.text(Option::TargetPython)),
          All.flag(Option::Compat)};
}
