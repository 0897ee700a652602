//===- LockRegions.cpp - where a function holds a new lock ----------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fix/LockRegions.h"
#include "Fix/LetsGo.h"
#include "Fix/Section.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"
#include <utility>

namespace ungil::fix {

bool LockRegions::hasUse(Stretch Where) const {
  return llvm::any_of(Uses, [&](EventId E) { return Where.has(offsetOf(E)); });
}

/// Must it not be done with the lock held?
bool LockRegions::isOutside(EventId E) const {
  if (Body.Events[E].Kind != EventKind::Call || Wanted.Gone.count(E))
    return false;
  const FunctionInfo &Info = P.Functions[Code.F];
  auto Here = [&](const auto &Lock) { return Lock.Event == E; };
  return letsGo(P, {Code.F, E}) ||
         (!Uses.count(E) && Wanted.Users.takes({Code.F, E})) ||
         llvm::any_of(Info.Takes, Here) ||
         llvm::any_of(Info.Locks.Changes,
                      [&](const LockChange &C) { return C.At == E; });
}

/// The statements right in \p S, one behind the other: those of a block, or
/// the one that stands without braces.
std::vector<StatementId> LockRegions::inside(StatementId S) const {
  return Code[S].Kind == StatementKind::Compound ? Code.children(S)
                                                 : std::vector<StatementId>{S};
}

/// From where on nothing in \p Block needs the lock, up to the way out of
/// \p Whole at index \p Exit.
std::optional<StatementId>
LockRegions::tailOf(const std::vector<StatementId> &Block, size_t Exit,
                    Stretch Whole) const {
  StatementId X = Block[Exit];
  if (!Code.leaves(X, Whole.Begin, Whole.End) || hasUse(bytes(X)))
    return std::nullopt;
  size_t First = Exit;
  while (First > 0 && !hasUse(bytes(Block[First - 1])) &&
         Code[Block[First - 1]].Kind != StatementKind::Declaration &&
         Code[Block[First - 1]].Kind != StatementKind::Label &&
         Code[Block[First - 1]].Kind != StatementKind::Case)
    --First;
  return Block[First];
}

void LockRegions::addTails(StatementId S, Stretch Whole,
                           std::vector<Tail> &Out) const {
  if (Code[S].Kind != StatementKind::Compound &&
      Code[S].Kind != StatementKind::If &&
      Code[S].Kind != StatementKind::Loop &&
      Code[S].Kind != StatementKind::Switch &&
      Code[S].Kind != StatementKind::Case &&
      Code[S].Kind != StatementKind::Label)
    return;
  std::vector<StatementId> Parts = Code.children(S);
  for (StatementId Part : Parts) {
    std::vector<StatementId> Alone{Part};
    bool Block = Code[S].Kind == StatementKind::Compound;
    const std::vector<StatementId> &List = Block ? Parts : Alone;
    size_t At = llvm::find(List, Part) - List.begin();
    if (auto First = tailOf(List, At, Whole))
      Out.push_back({*First, {Code[*First].Offset, Code[Part].end()}});
  }
  for (StatementId Part : Parts)
    if (llvm::none_of(
            Out, [&](const Tail &T) { return T.Bytes.has(Code[Part].Offset); }))
      addTails(Part, Whole, Out);
}

/// Empty when all of \p S can be done with the lock held.
std::string LockRegions::whyNotClean(StatementId S) const {
  std::vector<Tail> Tails;
  addTails(S, bytes(S), Tails);
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    uint32_t At = offsetOf(E);
    bool Left =
        llvm::any_of(Tails, [&](const Tail &T) { return T.Bytes.has(At); });
    if (bytes(S).has(At) && !Left && isOutside(E))
      return "'" + P.calleeName(Body.Events[E]) +
             "' may run Python code or take a lock";
  }
  for (StatementId I = 0; I != Code.Statements.size(); ++I)
    if (Code.within(I, S) && Code[I].has(SF_Macro | SF_Leaves) &&
        !llvm::StringRef(Code.text(I)).starts_with("Py_RETURN_"))
      return "a macro can leave the function";
  return {};
}

