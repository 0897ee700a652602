//===- ShrinkFix.cpp - less code under a lock -----------------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "ShrinkFix.h"
#include "Rules/Locking.h"
#include "Rules/Strangers.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <string>
#include <vector>

namespace ungil::rules {
namespace {

using namespace fix;

class ShrinkFix {
public:
  ShrinkFix(const FixContext &Context, Site S)
      : P(Context.P), S(S),
        Code(P, S.Function, Context.text(P.body(S.Function).Body.File)),
        D(Code), Cxx(isCxx(Context, Code.file())) {}

  FixPlan plan();

private:
  void findRegion();
  bool isLockCall(EventId E) const;
  bool runsPython(StatementId At) const;
  bool isFree(StatementId At) const;
  bool isFreeEvent(EventId E) const;
  bool isOwn(const Path &Where) const;
  bool leaves(StatementId At) const;
  void findEnds();
  void findConditional();
  void checkRest();
  void checkNames(StatementId At);
  void takeLater();
  void giveEarlier();
  void moveBehindBlock();
  void moveConditional();
  void closeBlock();
  std::string shifted(uint32_t Begin, uint32_t End, bool In) const;

  const Event &event(EventId E) const { return P.event({S.Function, E}); }
  bool inside(const Event &E, StatementId At) const {
    return Code[At].Offset <= E.Range.Offset && E.Range.Offset < Code[At].end();
  }

