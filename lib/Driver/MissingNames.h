//===- MissingNames.h - what errors say about missing headers ---*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Reads the diagnostics of one parse: headers that were not found, names
// nobody declared and how they are used, stand-ins of an earlier parse that
// do not fit. The answer goes into StandIns.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_MISSINGNAMES_H
#define UNGIL_DRIVER_MISSINGNAMES_H

#include "Driver/StandIns.h"
#include "clang/Basic/Diagnostic.h"

namespace ungil {

class MissingNames {
public:
  explicit MissingNames(StandIns &Names) : Names(Names) {}

  /// Takes an error, or the warning that a function is not declared.
  void learn(const clang::Diagnostic &Info, llvm::StringRef Text);

  /// How many headers were not found.
  unsigned missingHeaders() const { return Headers; }
  /// Would another parse see something else?
  bool changed() const { return Changed; }

private:
  void note(bool New) { Changed |= New; }
  void learnUndeclared(const clang::Diagnostic &Info, llvm::StringRef Name,
                       bool WantsType);
  void learnFunction(const clang::Diagnostic &Info, llvm::StringRef Name);
  void followUse(std::string Type, llvm::StringRef After);
  void learnMember(const clang::Diagnostic &Info, llvm::StringRef Name);
  void learnIncomplete(const clang::Diagnostic &Info);
  void learnSubscript(const clang::Diagnostic &Info);
  void learnIncludeMacro(const clang::Diagnostic &Info);
  void learnShape(const clang::Diagnostic &Info);
  llvm::StringRef typeOf(const clang::Diagnostic &Info, unsigned Arg) const;

  StandIns &Names;
  unsigned Headers = 0;
  bool Changed = false;
};

/// How the source uses an undeclared name.
enum class NameUse : uint8_t {
  Value,
  Constant,
  Type,
  Function,
  EmptyMacro,
  Initialiser
};

/// Reads what is around the name at \p Offset of \p Text; exposed for tests.
/// \p WantsType: the front end expected a type there.
NameUse useOfName(llvm::StringRef Text, size_t Offset, bool WantsType);

} // namespace ungil

#endif