/// The branch that alone needs the lock of what is one `if` as a whole.
StatementId
LockRegions::onlyBranch(const std::vector<StatementId> &Parts) const {
  if (Parts.size() != 1 || (Code[Parts[0]].Kind != StatementKind::If &&
                            Code[Parts[0]].Kind != StatementKind::Compound))
    return None;
  if (Code[Parts[0]].Kind == StatementKind::Compound)
    return Parts[0];
  auto [Begin, End] = Code.condition(Parts[0]);
  StatementId Only = None;
  for (StatementId Part : Code.children(Parts[0]))
    if (Code[Part].Offset >= End && hasUse(bytes(Part))) {
      if (Only != None)
        return None;
      Only = Part;
    }
  return hasUse({Begin, End}) ? None : Only;
}

/// \p Open ends with the last statement that needs the lock.
void LockRegions::close(Region &Open) {
  while (!Open.Parts.empty() && !hasUse(bytes(Open.Parts.back())))
    Open.Parts.pop_back();
  if (StatementId Only = onlyBranch(Open.Parts); Only != None) {
    Open = {};
    return cover(inside(Only));
  }
  if (!Open.Parts.empty()) {
    Open.Bytes = {Code[Open.Parts.front()].Offset,
                  Code[Open.Parts.back()].end()};
    Regions.push_back(Open);
  }
  Open = {};
}

/// Puts what \p Block needs the lock for into as few regions as can be.
void LockRegions::cover(const std::vector<StatementId> &Block) {
  Region Open;
  for (StatementId S : Block) {
    while (Code[S].Kind == StatementKind::Label ||
           Code[S].Kind == StatementKind::Case) {
      close(Open); // others may come in here
      std::vector<StatementId> Behind = Code.children(S);
      if (Behind.empty())
        break;
      S = Behind.back();
    }
    std::string Why = whyNotClean(S);
    bool Use = hasUse(bytes(S));
    if (!Why.empty())
      close(Open);
    if (!Why.empty() && Use)
      descend(S, Why);
    if (Why.empty() && (Use || !Open.Parts.empty()))
      Open.Parts.push_back(S);
  }
  close(Open);
}

void LockRegions::descend(StatementId S, const std::string &Why) {
  switch (Code[S].Kind) {
  case StatementKind::Compound:
    return cover(Code.children(S));
  case StatementKind::If:
  case StatementKind::Loop:
  case StatementKind::Switch: {
    auto [Begin, End] = Code.condition(S);
    if (hasUse({Begin, End}))
      Code[S].Kind == StatementKind::If
          ? addHead(S)
          : D.refuse("it is used in the head of a loop or switch in which " +
                     Why);
    for (StatementId Part : Code.children(S))
      if (Code[Part].Offset >= End)
        cover(inside(Part));
    return;
  }
  case StatementKind::Expression:
  case StatementKind::Declaration:
  case StatementKind::Return:
    return readBefore(S, bytes(S), Why);
  default:
    return D.refuse("it is used in a statement in which " + Why);
  }
}

/// Does \p Condition say 0 or 1?
static bool isTruth(std::string_view Condition) {
  std::vector<Token> Words =
      tokens(Condition, 0, static_cast<uint32_t>(Condition.size()));
  int Depth = 0;
  for (const Token &T : Words) {
    std::string_view W = spelling(Condition, T);
    Depth += W == "(" || W == "[";
    Depth -= W == ")" || W == "]";
    for (std::string_view Op : {"==", "!=", "<", ">", "<=", ">=", "&&", "||"})
      if (!Depth && W == Op)
        return true;
  }
  return !Words.empty() && spelling(Condition, Words[0]) == "!";
}

