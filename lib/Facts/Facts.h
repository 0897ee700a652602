//===- Facts.h - what one translation unit says -----------------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The facts Extract writes for one translation unit and Link joins: entities
// (functions, places, fields), one small control-flow graph of events per
// function, the tables that hand functions to the interpreter, and what the
// preprocessor and the comments say. Plain structs without pointers: every
// reference is an index into a table of the same TuFacts, so facts can be
// written to disk and read back (Serialize.h).
//
// A function body is a list of basic blocks; a block is a list of events in
// evaluation order. Events speak of access paths (`self->cache[i]`), rooted in
// a local, a place of static duration, or the result of an earlier call.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_FACTS_FACTS_H
#define UNGIL_FACTS_FACTS_H

#include "Facts/Entities.h"
#include "Facts/Tables.h"
#include "llvm/ADT/SmallVector.h"
#include <string>
#include <vector>

namespace ungil {

//===-- Access paths and operands -----------------------------------------===//

/// Index into TuFacts::Paths.
using PathId = uint32_t;

enum class RootKind : uint8_t {
  Local,  ///< Index: Function::Locals
  Place,  ///< Index: Entities
  Result, ///< Index: event of the same function whose result this is
  Unknown,
};

enum class StepKind : uint8_t { Field, Deref, Index };

/// One step of a path; Field names the member entity. `p[i]` on a pointer is
/// Deref, on an array Index.
struct Step {
  StepKind Kind = StepKind::Deref;
  EntityId Field = None;
  bool operator==(const Step &O) const {
    return Kind == O.Kind && Field == O.Field;
  }
  template <class Archive> void fields(Archive &A) { A(Kind, Field); }
};

/// A storage location as the source names it. Casts, parentheses and
/// references are looked through: `((T *)self)->x` is `self`, Deref, Field x.
/// Local and Result roots are meaningful inside one function only.
struct Path {
  RootKind Root = RootKind::Unknown;
  uint32_t Index = None;
  std::vector<Step> Steps;
  bool operator==(const Path &O) const {
    return Root == O.Root && Index == O.Index && Steps == O.Steps;
  }
  template <class Archive> void fields(Archive &A) { A(Root, Index, Steps); }
};

enum class OperandKind : uint8_t {
  Unknown,
  Null,     ///< null pointer or literal 0
  Constant, ///< other integer constant; Index is its value as int32
  String,   ///< literal; Index into TuFacts::Strings
  Function, ///< address of a function; Index: Entities
  Load,     ///< value stored at a path; Index: Paths
  Address,  ///< address of a path; Index: Paths
  Result,   ///< result of a call; Index: event of the same function
  Choice,   ///< one of several (?:, BinaryConditional); Index into
            ///< TuFacts::Choices
  Computed, ///< arithmetic on these; Index into TuFacts::Choices
};

struct Operand {
  OperandKind Kind = OperandKind::Unknown;
  uint32_t Index = None;
  bool operator==(const Operand &O) const {
    return Kind == O.Kind && Index == O.Index;
  }
  template <class Archive> void fields(Archive &A) { A(Kind, Index); }
};

//===-- Events ------------------------------------------------------------===//

enum class EventKind : uint8_t {
  Call,  ///< Callee or Path (indirect); Args; C++ objects: Args[0] is `this`
  Read,  ///< value at Path is used
  Write, ///< Value stored to Path
  ReadWrite, ///< ++, +=, ...: Value is the right side or Unknown
  Address,   ///< address of Path is taken and leaves this expression
  Bind, ///< local declared or assigned: Path is the bare local, Value its value
  Return, ///< Value
  Branch, ///< last event of a block that tests something; Value is the
          ///< subject, Test how, Args the constant it is compared with;
          ///< successor 0 is taken when the test holds
  Jump,   ///< goto, break, continue
  Throw,
};

enum class TestKind : uint8_t {
  NonZero,
  IsZero,
  EqualConst,
  NotEqualConst,
  Less,
  Other
};

enum EventFlags : uint16_t {
  EV_Atomic = 1u << 0,      ///< atomic builtin or std::atomic member
  EV_Arrow = 1u << 1,       ///< C++ call through a base or virtual dispatch
  EV_Implicit = 1u << 2,    ///< destructor at scope end, conversion, ...
  EV_OnlyTested = 1u << 3,  ///< a Read used only by a comparison
  EV_MethodCall = 1u << 4,  ///< Args[0] is the C++ object argument
  EV_InMacroBody = 1u << 5, ///< written by the body of a macro of the project
  EV_Discarded = 1u << 6,   ///< a call whose result nobody uses
  EV_Assigned = 1u << 7,    ///< Bind by assignment (not by declaration)
  EV_Dead = 1u << 8,        ///< Link: a call that no way from the entry meets
  EV_Loose = 1u << 9,       ///< Link: in no block
};

struct Event {
  EventKind Kind = EventKind::Read;
  TestKind Test = TestKind::NonZero;
  uint16_t Flags = 0;
  EntityId Callee = None; ///< Call: the function, None if indirect
  PathId Where = None;    ///< accesses: the path; indirect call: the pointer
  Operand Value;
  uint32_t Macro = None; ///< Strings: outermost API macro that wrote it
  llvm::SmallVector<Operand, 2> Args;
  SourceRange Range;

