//===- Pack.cpp - the table as bytes --------------------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every field in declaration order; numbers as LEB128, zigzag because most of
// the negative ones are -1. The bytes come from the same build that reads
// them, so reading only asserts.
//
//===----------------------------------------------------------------------===//

#include "Api/Api.h"
#include "llvm/Support/LEB128.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <cassert>
#include <type_traits>

using namespace ungil;

namespace {

template <class T>
constexpr bool IsNumber = std::is_integral_v<T> || std::is_enum_v<T>;

class Writer {
public:
  explicit Writer(std::string &Bytes) : Out(Bytes) {}

  template <class... T> void operator()(T &...Fields) { (one(Fields), ...); }

private:
  template <class T> void one(T &Value) {
    if constexpr (IsNumber<T>)
      llvm::encodeSLEB128(int64_t(Value), Out);
    else
      Value.fields(*this);
  }
  void one(std::string &Text) {
    llvm::encodeSLEB128(int64_t(Text.size()), Out);
    Out << Text;
  }
  template <class T> void one(std::vector<T> &List) {
    llvm::encodeSLEB128(int64_t(List.size()), Out);
    for (T &Item : List)
      one(Item);
  }
  template <class T> void one(std::optional<T> &Value) {
    llvm::encodeSLEB128(Value.has_value(), Out);
    if (Value)
      one(*Value);
  }

  llvm::raw_string_ostream Out;
};

class Reader {
public:
  explicit Reader(std::string_view Bytes)
      : At(reinterpret_cast<const uint8_t *>(Bytes.data())),
        End(At + Bytes.size()) {}

  template <class... T> void operator()(T &...Fields) { (one(Fields), ...); }
  bool done() const { return At == End; }

private:
  int64_t number() {
    unsigned Length = 0;
    int64_t Value = llvm::decodeSLEB128(At, &Length, End);
    At += Length;
    return Value;
  }
  size_t size() {
    int64_t Value = number();
    assert(Value >= 0 && Value <= End - At && "damaged API table");
    return size_t(Value);
  }
  template <class T> void one(T &Value) {
    if constexpr (IsNumber<T>)
      Value = T(number());
    else
      Value.fields(*this);
  }
  void one(std::string &Text) {
    size_t Size = size();
    Text.assign(reinterpret_cast<const char *>(At), Size);
    At += Size;
  }
  template <class T> void one(std::vector<T> &List) {
    List.resize(size());
    for (T &Item : List)
      one(Item);
  }
  template <class T> void one(std::optional<T> &Value) {
    if (number())
      one(Value.emplace());
  }

  const uint8_t *At, *End;
};

} // namespace

std::string Api::pack() const {
  std::string Bytes;
  {
    Writer W(Bytes);
    std::vector<ApiFunction> All = Functions;
    // Sorted, so that equal tables are equal bytes.
    auto Sorted = [](const Names &Set) {
      std::vector<std::string> List(Set.begin(), Set.end());
      std::sort(List.begin(), List.end());
      return List;
    };
    std::vector<std::string> Types = Sorted(LockTypes);
    std::vector<std::string> Tools = Sorted(BindingTools);
    W(All, Types, Tools);
  }
  return Bytes;
}

Api Api::unpack(std::string_view Bytes) {
  Api A;
  Reader R(Bytes);
  std::vector<std::string> Types, Tools;
  R(A.Functions, Types, Tools);
  assert(R.done() && "damaged API table");
  A.ByName.reserve(A.Functions.size());
  A.ByAst.reserve(A.Functions.size() / 2);
  for (size_t I = 0; I != A.Functions.size(); ++I)
    A.index(A.Functions[I], uint32_t(I));
  A.LockTypes.insert(Types.begin(), Types.end());
  A.BindingTools.insert(Tools.begin(), Tools.end());
  return A;
}
