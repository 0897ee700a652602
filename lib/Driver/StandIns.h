//===- StandIns.h - declarations for names of missing headers ---*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One type from a header that is not there makes a whole function unreadable.
// What the function does to Python objects rarely depends on that type, so a
// second parse gets a stand-in for it:
//
//   errors of a parse ── MissingNames ──► StandIns ── text() ──► next parse
//
// A stand-in has a name the front end asked for and a shape that later errors
// correct. Everything whose shape may change (a type, a member, a result of a
// function) is a typedef of its own, so that an error names what to correct.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_DRIVER_STANDINS_H
#define UNGIL_DRIVER_STANDINS_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ungil {

class StandIns {
public:
  /// What can be done with a value of the type.
  enum class Shape : uint8_t {
    Record,  ///< `x.member`
    Handle,  ///< `x->member`
    Number,  ///< arithmetic
    Array,   ///< `x[i]`, `*x`
    Function ///< `x(...)`
  };
  /// Members and calls prove a shape; arithmetic and NULL only suggest one.
  enum class Evidence : uint8_t { Default, Weak, Strong };

  // Each returns whether anything changed.
  bool addType(llvm::StringRef Name);
  bool addTag(llvm::StringRef Name); ///< `struct NAME`
  bool addValue(llvm::StringRef Name);
  bool addConstant(llvm::StringRef Name);
  bool addFunction(llvm::StringRef Name);
  bool addEmptyMacro(llvm::StringRef Name);
  bool addInitialiser(llvm::StringRef Name); ///< `T x = NAME;`
  bool addVersion(llvm::StringRef Name);     ///< `#if NAME > 2`
  /// `#include NAME`, behind a `=` when \p Initialises.
  bool addIncludeMacro(llvm::StringRef Name, bool Initialises);
  bool addMember(llvm::StringRef Type, llvm::StringRef Member);
  bool reshape(llvm::StringRef Type, Shape To, Evidence Why);
  /// As reshape() for the results of the function \p Name, or the value; for
  /// all members of that name when \p Member.
  bool reshapeNamed(llvm::StringRef Name, bool Member, Shape To);
  /// The tree declares \p Name itself.
  bool block(llvm::StringRef Name);
  /// A header of this name is missing; a few well-known ones bring macros.
  bool addHeader(llvm::StringRef Name);

  /// The names so far are those of the next parse.
  void settle() { PythonSettled = Python; }

  /// Keys of the types behind a key; empty: there is none.
  llvm::StringRef memberType(llvm::StringRef Type,
                             llvm::StringRef Member) const;
  std::string elementType(llvm::StringRef Type) const;
  static std::string resultType(llvm::StringRef Function);
  static std::string valueType(llvm::StringRef Value);

  /// The key of the type a typedef, or a struct tag, of text() stands for;
  /// empty: neither.
  llvm::StringRef typeOfTypedef(llvm::StringRef Name) const;
  llvm::StringRef typeOfTag(llvm::StringRef Name) const;
  Shape shapeOf(llvm::StringRef Type) const;

  /// Names of the types that stand in for one of a missing header; sorted.
  std::vector<std::string> typeNames() const;
  bool empty() const;

  /// The declarations, for a file in front of everything else.
  std::string text(bool Cxx) const;

  /// Where text() expects a header with this in it.
  static constexpr llvm::StringLiteral InitialiserFile =
      "/ungil-builtin/stand-in-initialiser.h";
  static constexpr llvm::StringLiteral InitialiserText = "{0};\n";

private:
  struct Type {
    Shape Is = Shape::Record;
    Evidence Why = Evidence::Default;
    unsigned Changes = 0;
    unsigned Depth = 0; ///< 0: named by the source; members are deeper
    std::string Tag;    ///< of its record
    bool IsTag = false; ///< the source says `struct`
    std::map<std::string, std::string> Members; ///< to their types
  };

  bool isFree(llvm::StringRef Name) const;
  void takePython();
  bool addDerived(const std::string &Name, unsigned Depth);
  void writeType(const std::string &Name, const Type &T, bool Cxx,
                 std::string &Out) const;

  std::map<std::string, Type> Types;
  std::map<std::string, std::string> Tags; ///< record tag to type
  std::set<std::string> Values, Constants, Functions, EmptyMacros, Initialisers,
      Versions, Blocked;
  std::map<std::string, bool> IncludeMacros; ///< to: is an initialiser
  bool Numpy = false, Python = false, PythonSettled = false;
};

} // namespace ungil

#endif