  bool has(uint16_t F) const { return (Flags & F) == F; }
  template <class Archive> void fields(Archive &A) {
    A(Kind, Test, Flags, Callee, Where, Value, Args, Macro, Range);
  }
};

/// Its few events, successors and arguments lie in it: whoever walks a program
/// that fits in no cache pays for each piece of memory.
struct Block {
  /// Indices into Function::Events, in order.
  llvm::SmallVector<uint32_t, 4> Events;
  /// Indices into Function::Blocks; None: not reachable.
  llvm::SmallVector<uint32_t, 2> Succs;
  template <class Archive> void fields(Archive &A) { A(Events, Succs); }
};

/// A parameter (the first Function::Params of them) or local variable.
struct Local {
  std::string Name;
  std::string Type;
  TypeClass Class = TypeClass::Unknown;
  EntityId Record = None; ///< record it is, or points to
  uint32_t Flags = 0;     ///< EntityFlags
  SourceRange Loc;
  template <class Archive> void fields(Archive &A) {
    A(Name, Type, Class, Record, Flags, Loc);
  }
};

enum class StatementKind : uint8_t {
  Compound,
  Declaration,
  Expression,
  If,
  Loop, ///< for, while, do
  Switch,
  Case, ///< case or default, with the statement behind it as child
  Label,
  Return,
  Goto,
  Break,
  Continue,
  Other, ///< try, catch, asm, several statements of one macro
};

enum StatementFlags : uint8_t {
  SF_Macro = 1u << 0,  ///< a macro wrote all of it; the range is the use of it
  SF_Leaves = 1u << 1, ///< SF_Macro, and there is a way out of it inside
  SF_Else = 1u << 2,   ///< the else branch of the If above
};

/// One statement as the file has it, for edits: bytes in the file of
/// Function::Body, from its first token to its last, `;` included. A statement
/// that is partly from macros reaches from the use of one to the use of the
/// other (Py_BEGIN_ALLOW_THREADS).
struct Statement {
  StatementKind Kind = StatementKind::Other;
  uint8_t Flags = 0;
  uint32_t Parent = None; ///< index into Function::Statements
  uint32_t Offset = 0;
  uint32_t Length = 0;

