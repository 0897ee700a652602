//===- Types.cpp - what a type means to a data race -----------------------===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Extract/Types.h"
#include "clang/AST/DeclCXX.h"
#include "llvm/ADT/StringSwitch.h"

using namespace clang;

namespace ungil {

/// Records that the C API fills and reads itself, by their tag or typedef.
static TypeClass classifyNamed(llvm::StringRef Name) {
  return llvm::StringSwitch<TypeClass>(Name)
      .Cases("PyMethodDef", "PyGetSetDef", "PyMemberDef", "PyType_Slot",
             "PyType_Spec", "PyModuleDef_Slot", "PyStructSequence_Field",
             "PyStructSequence_Desc", "PySlot", TypeClass::Table)
      .Cases("PyNumberMethods", "PySequenceMethods", "PyMappingMethods",
             "PyAsyncMethods", "PyBufferProcs", "_Py_Identifier",
             "_PyArg_Parser", TypeClass::Table)
      .Cases("PyTypeObject", "_typeobject", "PyModuleDef", TypeClass::PyStatic)
      .Cases("PyMutex", "pthread_mutex_t", "pthread_rwlock_t",
             "pthread_spinlock_t", "pthread_once_t", "pthread_cond_t", "mtx_t",
             TypeClass::Lock)
      .Cases("once_flag", "CRITICAL_SECTION", "SRWLOCK", "_PyOnceFlag",
             TypeClass::Lock)
      .Cases("cnd_t", "sem_t", "INIT_ONCE", TypeClass::Lock)
      .Cases("Py_tss_t", "_Py_tss_t", "pthread_key_t", "tss_t",
             TypeClass::ThreadKey)
      .Default(TypeClass::Unknown);
}

static TypeClass classifyQualified(llvm::StringRef Name) {
  Name.consume_front("::");
  for (llvm::StringRef Inline : {"std::__1::", "std::__cxx11::"})
    if (Name.consume_front(Inline))
      return classifyQualified(("std::" + Name).str());
  if (Name == "std::atomic" || Name == "std::atomic_flag")
    return TypeClass::Atomic;
  if (Name.starts_with("std::") &&
      (Name.ends_with("mutex") || Name.ends_with("once_flag") ||
       Name.ends_with("condition_variable") || Name.ends_with("semaphore")))
    return TypeClass::Lock;
  if (Name.ends_with("ft_mutex") || Name.ends_with("pymutex") ||
      Name.starts_with("absl::Mutex"))
    return TypeClass::Lock;
  return TypeClass::Unknown;
}

bool isObjectStruct(const RecordDecl *Record) {
  for (unsigned Depth = 0; Record && Depth < 8; ++Depth) {
    llvm::StringRef Name = Record->getName();
    if (Name == "_object" || Name == "PyObject" || Name == "PyVarObject")
      return true;
    Record = Record->getDefinition();
    if (!Record)
      return false;
    if (const auto *Class = llvm::dyn_cast<CXXRecordDecl>(Record))
      if (Class->getNumBases()) {
        Record = Class->bases_begin()->getType()->getAsRecordDecl();
        continue;
      }
    if (Record->field_empty())
      return false;
    QualType First = Record->field_begin()->getType();
    if (First->isPointerType() || First->isReferenceType())
      return false;
    Record = First->getAsRecordDecl();
  }
  return false;
}

const RecordDecl *recordBehind(QualType Type) {
  if (Type.isNull())
    return nullptr;
  Type = Type.getNonReferenceType().getCanonicalType();
  while (const auto *Array = Type->getAsArrayTypeUnsafe())
    Type = Array->getElementType().getCanonicalType();
  if (Type->isPointerType())
    Type = Type->getPointeeType().getCanonicalType();
  return Type->getAsRecordDecl();
}

/// The typedefs \p Type was written through name locks that are plain
/// pointers or integers underneath (`PyThread_type_lock`).
static TypeClass classifyTypedefs(QualType Type) {
  while (const auto *Typedef = Type->getAs<TypedefType>()) {
    llvm::StringRef Name = Typedef->getDecl()->getName();
    if (Name == "PyThread_type_lock")
      return TypeClass::Lock;
    if (TypeClass C = classifyNamed(Name); C != TypeClass::Unknown)
      return C;
    Type = Typedef->desugar();
  }
  return TypeClass::Unknown;
}

TypeClass classify(QualType Type) {
  if (Type.isNull())
    return TypeClass::Unknown;
  if (Type->isDependentType()) // `T *` is a pointer, whatever T is
    return Type->isPointerType() ? TypeClass::Pointer : TypeClass::Unknown;
  Type = Type.getNonReferenceType();
  while (const auto *Array = Type->getAsArrayTypeUnsafe())
    Type = Array->getElementType();
  if (TypeClass C = classifyTypedefs(Type); C != TypeClass::Unknown)
    return C;
  QualType Canonical = Type.getCanonicalType();
  if (Canonical->isAtomicType())
    return TypeClass::Atomic;
  if (Canonical->isPointerType()) {
    QualType Pointee = Canonical->getPointeeType();
    if (Pointee->isFunctionType())
      return TypeClass::Function;
    if (const RecordDecl *R = Pointee->getAsRecordDecl())
      if (isObjectStruct(R))
        return TypeClass::PyObject;
    return TypeClass::Pointer;
  }
  if (const RecordDecl *R = Canonical->getAsRecordDecl()) {
    if (TypeClass C = classifyNamed(R->getName()); C != TypeClass::Unknown)
      return C;
    TypeClass C = classifyQualified(R->getQualifiedNameAsString());
    return C != TypeClass::Unknown ? C : TypeClass::Record;
  }
  if (Canonical->isScalarType())
    return TypeClass::Scalar;
  return TypeClass::Unknown;
}

} // namespace ungil
