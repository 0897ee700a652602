//===- Archive.h - structures as bytes --------------------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Writes and reads a structure that names its fields, in their order:
//
//   template <class Archive> void fields(Archive &A) { A(Name, Kind, Parts); }
//
// Integers are LEB128, with None as the shortest uint32_t. Reading never
// trusts its input: it may end early or claim any size.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FACTS_ARCHIVE_H
#define UNGIL_FACTS_ARCHIVE_H

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

namespace ungil {

class ArchiveWriter {
public:
  explicit ArchiveWriter(std::string &Out) : Out(Out) {}

  template <class T> void write(const T &Whole) {
    // fields() serves reading and writing alike and so is not const.
    const_cast<T &>(Whole).fields(*this);
  }

  template <class... Ts> void operator()(Ts &...Fields) { (put(Fields), ...); }

private:
  void integer(uint64_t V) {
    while (V >= 0x80) {
      Out.push_back(static_cast<char>(V | 0x80));
      V >>= 7;
    }
    Out.push_back(static_cast<char>(V));
  }

  void put(std::string &S) {
    integer(S.size());
    Out += S;
  }

  template <class T> void put(std::vector<T> &V) {
    integer(V.size());
    for (T &Element : V)
      put(Element);
  }

  template <class T> void put(T &V) {
    if constexpr (std::is_enum_v<T>)
      integer(static_cast<uint64_t>(V));
    else if constexpr (std::is_same_v<T, uint32_t>)
      integer(uint32_t(V + 1)); // None, the most frequent value, in one byte
    else if constexpr (std::is_integral_v<T>)
      integer(static_cast<uint64_t>(V));
    else
      V.fields(*this);
  }

  std::string &Out;
};

class ArchiveReader {
public:
  explicit ArchiveReader(std::string_view In) : In(In) {}

  /// False unless the bytes are those of one \p Whole and nothing else.
  template <class T> bool read(T &Whole) {
    Whole.fields(*this);
    return Good && In.empty();
  }

  template <class... Ts> void operator()(Ts &...Fields) { (get(Fields), ...); }

private:
  uint64_t integer() {
    uint64_t V = 0;
    for (unsigned Shift = 0; Shift < 64; Shift += 7) {
      if (In.empty()) {
        Good = false;
        return 0;
      }
      uint8_t B = static_cast<uint8_t>(In.front());
      In.remove_prefix(1);
      V |= uint64_t(B & 0x7f) << Shift;
      if (!(B & 0x80))
        return V;
    }
    Good = false;
    return 0;
  }

  /// A count of elements that each take at least one byte.
  size_t count() {
    uint64_t N = integer();
    if (N > In.size()) {
      Good = false;
      return 0;
    }
    return N;
  }

  void get(std::string &S) {
    size_t N = count();
    S.assign(In.substr(0, N));
    In.remove_prefix(N);
  }

  template <class T> void get(std::vector<T> &V) {
    size_t N = count();
    V.clear();
    for (size_t I = 0; I != N && Good; ++I)
      get(V.emplace_back());
  }

  template <class T> void get(T &V) {
    if constexpr (std::is_enum_v<T>)
      V = static_cast<T>(integer());
    else if constexpr (std::is_same_v<T, uint32_t>)
      V = static_cast<uint32_t>(integer()) - 1;
    else if constexpr (std::is_integral_v<T>)
      V = static_cast<T>(integer());
    else
      V.fields(*this);
  }

  std::string_view In;
  bool Good = true;
};

} // namespace ungil

#endif
