//===- Fields.h - fields of objects that the runtime owns -------*- C++ -*-===//
//
// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Structure fields are no functions, so rules/api has no entries for them:
// which fields of CPython's own structures an extension must not touch while
// other threads run, and what to use instead.
//
//===----------------------------------------------------------------------===//

#ifndef UNGIL_RULES_DIRECTOBJECTACCESS_FIELDS_H
#define UNGIL_RULES_DIRECTOBJECTACCESS_FIELDS_H

#include <string_view>

namespace ungil::rules {

struct RuntimeField {
  std::string_view Record; ///< as declared in CPython's headers
  std::string_view Field;  ///< a trailing `*` stands for any ending
  bool Reads;              ///< reading it races, too
  std::string_view Instead;
};

inline constexpr RuntimeField RuntimeFields[] = {
    {"_object", "ob_refcnt", true, "Py_REFCNT() and Py_SET_REFCNT()"},
    {"_object", "ob_type", false, "Py_SET_TYPE() before the object is shared"},
    {"_object", "ob_ref_local", false, "Py_INCREF() and Py_DECREF()"},
    {"_object", "ob_ref_shared", false, "Py_INCREF() and Py_DECREF()"},
    {"_object", "ob_tid", false, "nothing: the runtime owns it"},
    {"_object", "ob_gc_bits", false, "PyObject_GC_Track() and its kin"},
    {"PyVarObject", "ob_size", false, "Py_SET_SIZE() before it is shared"},
    {"_typeobject", "tp_*", false,
     "PyObject_SetAttrString() on the type, or set the slot before "
     "PyType_Ready()"},
    {"PyListObject", "ob_item", false, "PyList_SetItem()"},
    {"PyListObject", "allocated", true, "the list functions"},
    {"PyTupleObject", "ob_item", false, "PyTuple_SetItem() on a new tuple"},
    {"PyDictObject", "ma_*", true, "PyDict_Size() and the dict functions"},
    {"PySetObject", "*", true, "PySet_Size() and the set functions"},
    {"PyByteArrayObject", "ob_*", true, "PyObject_GetBuffer()"},
    {"_PyWeakReference", "wr_*", true, "PyWeakref_GetRef()"},
    {"PyCellObject", "ob_ref", true, "PyCell_Get() and PyCell_Set()"},
    {"PyFunctionObject", "func_*", true, "the function's attributes"},
    {"PyBaseExceptionObject", "*", true, "the PyException functions"},
};

inline bool matches(std::string_view Pattern, std::string_view Name) {
  if (!Pattern.ends_with('*'))
    return Pattern == Name;
  return Name.starts_with(Pattern.substr(0, Pattern.size() - 1));
}

} // namespace ungil::rules

#endif
