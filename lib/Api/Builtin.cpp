//===- Builtin.cpp --------------------------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Api/Api.h"
#include "Api/Embedded.h"

using namespace ungil;

const Api &Api::builtin() {
  static const Api Data = unpack(embeddedApi());
  return Data;
}