  uint32_t end() const { return Offset + Length; }
  bool has(uint8_t F) const { return (Flags & F) == F; }
  template <class Archive> void fields(Archive &A) {
    A(Kind, Flags, Parent, Offset, Length);
  }
};

struct Function {
  EntityId Id = None;
  uint32_t Params = 0;
  std::vector<Local> Locals;
  std::vector<Event> Events;
  std::vector<Block> Blocks; ///< Blocks[Entry] is where control enters
  uint32_t Entry = 0;
  uint32_t Exit = None;
  SourceRange Body;
  /// Parents before children, in the order of the file; the body first. Empty
  /// when the body itself is written by a macro.
  std::vector<Statement> Statements;
  template <class Archive> void fields(Archive &A) {
    A(Id, Params, Locals, Events, Blocks, Entry, Exit, Body, Statements);
  }
};

//===-- What authors promise of locks -------------------------------------===//

/// What one of Clang's thread-safety attributes says.
enum class PromiseKind : uint8_t {
  Guards,        ///< the place or field is used under the lock only
  GuardsPointee, ///< so is what it points to
  Requires,      ///< callers of the function hold the lock
  Takes,
  Tries, ///< takes the lock when the result says so
  Gives,
  Asserts,   ///< the lock is held when the function returns, taken by others
  Excludes,  ///< callers of the function must not hold the lock
  Returns,   ///< the function's result is the lock
  Before,    ///< of a lock: it is taken before this one where both are
  After,     ///< of a lock: it is taken after this one
  Unchecked, ///< nobody can tell the locks in this body from its text
};

struct LockPromise {
  PromiseKind Kind = PromiseKind::Guards;
  EntityId Of = None; ///< the function, place or field
  /// Storage of the lock. Root Local is a parameter of the function, or, of a
  /// field, 0 for the object it belongs to. None: a lock without a name.
  PathId Lock = None;
  std::string Type;    ///< of the lock, canonical
  bool Shared = false; ///< for reading only
  bool IfZero = false; ///< Tries: held when the result is zero
  SourceRange Loc;
  template <class Archive> void fields(Archive &A) {
    A(Kind, Of, Lock, Type, Shared, IfZero, Loc);
  }
};

//===-- Preprocessor and comments
//------------------------------------------===//

/// A suppression, or a comment that speaks of the GIL.
enum class CommentKind : uint8_t {
  Ignore,
  IgnoreFile,
  NoLint,
  NoLintNextLine,
  NoLintBegin,
  NoLintEnd,
  NoQa,
  MentionsGil,
  Origin, ///< of generated code: Reason is the `file.pyx:12` it comes from
};
struct CommentFact {
  CommentKind Kind = CommentKind::Ignore;
  std::vector<std::string> Rules; ///< empty: all
  std::string Reason;
  SourceRange Loc;          ///< EndLine is the last line of the comment
  bool AloneOnLine = false; ///< nothing but white space before it
  template <class Archive> void fields(Archive &A) {
    A(Kind, Rules, Reason, Loc, AloneOnLine);
  }
};

/// A project macro whose expansion differs with the GIL (`LOCK` empty in one
/// arm).
struct MacroFact {
  std::string Name;
  std::string Body;
  bool Empty = false;
  bool GilConditional = false; ///< defined inside `#if` on Py_GIL_DISABLED
  SourceRange Loc;
  template <class Archive> void fields(Archive &A) {
    A(Name, Body, Empty, GilConditional, Loc);
  }
};

struct FileFact {
  std::string Path;  ///< absolute, normalised
  bool User = false; ///< belongs to the extension under scan
  std::string Hash;  ///< content hash, empty if not read
  template <class Archive> void fields(Archive &A) { A(Path, User, Hash); }
};

struct DiagnosticFact {
  SourceRange Loc;
  std::string Message;
  template <class Archive> void fields(Archive &A) { A(Loc, Message); }
};

/// Everything one translation unit says.
struct TuFacts {
  std::string MainFile; ///< absolute path
  bool Cxx = false;
  bool ReachesPython = false; ///< Python.h was read
  std::string PythonVersion;  ///< PY_VERSION of the headers read
  bool GilDisabled = false;   ///< Py_GIL_DISABLED was defined
  std::vector<FileFact> Files;
  std::vector<std::string> Strings;
  std::vector<Entity> Entities;
  std::vector<Path> Paths;
  std::vector<std::vector<Operand>> Choices;
  std::vector<Function> Functions;
  std::vector<EntryPoint> EntryPoints;
  std::vector<SlotTable> SlotTables;
  std::vector<ModuleDecl> Modules;
  std::vector<MemberEntry> Members;
  std::vector<LockPromise> Promises; ///< of a whole program sorted by Of
  std::vector<CommentFact> Comments;
  std::vector<MacroFact> Macros;
  std::vector<DiagnosticFact> Errors; ///< front-end errors, first 100
  uint32_t FunctionsSeen = 0;         ///< user functions with a body
  uint32_t FunctionsAnalysed = 0;     ///< of those, with a usable body

  template <class Archive> void fields(Archive &A) {
    A(MainFile, Cxx, ReachesPython, PythonVersion, GilDisabled, Files, Strings,
      Entities, Paths, Choices, Functions, EntryPoints, SlotTables, Modules,
      Members, Promises, Comments, Macros, Errors, FunctionsSeen,
      FunctionsAnalysed);
  }
};

} // namespace ungil

#endif