  const Program &P;
  Site S;
  FunctionText Code;
  Draft D;
  bool Cxx;
  const HeldLock *Lock = nullptr;
  StatementId Block = None, Take = None, Give = None; ///< Give: not of a guard
  std::vector<StatementId> Inside; ///< under the lock, of one block
  std::vector<StatementId> Front, Back;
  StatementId If = None; ///< around Back, which moves with a flag
};

/// The locked stretch: from one statement of a block to another one of it, or
/// to its end.
void ShrinkFix::findRegion() {
  Lock = mutexOver(Code, S, D);
  if (!Lock)
    return;
  // Threads that use Python without a thread state have nothing but the lock.
  if (findStrangers(P, P.threads()).count(S.Function))
    return D.refuse("the thread may be without a thread state");
  Take = Code.at(event(Lock->Acquired));
  bool Guard = Lock->Handle != None;
  StatementKind Kind =
      Guard ? StatementKind::Declaration : StatementKind::Expression;
  if (Take == None || Code[Take].Kind != Kind || Code[Take].Parent == None ||
      Code[Code[Take].Parent].Kind != StatementKind::Compound)
    return D.refuse("the lock is not taken by a statement of its own");
  Block = Code[Take].Parent;
  if (!Guard)
    for (const LockChange &C : P.Functions[S.Function].Locks.Changes) {
      StatementId At = Code.at(event(C.At));
      if (!C.Takes && C.Lock.sameLock(*Lock) && At != None &&
          Code[At].Parent == Block && Code[At].Offset > Code[Take].Offset &&
          Code[At].Kind == StatementKind::Expression && Give == None)
        Give = At;
    }
  if (!Guard && Give == None)
    return D.refuse("the unlock is not in the same block");
  for (StatementId At : Code.siblingsAfter(Take)) {
    if (At == Give)
      break;
    Inside.push_back(At);
  }
}

/// Does the event take or give back the lock?
bool ShrinkFix::isLockCall(EventId E) const {
  return llvm::any_of(P.Functions[S.Function].Locks.Changes,
                      [&](const LockChange &C) { return C.At == E; });
}

bool ShrinkFix::runsPython(StatementId At) const {
  const std::vector<Event> &Events = P.body(S.Function).Events;
  for (EventId E = 0; E != Events.size(); ++E)
    if (Events[E].Kind == EventKind::Call && inside(Events[E], At) &&
        !isLockCall(E) && P.reaches().of({S.Function, E}).How != Reach::Nothing)
      return true;
  return false;
}

/// Is it storage of this call: a local, or what a reference was given for? What
/// the interpreter lends (PyExc_ValueError) is no business of the lock.
bool ShrinkFix::isOwn(const Path &Where) const {
  if (Where.Root == RootKind::Result)
    return true;
  if (Where.Root == RootKind::Place)
    return P.entity(Where.Index).has(EF_SystemHeader);
  if (Where.Root != RootKind::Local)
    return false;
  const Local &L = P.body(S.Function).Locals[Where.Index];
  bool Reference = llvm::StringRef(L.Type).ends_with("&");
  for (size_t I = 0; I != Where.Steps.size(); ++I)
    if (Where.Steps[I].Kind == StepKind::Deref && !(Reference && I == 0))
      return false;
  return true;
}

bool ShrinkFix::isFreeEvent(EventId E) const {
  const Event &Ev = event(E);
  switch (Ev.Kind) {
  case EventKind::Read:
  case EventKind::Write:
  case EventKind::ReadWrite:
  case EventKind::Address:
    return Ev.Where != None && isOwn(P.path(Ev.Where));
  case EventKind::Throw:
    return false;
  case EventKind::Call:
    break;
  default:
    return true;
  }
  if (isLockCall(E))
    return true;
  const ApiFunction *Api = P.api(Ev);
  bool Drops = Api && Api->Ownership && !Api->Ownership->Releases.empty();
  if (Ev.Callee == None || !P.bodiesOf(Ev.Callee).empty())
    return false;
  // What an argument was read from may be what the lock protects; a reference
  // that is released was taken out of it.
  const Values &V = P.Functions[S.Function].Value;
  for (unsigned I = 0; I != Ev.Args.size(); ++I)
    for (const Origin &O : V.arg(E, I)) {
      bool Stored =
          O.Kind == OperandKind::Load || O.Kind == OperandKind::Address;
      if (Stored && !Drops && !isOwn(P.path(O.Index)))
        return false;
    }
  return true;
}

/// Does the statement touch nothing that other threads can reach?
bool ShrinkFix::isFree(StatementId At) const {
  const std::vector<Event> &Events = P.body(S.Function).Events;
  for (EventId E = 0; E != Events.size(); ++E)
    if (inside(Events[E], At) && !isFreeEvent(E))
      return false;
  return !Code.hasDirective(Code[At].Offset, Code[At].end());
}

bool ShrinkFix::leaves(StatementId At) const {
  for (StatementId I = At; I != Code.Statements.size(); ++I)
    if (Code.within(I, At) && Code.leaves(I, Code[At].Offset, Code[At].end()))
      return true;
  return false;
}

void ShrinkFix::findEnds() {
  if (D.isRefused())
    return;
  for (StatementId At : Inside) {
    if (!isFree(At))
      break;
    Front.push_back(At);
  }
  while (!Front.empty() && !runsPython(Front.back()) && !leaves(Front.back()))
    Front.pop_back();
  if (llvm::none_of(Front, [&](StatementId At) { return runsPython(At); }))
    Front.clear();
  for (size_t I = Inside.size(); I > Front.size(); --I) {
    StatementId At = Inside[I - 1];
    bool Last = Lock->Handle != None && I == Inside.size() &&
                Code[At].Kind == StatementKind::Return;
    if (!isFree(At) || (leaves(At) && !Last))
      break;
    Back.insert(Back.begin(), At);
  }
  while (!Back.empty() && !runsPython(Back.front()))
    Back.erase(Back.begin());
  if (Back.empty() && Inside.size() > Front.size())
    findConditional();
}

/// `if (fits) { keep(item); tell(item); }` last: the end of it can move with a
/// flag.
void ShrinkFix::findConditional() {
  StatementId Last = Inside.back();
  if (Code[Last].Kind != StatementKind::If)
    return;
  std::vector<StatementId> Parts = Code.children(Last);
  while (Parts.size() == 1 && Code[Parts[0]].Kind == StatementKind::Other)
    Parts = Code.children(Parts[0]); // `[[likely]] {`
  if (Parts.size() != 1 || Code[Parts[0]].Kind != StatementKind::Compound)
    return;
  const std::vector<StatementId> Body = Code.children(Parts[0]);
  for (StatementId At : llvm::reverse(Body)) {
    if (!isFree(At) || leaves(At) || Code[At].Kind != StatementKind::Expression)
      break;
    Back.insert(Back.begin(), At);
  }
  while (!Back.empty() && !runsPython(Back.front()))
    Back.erase(Back.begin());
  if (!Back.empty())
    If = Last;
}

/// Nothing that stays may run Python code.
void ShrinkFix::checkRest() {
  if (D.isRefused())
    return;
  const std::vector<Event> &Events = P.body(S.Function).Events;
  for (EventId E = 0; E != Events.size(); ++E) {
    auto In = [&](StatementId At) { return inside(Events[E], At); };
    if (Events[E].Kind != EventKind::Call || isLockCall(E) ||
        Events[E].has(EV_Implicit) || llvm::none_of(Inside, In) ||
        llvm::any_of(Front, In) || llvm::any_of(Back, In))
      continue;
    if (P.reaches().of({S.Function, E}).How != Reach::Nothing)
      return D.refuse("'" + P.calleeName(Events[E]) +
                      "' works on what the lock protects, or stands between "
                      "such work");
  }
  if (Front.empty() && Back.empty())
    D.refuse("the call works on what the lock protects");
}

/// \p At must not use what is declared under the lock and stays there.
void ShrinkFix::checkNames(StatementId At) {
  for (const Local &L : P.body(S.Function).Locals) {
    bool Stays = Code[Take].Offset <= L.Loc.Offset &&
                 L.Loc.Offset < Code[Block].end() && !L.Name.empty() &&
                 llvm::none_of(
                     Back,
                     [&](StatementId B) {
                       return Code[B].Offset <= L.Loc.Offset &&
                              L.Loc.Offset < Code[B].end();
                     });
    if (!Stays || !Code.mentions(L.Name, At))
      continue;
    // A closure may have one of its own by that name.
    std::vector<Token> Words =
        tokens(Code.Text, Code[At].Offset, Code[At].end());
    size_t I = 0;
    while (I != Words.size() && spelling(Code.Text, Words[I]) != L.Name)
      ++I;
    if (I == 0 || I == Words.size() || Words[I - 1].Kind != TokenKind::Name)
      return D.refuse("'" + L.Name + "' is declared under the lock");
  }
}

/// The lock behind Front; who leaves in there does not have it yet.
void ShrinkFix::takeLater() {
  if (Front.empty() || D.isRefused())
    return;
  for (const LockChange &C : P.Functions[S.Function].Locks.Changes) {
    StatementId At = Code.at(event(C.At));
    bool Early = At != None && llvm::any_of(Front, [&](StatementId F) {
                   return Code.within(At, F);
                 });
    if (!Early || event(C.At).has(EV_Implicit))
      continue;
    if (C.Takes || Code[At].Kind != StatementKind::Expression ||
        Code[Code[At].Parent].Kind != StatementKind::Compound)
      return D.refuse("the lock is given back in the middle");
    D.remove(At);
  }
  D.remove(Take);
  D.after(Front.back(), std::string(Code.text(Take)));
}

/// Text with its lines one level further in, or out.
std::string ShrinkFix::shifted(uint32_t Begin, uint32_t End, bool In) const {
  llvm::StringRef Text(Code.Text.substr(Begin, End - Begin));
  std::string Unit = Code.indentUnit(), Out;
  for (bool First = true; !Text.empty(); First = false) {
    auto [Line, Rest] = Text.split('\n');
    if (In && !Line.trim().empty() && !Line.starts_with("#"))
      Out += First ? "" : Unit;
    else if (!In && !First)
      Line.consume_front(Unit);
    Out += Line;
    Out += Line.size() < Text.size() && Text.contains('\n') ? "\n" : "";
    Text = Rest;
  }
  return Out;
}

void ShrinkFix::moveBehindBlock() {
  for (StatementId At : Back) {
    checkNames(At);
    D.remove(At);
    D.after(Block, shifted(Code[At].Offset, Code[At].end(), /*In=*/false));
  }
}

/// Back stands in an `if` at the end: a flag says whether it was its turn.
void ShrinkFix::moveConditional() {
  StatementId From = Give == None ? Block : Take;
  StatementId Behind = Give == None ? Block : Give;
  if (Give == None &&
      (Code[Block].Parent == None ||
       Code[Code[Block].Parent].Kind != StatementKind::Compound))
    return D.refuse("the lock is held to the end of a larger block");
  std::string Flag = D.newName("later");
  D.before(From,
           (Cxx ? "bool " : "int ") + Flag + (Cxx ? " = false;" : " = 0;"));
  D.after(Behind, "if (" + Flag + ") {");
  uint32_t Depth = 0;
  for (StatementId I = Back.front(); I != Behind && Code[I].Parent != None &&
                                     Code[I].Parent != Code[Behind].Parent;
       I = Code[I].Parent)
    Depth += Code[Code[I].Parent].Kind == StatementKind::Compound;
  for (StatementId At : Back) {
    checkNames(At);
    std::string Text(Code.text(At));
    // From its own depth to one level inside of what stands behind.
    for (uint32_t I = 1; I < Depth; ++I) {
      std::string Line = "\n" + Code.indentUnit();
      for (size_t N = 0; (N = Text.find(Line, N)) != Text.npos; ++N)
        Text.erase(N + 1, Code.indentUnit().size());
    }
    D.after(Behind, Code.indentUnit() + Text);
    if (At == Back.front())
      D.rewrite(At, {Flag + (Cxx ? " = true;" : " = 1;")});
    else
      D.remove(At);
  }
  D.after(Behind, "}");
}

/// A guard that would live to the end of the function, or of a loop, gets a
/// block of its own.
void ShrinkFix::closeBlock() {
  size_t Kept = Inside.size() - Front.size() - Back.size();
  StatementId Last = Kept ? Inside[Front.size() + Kept - 1] : Take;
  if (!Front.empty())
    return D.refuse("both ends of the locked part run Python code");
  for (StatementId At : Back)
    checkNames(At);
  uint32_t Begin = Code[Take].Offset, End = Code[Last].end();
  std::string Outer = Code.indent(Begin), Break(Code.lineEnd());
  D.replace(Begin, End,
            "{" + Break + Outer + Code.indentUnit() +
                shifted(Begin, End, /*In=*/true) + Break + Outer + "}");
}

void ShrinkFix::giveEarlier() {
  if (Back.empty() || D.isRefused())
    return;
  if (If != None)
    return moveConditional();
  if (Give != None) {
    D.remove(Give);
    D.before(Back.front(), std::string(Code.text(Give)));
    return;
  }
  StatementId Outer = Code[Block].Parent;
  if (Outer != None && Code[Outer].Kind == StatementKind::Compound)
    return moveBehindBlock();
  closeBlock();
}

FixPlan ShrinkFix::plan() {
  findRegion();
  findEnds();
  checkRest();
  takeLater();
  giveEarlier();
  return D.finish(Applicability::Suggested,
                  Back.empty() ? "take the lock behind what runs Python code"
                               : "run Python code behind the unlock");
}

} // namespace

const HeldLock *mutexOver(const FunctionText &Code, Site S, Draft &D) {
  const HeldLock *Lock = nullptr;
  if (!Code.isValid()) {
    D.refuse("the function is written by a macro");
    return nullptr;
  }
  for (const HeldLock &L : Code.P.Functions[S.Function].Locks.at(S.Event)) {
    if (!isMutex(L))
      continue;
    if (Lock) {
      D.refuse("more than one lock is held");
      return nullptr;
    }
    Lock = &L;
  }
  if (!Lock || Lock->Acquired == None) {
    D.refuse("the lock is taken by a caller");
    return nullptr;
  }
  return Lock;
}

FixPlan shrinkFix(const FixContext &Context, Site S) {
  return ShrinkFix(Context, S).plan();
}

} // namespace ungil::rules
