//===- NestedAnswers.h - questions that ask others --------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Questions about a function that ask the same of its callers or callees (who
// can reach a parameter?) go no deeper than nobody can follow by hand: what
// came through more calls than that is not known. Programs that generators
// write have chains of calls that no stack is deep enough for.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_LINK_NESTEDANSWERS_H
#define UNGIL_LINK_NESTEDANSWERS_H

namespace ungil {

class NestedAnswers {
public:
  /// While it lives, one question more is open.
  class Question {
  public:
    explicit Question(NestedAnswers &All) : All(All) { ++All.Open; }
    ~Question() { --All.Open; }
    Question(const Question &) = delete;
    Question &operator=(const Question &) = delete;
    bool tooDeep() const { return All.Open > MaxOpen; }

  private:
    NestedAnswers &All;
  };

private:
  static constexpr unsigned MaxOpen = 256;
  unsigned Open = 0;
};

} // namespace ungil

#endif
