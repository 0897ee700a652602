//===- AtomicText.cpp - atomic accesses as they are written ---------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "AtomicText.h"
#include "Fix/Tokens.h"
#include "llvm/ADT/StringRef.h"
#include <vector>

namespace ungil::rules {

using namespace fix;

using Form = AtomicText::Form;

namespace {

struct Spelling {
  std::string_view Load, Store;
  Form How;
};

constexpr Spelling Spellings[] = {
    {"atomic_load", "atomic_store", Form::Call},
    {"atomic_load_explicit", "atomic_store_explicit", Form::Call},
    {"__c11_atomic_load", "__c11_atomic_store", Form::C11},
    {"__atomic_load_n", "__atomic_store_n", Form::Gnu},
};

AtomicText calledAt(std::string_view Text, uint32_t At, bool Store) {
  for (const Spelling &S : Spellings) {
    CallText Call = callAt(Text, At, Store ? S.Store : S.Load);
    size_t Needs = Store ? 2 : 1;
    if (!Call.isValid() || Call.Args.size() < Needs)
      continue;
    AtomicText Out{S.How, Call.NameBegin, Call.End, {}, {}, {}};
    Out.Object = Call.Args[0];
    if (Store)
      Out.Value = Call.Args[1];
    if (Call.Args.size() > Needs)
      Out.Order = Call.Args[Needs];
    return Out;
  }
  return {};
}

/// Names with `.`, `->` and `::` between them: tokens [0, N).
size_t endOfPath(std::string_view Text, const std::vector<Token> &Words) {
  size_t I = 0;
  while (I < Words.size() && Words[I].Kind == TokenKind::Name) {
    std::string_view Next =
        I + 1 < Words.size() ? spelling(Text, Words[I + 1]) : "";
    if (Next != "." && Next != "->" && Next != "::")
      return I + 1;
    I += 2;
  }
  return 0;
}

AtomicText namedAt(std::string_view Text, uint32_t At, uint32_t Stop,
                   bool Store) {
  std::vector<Token> Words = tokens(Text, At, Stop);
  size_t N = endOfPath(Text, Words);
  if (!N)
    return {};
  AtomicText Out;
  Out.Begin = At;
  Token Last = Words[N - 1];
  CallText Call = callAt(Text, Last.Offset, Store ? "store" : "load");
  if (Call.isValid() && N > 2) {
    Out.How = Form::Member;
    Out.Object = Text.substr(At, Last.Offset - At);
    Out.End = Call.End;
    size_t Needs = Store ? 1 : 0;
    if (Call.Args.size() < Needs)
      return {};
    if (Store)
      Out.Value = Call.Args[0];
    if (Call.Args.size() > Needs && !Call.Args[Needs].empty())
      Out.Order = Call.Args[Needs];
    return Out;
  }
  Out.Object = Text.substr(At, Last.end() - At);
  Out.End = Last.end();
  if (!Store)
    return Out;
  if (N >= Words.size() || spelling(Text, Words[N]) != "=")
    return {};
  llvm::StringRef Value(Text.substr(Words[N].end(), Stop - Words[N].end()));
  Out.Value = Value.trim().str();
  Out.End = Stop;
  return Out;
}

AtomicText accessAt(std::string_view Text, uint32_t At, uint32_t Stop,
                    bool Store) {
  AtomicText Out = calledAt(Text, At, Store);
  return Out.isValid() ? Out : namedAt(Text, At, Stop, Store);
}

/// The order of one step that does both; empty for the default.
std::string orderOf(const AtomicText &Load, const AtomicText &Store) {
  llvm::StringRef From(Load.Order), To(Store.Order);
  if (From == To)
    return From.str();
  if (From.empty() || To.empty())
    return {};
  size_t Word = To.rfind('_') == To.npos ? 0 : To.rfind('_') + 1;
  bool Upper = To.ends_with_insensitive("release") && To.ends_with("RELEASE");
  bool Weak = To.ends_with_insensitive("release") &&
              (From.ends_with_insensitive("acquire") ||
               From.ends_with_insensitive("relaxed"));
  std::string Prefix = To.take_front(Word).str();
  if (Weak)
    return Prefix + (Upper ? "ACQ_REL" : "acq_rel");
  bool Gnu = Store.How == Form::Gnu || Store.How == Form::C11;
  return Prefix + (Gnu ? "SEQ_CST" : "seq_cst");
}

std::string pointerTo(const AtomicText &Access) {
  return Access.How == Form::Plain ? "&" + Access.Object : Access.Object;
}

} // namespace

AtomicText loadAt(std::string_view Text, uint32_t At, uint32_t Stop) {
  return accessAt(Text, At, Stop, /*Store=*/false);
}

AtomicText storeAt(std::string_view Text, uint32_t At, uint32_t Stop) {
  return accessAt(Text, At, Stop, /*Store=*/true);
}

std::string inOneStep(const AtomicText &Load, const AtomicText &Store,
                      const std::string &Operation, const std::string &Value,
                      bool Cxx) {
  std::string Order = orderOf(Load, Store);
  std::string More = Order.empty() ? "" : ", " + Order;
  switch (Load.How) {
  case Form::Member:
    return Load.Object + Operation + "(" + Value + More + ")";
  case Form::Plain:
    if (Cxx)
      return Load.Object + "." + Operation + "(" + Value + ")";
    [[fallthrough]];
  case Form::Call:
    return "atomic_" + Operation + (Order.empty() ? "(" : "_explicit(") +
           pointerTo(Load) + ", " + Value + More + ")";
  case Form::C11:
    return "__c11_atomic_" + Operation + "(" + Load.Object + ", " + Value +
           More + ")";
  case Form::Gnu:
    return "__atomic_" + Operation + (Operation == "exchange" ? "_n(" : "(") +
           Load.Object + ", " + Value + More + ")";
  }
  return {};
}

std::string keepFirst(const AtomicText &Store, const std::string &First,
                      const std::string &Value, bool Cxx) {
  switch (Store.How) {
  case Form::Member:
    return Store.Object + "compare_exchange_strong(" + First + ", " + Value +
           ")";
  case Form::Plain:
    if (Cxx)
      return Store.Object + ".compare_exchange_strong(" + First + ", " + Value +
             ")";
    [[fallthrough]];
  case Form::Call:
    return "atomic_compare_exchange_strong(" + pointerTo(Store) + ", &" +
           First + ", " + Value + ")";
  case Form::C11:
    return "__c11_atomic_compare_exchange_strong(" + Store.Object + ", &" +
           First + ", " + Value + ", __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)";
  case Form::Gnu:
    return "__atomic_compare_exchange_n(" + Store.Object + ", &" + First +
           ", " + Value + ", 0, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)";
  }
  return {};
}

bool needsHeader(const AtomicText &Load, bool Cxx) {
  return Load.How == Form::Plain && !Cxx;
}

} // namespace ungil::rules
