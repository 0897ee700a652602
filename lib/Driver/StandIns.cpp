//===- StandIns.cpp - declarations for names of missing headers -*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Driver/StandIns.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace ungil {

/// Corrections of one shape before its errors are believed to contradict each
/// other.
static constexpr unsigned MaxChanges = 3;

/// Thread macros are what the analysis is about; a call of that name would
/// hide where the code is detached. Their meaning is NumPy's documented one.
static constexpr StringLiteral NumpyMacros =
    "#define NPY_BEGIN_ALLOW_THREADS Py_BEGIN_ALLOW_THREADS\n"
    "#define NPY_END_ALLOW_THREADS Py_END_ALLOW_THREADS\n"
    "#define NPY_BEGIN_THREADS_DEF PyThreadState *_save = NULL;\n"
    "#define NPY_BEGIN_THREADS do { _save = PyEval_SaveThread(); } while (0)\n"
    "#define NPY_END_THREADS do { if (_save) { PyEval_RestoreThread(_save); "
    "_save = NULL; } } while (0)\n"
    "#define NPY_BEGIN_THREADS_DESCR(d) NPY_BEGIN_THREADS\n"
    "#define NPY_END_THREADS_DESCR(d) NPY_END_THREADS\n"
    "#define NPY_BEGIN_THREADS_THRESHOLDED(n) NPY_BEGIN_THREADS\n"
    "#define NPY_ALLOW_C_API_DEF PyGILState_STATE __save__;\n"
    "#define NPY_ALLOW_C_API do { __save__ = PyGILState_Ensure(); } while (0)\n"
    "#define NPY_DISABLE_C_API do { PyGILState_Release(__save__); } while "
    "(0)\n"
    "#define NPY_INTP_FMT \"ld\"\n"
    "#define NPY_INLINE inline\n"
    "#define NPY_NO_EXPORT\n"
    "#define NPY_UNUSED(x) x\n";

static bool looksLikeNumber(StringRef Name) {
  std::string Lower = Name.lower();
  StringRef L = Lower;
  if (L.starts_with("npy_"))
    return !L.starts_with("npy_c");
  return L == "bool" || L == "uint" || L == "ulong" || L == "uchar" ||
         L.ends_with("size_t") || L.contains("int8") || L.contains("int16") ||
         L.contains("int32") || L.contains("int64");
}

/// Is \p Name one of the macros above?
static bool isNumpyMacro(StringRef Name) {
  StringRef Text = NumpyMacros;
  std::string Line = ("#define " + Name).str();
  for (size_t At = Text.find(Line); At != StringRef::npos;
       At = Text.find(Line, At + 1))
    if (StringRef(" (\n").contains(Text[At + Line.size()]))
      return true;
  return false;
}

bool StandIns::isFree(StringRef Name) const {
  std::string Key = Name.str();
  // With Python.h most of these will be there.
  if (Python && !PythonSettled && Name.starts_with("Py"))
    return false;
  return !Name.empty() && !Blocked.count(Key) && !EmptyMacros.count(Key) &&
         !Initialisers.count(Key) && !Types.count(Key) &&
         !Versions.count(Key) && !IncludeMacros.count(Key) &&
         !(Numpy && isNumpyMacro(Name));
}

bool StandIns::addDerived(const std::string &Name, unsigned Depth) {
  auto [Where, New] = Types.try_emplace(Name);
  if (!New)
    return false;
  Type &T = Where->second;
  T.Is = Shape::Number;
  T.Depth = Depth;
  T.Tag = "ungil_record_" + Name;
  Tags[T.Tag] = Name;
  return true;
}

/// A source that has Python.h from a missing header gets it from us.
void StandIns::takePython() {
  Python = true;
  auto Drop = [](auto &Names, auto NameOf) {
    for (auto It = Names.begin(); It != Names.end();)
      It = StringRef(NameOf(*It)).starts_with("Py") ? Names.erase(It)
                                                    : std::next(It);
  };
  Drop(Types, [](auto &Entry) { return Entry.first; });
  for (auto *Set : {&Values, &Constants, &Functions, &EmptyMacros})
    Drop(*Set, [](auto &Name) { return Name; });
}

bool StandIns::addType(StringRef Name) {
  if (Name == "PyObject" && !Python) {
    takePython();
    return true;
  }
  if (!isFree(Name))
    return false;
  // The front end may first have taken it for a value.
  Values.erase(Name.str());
  Constants.erase(Name.str());
  Functions.erase(Name.str());
  Type &T = Types[Name.str()];
  T.Tag = ("ungil_standin_" + Name).str();
  T.Is = looksLikeNumber(Name) ? Shape::Number : Shape::Record;
  Tags[T.Tag] = Name.str();
  return true;
}