/// The head of \p If, in front of it: `int answer = count > 3;`.
void LockRegions::addHead(StatementId If) {
  auto [Begin, End] = Code.condition(If);
  for (EventId E = 0; E != Body.Events.size(); ++E)
    if (Stretch{Begin, End}.has(offsetOf(E)) && isOutside(E))
      return readBefore(If, {Begin, End},
                        "'" + P.calleeName(Body.Events[E]) +
                            "' may run Python code or take a lock");
  checkFront(If, {Begin, End});
  std::string Condition(Code.Text.substr(Begin, End - Begin));
  if (!isTruth(Condition))
    Condition = isPlainPath(Condition) ? Condition + " != 0"
                                       : "(" + Condition + ") != 0";
  Readings.push_back({If,
                      isCxx(Context, Code.file()) ? "bool" : "int",
                      D.newName("answer"),
                      Condition,
                      {{Begin, End}}});
}

/// Can something be put in front of \p S, to be used in \p Where of it?
void LockRegions::checkFront(StatementId S, Stretch Where) {
  bool Declares = llvm::any_of(Body.Locals, [&](const Local &L) {
    return Code[S].Kind != StatementKind::Declaration &&
           Where.has(L.Loc.Offset);
  });
  if (Declares || Code[S].has(SF_Else) || Code[S].has(SF_Macro))
    D.refuse("it is used where nothing can be put in front of it");
}

/// What \p Where in \p S uses are numbers that are read by name before \p Why:
/// they can be read in front of it.
void LockRegions::readBefore(StatementId S, Stretch Where,
                             const std::string &Why) {
  static constexpr std::string_view Numbers[] = {
      "bool",      "char",
      "short",     "unsigned short",
      "int",       "unsigned int",
      "long",      "unsigned long",
      "long long", "unsigned long long",
      "double",    "float"};
  std::string Text(Code.Text.substr(Where.Begin, Where.End - Where.Begin));
  checkFront(S, Where);
  bool LetsGo = false;
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Ev = Body.Events[E];
    if (!Where.has(offsetOf(E)))
      continue;
    LetsGo |= letsGo(P, {Code.F, E});
    if (!Uses.count(E))
      continue;
    std::string Path(Code.Text.substr(Ev.Range.Offset, Ev.Range.Length));
    std::string Type = numberAt(E);
    bool Plain = Ev.Kind == EventKind::Read && isPlainPath(Path) &&
                 llvm::is_contained(Numbers, Type);
    if (LetsGo || !Plain || llvm::StringRef(Text).contains("&&") ||
        llvm::StringRef(Text).contains("||") || Text.find('?') != Text.npos)
      return D.refuse("it is used in a statement in which " + Why);
    addReading(S, Type, Path,
               {Ev.Range.Offset, Ev.Range.Offset + Ev.Range.Length});
  }
}

/// The type of what \p E reads, if it is a place or field.
std::string LockRegions::numberAt(EventId E) const {
  const Values &V = P.Functions[Code.F].Value;
  if (E >= V.Events.size() || V.Events[E].Where.size() != 1)
    return {};
  const Path &From = P.path(V.Events[E].Where.front());
  if (!From.Steps.empty())
    return From.Steps.back().Kind == StepKind::Field
               ? P.entity(From.Steps.back().Field).Type
               : std::string();
  return From.Root == RootKind::Place ? P.entity(From.Index).Type
                                      : std::string();
}

void LockRegions::addReading(StatementId S, const std::string &Type,
                             const std::string &Value, Stretch Where) {
  for (Reading &R : Readings)
    if (R.In == S && R.Value == Value)
      return R.Places.push_back(Where);
  llvm::StringRef Name(Value);
  Name = Name.substr(Name.find_last_of(".>") + 1).trim();
  Readings.push_back({S, Type, D.newName(Name.str()), Value, {Where}});
}

/// The number of the region that byte \p At is in, or of the readings in front
/// of one statement; NotUnder.
size_t LockRegions::regionOf(uint32_t At) const {
  for (size_t I = 0; I != Regions.size(); ++I)
    if (Regions[I].Bytes.has(At))
      return I;
  for (const Reading &R : Readings)
    if (llvm::any_of(R.Places, [&](Stretch S) { return S.has(At); }))
      return Regions.size() + R.In;
  return NotUnder;
}

