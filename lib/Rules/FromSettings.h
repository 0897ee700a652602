//===- FromSettings.h - settings as rules and fixes take them ---*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the program and the plugin both read out of the settings. The words in
// them were checked when they were read.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_FROMSETTINGS_H
#define UNGIL_RULES_FROMSETTINGS_H

#include "Config/Settings.h"
#include "Fix/Fix.h"
#include "Link/Program.h"

namespace ungil {

ObjectContract objectContract(const Settings &All);
FixOptions fixOptions(const Settings &All);

} // namespace ungil

#endif