bool StandIns::addTag(StringRef Name) {
  std::string Key = ("struct " + Name).str();
  if (Blocked.count(Name.str()) || Types.count(Key) || Tags.count(Name.str()))
    return false;
  Type &T = Types[Key];
  T.Tag = Name.str();
  T.IsTag = true;
  T.Why = Evidence::Strong;
  T.Changes = MaxChanges;
  Tags[T.Tag] = Key;
  return true;
}

bool StandIns::addValue(StringRef Name) {
  if (!isFree(Name) || Constants.count(Name.str()) ||
      Functions.count(Name.str()) || !Values.insert(Name.str()).second)
    return false;
  return addDerived(valueType(Name), 1);
}

bool StandIns::addConstant(StringRef Name) {
  return isFree(Name) && !Values.count(Name.str()) &&
         !Functions.count(Name.str()) && Constants.insert(Name.str()).second;
}

bool StandIns::addFunction(StringRef Name) {
  if (!isFree(Name) || !Functions.insert(Name.str()).second)
    return false;
  Constants.erase(Name.str());
  Values.erase(Name.str());
  addDerived(resultType(Name), 1);
  return true;
}

bool StandIns::addEmptyMacro(StringRef Name) {
  if (!isFree(Name))
    return false;
  Constants.erase(Name.str());
  return EmptyMacros.insert(Name.str()).second;
}

bool StandIns::addInitialiser(StringRef Name) {
  if (!isFree(Name))
    return false;
  Constants.erase(Name.str());
  return Initialisers.insert(Name.str()).second;
}

/// Does \p Name say which version of a library is there? Not those of the
/// compiler, the system and the interpreter, which are known to be absent.
static bool isLibraryVersion(StringRef Name) {
  for (StringRef Other : {"_", "PY", "GRAAL", "CYTHON", "GCC", "CLANG", "MSC",
                          "WIN", "NTDDI", "MAC_OS", "GLIBC", "MINGW"})
    if (Name.starts_with_insensitive(Other) ||
        Name.contains_insensitive("PYPY"))
      return false;
  SmallVector<StringRef> Words;
  Name.split(Words, '_');
  return llvm::any_of(Words, [](StringRef Word) {
    return Word == "VERSION" || Word == "MAJOR" || Word == "MINOR" ||
           Word == "VERNUM";
  });
}

bool StandIns::addVersion(StringRef Name) {
  if (!isFree(Name) || !isLibraryVersion(Name))
    return false;
  Constants.erase(Name.str());
  return Versions.insert(Name.str()).second;
}

bool StandIns::addIncludeMacro(StringRef Name, bool Initialises) {
  return isFree(Name) &&
         IncludeMacros.try_emplace(Name.str(), Initialises).second;
}

bool StandIns::addMember(StringRef Name, StringRef Member) {
  auto It = Types.find(Name.str());
  if (It == Types.end() || Member.empty() ||
      It->second.Members.count(Member.str()))
    return false;
  StringRef Stem = Name;
  Stem.consume_front("struct ");
  std::string Own = ("ungil_member_" + Stem + "_" + Member).str();
  unsigned Depth = It->second.Depth + 1;
  It->second.Why = Evidence::Strong;
  It->second.Members[Member.str()] = Own;
  addDerived(Own, Depth);
  return true;
}

bool StandIns::reshape(StringRef Name, Shape To, Evidence Why) {
  auto It = Types.find(Name.str());
  if (It == Types.end())
    return false;
  Type &T = It->second;
  if (T.Is == To) {
    T.Why = std::max(T.Why, Why);
    return false;
  }
  if (T.Changes >= MaxChanges || Why < T.Why)
    return false;
  T.Is = To;
  T.Why = Why;
  ++T.Changes;
  if (To == Shape::Array)
    addDerived((Name + "_element").str(), T.Depth + 1);
  return true;
}

bool StandIns::reshapeNamed(StringRef Name, bool Member, Shape To) {
  bool Changed = false;
  if (!Member) {
    for (const std::string &Type : {resultType(Name), valueType(Name)})
      Changed |= reshape(Type, To, Evidence::Strong);
    return Changed;
  }
  std::vector<std::string> Same;
  for (auto &[Key, T] : Types)
    if (auto It = T.Members.find(Name.str()); It != T.Members.end())
      Same.push_back(It->second);
  for (const std::string &Type : Same)
    Changed |= reshape(Type, To, Evidence::Strong);
  return Changed;
}

bool StandIns::block(StringRef Name) {
  std::string Key = Name.str();
  bool Known = Values.erase(Key) + Constants.erase(Key) + Functions.erase(Key) +
               EmptyMacros.erase(Key) + Initialisers.erase(Key) +
               Versions.erase(Key) + IncludeMacros.erase(Key);
  for (const std::string &T : {Key, "struct " + Key})
    if (auto It = Types.find(T); It != Types.end()) {
      Tags.erase(It->second.Tag);
      Types.erase(It);
      Known = true;
    }
  return Known && Blocked.insert(Key).second;
}