/// Refuses when a way leads from use \p From to one in another region, past
/// nothing that lets another thread in: the two belong together.
void LockRegions::checkApart(EventId From) {
  size_t Home = regionOf(offsetOf(From));
  using State = std::pair<uint32_t, bool>; // block, was it left?
  std::set<State> Seen;
  std::vector<State> Work;
  auto Follow = [&](uint32_t B, size_t First, bool Left) {
    const Block &Here = Body.Blocks[B];
    for (size_t I = First; I < Here.Events.size(); ++I) {
      EventId E = Here.Events[I];
      bool Use = Wanted.Users.belongs({Code.F, E});
      Left |= regionOf(offsetOf(E)) != Home;
      if (Use && Left)
        return D.refuse("what it does belongs together, and something in "
                        "between must not be done under a lock");
      if (letsGo(P, {Code.F, E}) && !Wanted.Gone.count(E))
        return;
    }
    for (uint32_t Next : Here.Succs)
      if (Next != None && Seen.insert({Next, Left}).second)
        Work.push_back({Next, Left});
  };
  for (uint32_t B = 0; B != Body.Blocks.size(); ++B) {
    llvm::ArrayRef<EventId> In = Body.Blocks[B].Events;
    auto At = llvm::find(In, From);
    if (At != In.end())
      Follow(B, At - In.begin() + 1, false);
  }
  while (!Work.empty() && !D.isRefused()) {
    auto [B, Left] = Work.back();
    Work.pop_back();
    Follow(B, 0, Left);
  }
}

void LockRegions::checkTogether() {
  for (EventId E = 0; E != Body.Events.size() && !D.isRefused(); ++E)
    if (Wanted.Users.belongs({Code.F, E}))
      checkApart(E);
}

/// Does it lead into what the lock protects: what was read from there, or what
/// a library that was given it returned?
bool LockRegions::isLent(const Origin &O) const {
  if (O.Kind != OperandKind::Result)
    return Wanted.LeadsInto(O);
  const Event &Call = Body.Events[O.Index];
  Stretch Whole{Call.Range.Offset, Call.Range.Offset + Call.Range.Length};
  const ApiFunction *Api = P.api(Call);
  bool Owned = Api && (Api->Alloc || Api->Ownership);
  if (Call.Callee == None || !P.bodiesOf(Call.Callee).empty() || Owned ||
      !Wanted.LibraryLends || !hasUse(Whole))
    return false;
  if (!O.Out) {
    llvm::StringRef Type(P.entity(Call.Callee).Type);
    return Type.take_until([](char C) { return C == '('; }).contains('*');
  }
  const Operand &To = Call.Args[O.Out - 1];
  if (To.Kind != OperandKind::Address)
    return false;
  const Path &Out = P.path(To.Index);
  return Out.Root == RootKind::Local && Out.Steps.empty() &&
         Body.Locals[Out.Index].Class == TypeClass::Pointer;
}

/// What leads into what the lock protects must not be used behind it.
void LockRegions::checkLent() {
  const Values &V = P.Functions[Code.F].Value;
  auto Leads = [&](const std::vector<Origin> &Set) {
    return llvm::any_of(Set, [&](const Origin &O) { return isLent(O); });
  };
  for (EventId E = 0; E != Body.Events.size(); ++E) {
    const Event &Ev = Body.Events[E];
    if (Wanted.Gone.count(E) || Ev.Kind == EventKind::Bind ||
        Ev.Kind == EventKind::Branch || E >= V.Events.size() ||
        regionOf(offsetOf(E)) != NotUnder)
      continue;
    bool Uses = Leads(V.value(E));
    for (unsigned I = 0; I != V.Events[E].Args.size(); ++I)
      Uses |= Leads(V.arg(E, I));
    if (Uses)
      return D.refuse("what it holds is used behind the lock");
  }
}

void LockRegions::find() {
  cover(Code.children(0));
  if (llvm::any_of(
          Uses, [&](EventId E) { return regionOf(offsetOf(E)) == NotUnder; }))
    D.refuse("it is used outside of statements");
  checkTogether();
  checkLent();
}

} // namespace ungil::fix