StringRef StandIns::memberType(StringRef Type, StringRef Member) const {
  auto It = Types.find(Type.str());
  if (It == Types.end())
    return "";
  auto Found = It->second.Members.find(Member.str());
  return Found == It->second.Members.end() ? StringRef()
                                           : StringRef(Found->second);
}

std::string StandIns::elementType(StringRef Type) const {
  std::string Key = (Type + "_element").str();
  return Types.count(Key) ? Key : "";
}

std::string StandIns::resultType(StringRef Function) {
  return ("ungil_result_" + Function).str();
}

std::string StandIns::valueType(StringRef Value) {
  return ("ungil_value_" + Value).str();
}

bool StandIns::addHeader(StringRef Name) {
  if (!Name.starts_with("numpy/") || Numpy)
    return false;
  return Numpy = true;
}

StringRef StandIns::typeOfTypedef(StringRef Name) const {
  auto It = Types.find(Name.str());
  return It == Types.end() ? StringRef() : StringRef(It->first);
}

StringRef StandIns::typeOfTag(StringRef Name) const {
  auto It = Tags.find(Name.str());
  return It == Tags.end() ? StringRef() : StringRef(It->second);
}

StandIns::Shape StandIns::shapeOf(StringRef Name) const {
  auto It = Types.find(Name.str());
  return It == Types.end() ? Shape::Record : It->second.Is;
}

std::vector<std::string> StandIns::typeNames() const {
  std::vector<std::string> Out;
  for (auto &[Name, T] : Types)
    if (T.Depth == 0)
      Out.push_back(Name);
  return Out;
}

bool StandIns::empty() const {
  return !Python && !Numpy && Types.empty() && Values.empty() &&
         Constants.empty() && Functions.empty() && EmptyMacros.empty() &&
         Initialisers.empty() && Versions.empty() && IncludeMacros.empty();
}

void StandIns::writeType(const std::string &Name, const Type &T, bool Cxx,
                         std::string &Out) const {
  if (T.Is == Shape::Record || T.Is == Shape::Handle) {
    Out += "struct " + T.Tag + " {";
    for (auto &[Member, Own] : T.Members)
      Out += " " + Own + " " + Member + ";";
    Out += T.Members.empty() ? " void *opaque; };\n" : " };\n";
  }
  if (T.IsTag)
    return;
  switch (T.Is) {
  case Shape::Record:
    Out += "typedef struct " + T.Tag + " " + Name + ";\n";
    break;
  case Shape::Handle:
    Out += "typedef struct " + T.Tag + " *" + Name + ";\n";
    break;
  case Shape::Number:
    // C++ converts no number to a pointer.
    Out += Cxx && T.Depth && T.Why == Evidence::Default
               ? "typedef ungil_any " + Name + ";\n"
               : "typedef long " + Name + ";\n";
    break;
  case Shape::Array:
    Out += "typedef " + Name + "_element *" + Name + ";\n";
    break;
  case Shape::Function:
    Out += "typedef long (*" + Name + ")(" + (Cxx ? "..." : "") + ");\n";
    break;
  }
}

std::string StandIns::text(bool Cxx) const {
  std::string Out;
  if (Python)
    Out += "#include <Python.h>\n";
  if (Numpy)
    Out += NumpyMacros;
  if (Cxx)
    Out += "struct ungil_any { operator long() const; "
           "template <class T> operator T *() const; };\n";
  for (const std::string &Name : EmptyMacros)
    Out += "#define " + Name + "\n";
  for (const std::string &Name : Initialisers)
    Out += "#define " + Name + (Cxx ? " {}\n" : " {0}\n");
  // Of a library that is not there the newest version is the best guess.
  for (const std::string &Name : Versions)
    Out += "#define " + Name + " 0x7fffffff\n";
  for (auto &[Name, Initialises] : IncludeMacros)
    Out += "#define " + Name + " <" +
           (Initialises ? InitialiserFile.str() : "stddef.h") + ">\n";
  // A record holds its members, so those come first.
  std::vector<const std::pair<const std::string, Type> *> Order;
  for (auto &Entry : Types)
    Order.push_back(&Entry);
  llvm::sort(Order, [](auto *A, auto *B) {
    if (A->second.Depth != B->second.Depth)
      return A->second.Depth > B->second.Depth;
    return A->first < B->first;
  });
  for (auto *Entry : Order)
    writeType(Entry->first, Entry->second, Cxx, Out);
  // Each its own number: they are labels of one switch.
  unsigned Number = 0;
  for (const std::string &Name : Constants)
    Out += "enum { " + Name + " = " + utostr(++Number) + " };\n";
  for (const std::string &Name : Values)
    Out += "extern " + valueType(Name) + " " + Name + ";\n";
  for (const std::string &Name : Functions)
    Out += resultType(Name) + " " + Name + "(" + (Cxx ? "..." : "") + ");\n";
  return Out;
}

} // namespace ungil
