// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What pybind11 declares, as far as a reader of code that uses it must know:
// names, who converts to whom, what returns an object. Read where pybind11 is
// not installed; nothing here has a body that matters. What the functions do
// is in rules/api.

#pragma once

#include <Python.h>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <initializer_list>
#include <iterator>
#include <memory>
#include <ostream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeindex>
#include <typeinfo>
#include <utility>
#include <vector>

#define PYBIND11_VERSION_MAJOR 3
#define PYBIND11_VERSION_MINOR 0
#define PYBIND11_VERSION_MICRO 0
#define PYBIND11_VERSION_PATCH 0
#define PYBIND11_VERSION_HEX 0x030000F0
#define PYBIND11_NAMESPACE pybind11
#define PYBIND11_NAMESPACE_BEGIN(name) namespace name {
#define PYBIND11_NAMESPACE_END(name) }
#define PYBIND11_NOINLINE
#define PYBIND11_CONSTINIT
#define PYBIND11_INTERNALS_VERSION 11
#define PYBIND11_INTERNALS_ID ""
#define PYBIND11_MODULE_LOCAL_ID ""
#define PYBIND11_EXPORT
#define PYBIND11_CPP14
#define PYBIND11_CPP17
#define PYBIND11_HAS_OPTIONAL 1
#define PYBIND11_HAS_STRING_VIEW 1
#define PYBIND11_HAS_VARIANT 1
#define PYBIND11_TYPE(...) __VA_ARGS__
#define PYBIND11_MAKE_OPAQUE(...)
#define PYBIND11_DECLARE_HOLDER_TYPE(...)
#define PYBIND11_OVERRIDE(Result, Base, Name, ...)                             \
  return Base::Name(__VA_ARGS__)
#define PYBIND11_OVERRIDE_PURE(Result, Base, Name, ...) throw 0
#define PYBIND11_OVERRIDE_NAME(Result, Base, Py, Name, ...)                    \
  return Base::Name(__VA_ARGS__)
#define PYBIND11_OVERLOAD PYBIND11_OVERRIDE
#define PYBIND11_OVERLOAD_PURE PYBIND11_OVERRIDE_PURE
#define PYBIND11_NUMPY_DTYPE(Type, ...)

#define PYBIND11_MODULE(name, variable, ...)                                   \
  static void pybind11_init_##name(::pybind11::module_ &);                     \
  extern "C" PyObject *PyInit_##name() {                                       \
    ::pybind11::module_ Made;                                                  \
    pybind11_init_##name(Made);                                                \
    return Made.ptr();                                                         \
  }                                                                            \
  static void pybind11_init_##name(::pybind11::module_ &variable)
#define PYBIND11_EMBEDDED_MODULE PYBIND11_MODULE

namespace pybind11 {

using ssize_t = Py_ssize_t;
using size_t = std::size_t;

class handle;
class object;
class str;
class tuple;
class list;
class dict;
class iterator;

namespace detail {
struct accessor;
struct args_proxy;
struct is_pyobject_tag {};

template <class Derived> class object_api {
public:
  iterator begin() const;
  iterator end() const;
  accessor operator[](handle Key) const;
  accessor operator[](object &&Key) const;
  accessor operator[](const char *Key) const;
  accessor operator[](size_t Key) const;
  accessor attr(handle Key) const;
  accessor attr(object &&Key) const;
  accessor attr(const char *Key) const;
  args_proxy operator*() const;
  template <class T> bool contains(T &&Item) const { __builtin_unreachable(); }
  template <class... Args> object operator()(Args &&...Values) const;
  template <class... Args> object call(Args &&...Values) const;
  bool is(const object_api &Other) const;
  bool is_none() const;
  bool equal(const object_api &Other) const;
  bool not_equal(const object_api &Other) const;
  bool operator<(const object_api &Other) const;
  bool operator<=(const object_api &Other) const;
  bool operator>(const object_api &Other) const;
  bool operator>=(const object_api &Other) const;
  object operator-() const;
  object operator~() const;
  object operator+(const object_api &Other) const;
  object operator-(const object_api &Other) const;
  object operator*(const object_api &Other) const;
  object operator/(const object_api &Other) const;
  object operator|(const object_api &Other) const;
  object operator&(const object_api &Other) const;
  accessor doc() const;
  int ref_count() const;
  handle get_type() const;
};
} // namespace detail

class handle : public detail::object_api<handle>, detail::is_pyobject_tag {
public:
  handle() = default;
  handle(PyObject *Object) : m_ptr(Object) {}
  handle(std::nullptr_t) {}
  PyObject *ptr() const { return m_ptr; }
  PyObject *&ptr() { return m_ptr; }
  const handle &inc_ref() const &;
  const handle &dec_ref() const &;
  template <class T> T cast() const { __builtin_unreachable(); }
  explicit operator bool() const { return m_ptr != nullptr; }
  bool operator==(const handle &Other) const { return m_ptr == Other.m_ptr; }
  bool operator!=(const handle &Other) const { return m_ptr != Other.m_ptr; }
  bool check() const { return m_ptr != nullptr; }

protected:
  PyObject *m_ptr = nullptr;
};

class object : public handle {
public:
  struct borrowed_t {};
  struct stolen_t {};
  object() = default;
  object(handle Object, bool Borrowed);
  object(handle Object, borrowed_t);
  object(handle Object, stolen_t);
  object(const object &Other);
  object(object &&Other) noexcept;
  ~object();
  object &operator=(const object &Other);
  object &operator=(object &&Other) noexcept;
  handle release();
  template <class T> T cast() const & { __builtin_unreachable(); }
  template <class T> T cast() && { __builtin_unreachable(); }
};

namespace detail {
struct accessor : object_api<accessor> {
  template <class T> const accessor &operator=(T &&Value) const {
    __builtin_unreachable();
  }
  operator object() const;
  PyObject *ptr() const;
  explicit operator bool() const;
  template <class T> T cast() const { __builtin_unreachable(); }
};
using str_attr_accessor = accessor;
using obj_attr_accessor = accessor;
using item_accessor = accessor;
using sequence_accessor = accessor;
using list_accessor = accessor;
using tuple_accessor = accessor;
struct args_proxy {
  args_proxy operator*() const;
};
} // namespace detail

template <class T> T reinterpret_borrow(handle Object) {
  __builtin_unreachable();
}
template <class T> T reinterpret_steal(handle Object) {
  __builtin_unreachable();
}

#define UNGIL_OBJECT(Name, Parent)                                             \
  Name() = default;                                                            \
  Name(handle Object, borrowed_t);                                             \
  Name(handle Object, stolen_t);                                               \
  Name(const object &Other);                                                   \
  Name(object &&Other);                                                        \
  Name(const detail::accessor &Item);                                          \
  bool check() const;                                                          \
  static bool check_(handle Object)

class iterator : public object {
public:
  using iterator_category = std::input_iterator_tag;
  using difference_type = ssize_t;
  using value_type = handle;
  using reference = handle;
  using pointer = const handle *;
  UNGIL_OBJECT(iterator, object);
  iterator &operator++();
  iterator operator++(int);
  reference operator*() const;
  pointer operator->() const;
  static iterator sentinel();
  bool operator==(const iterator &Other) const;
  bool operator!=(const iterator &Other) const;
};
class type : public object {
public:
  UNGIL_OBJECT(type, object);
  static type of(handle Object);
  static handle handle_of(handle Object);
  template <class T> static type of() { __builtin_unreachable(); }
  template <class T> static handle handle_of() { __builtin_unreachable(); }
};
class iterable : public object {
public:
  UNGIL_OBJECT(iterable, object);
};
class sequence : public object {
public:
  UNGIL_OBJECT(sequence, object);
  size_t size() const;
  bool empty() const;
  detail::accessor operator[](size_t Index) const;
  detail::accessor operator[](handle Key) const;
  iterator begin() const;
  iterator end() const;
};
class str : public object {
public:
  UNGIL_OBJECT(str, object);
  str(const char *Text);
  str(const char *Text, ssize_t Length);
  str(const std::string &Text);
  str(std::string_view Text);
  explicit str(handle Object);
  operator std::string() const;
  template <class... Args> str format(Args &&...Values) const {
    __builtin_unreachable();
  }
};
class bytes : public object {
public:
  UNGIL_OBJECT(bytes, object);
  bytes(const char *Text);
  bytes(const char *Text, ssize_t Length);
  bytes(const std::string &Text);
  explicit bytes(const str &Text);
  operator std::string() const;
  operator std::string_view() const;
};
class bytearray : public object {
public:
  UNGIL_OBJECT(bytearray, object);
  bytearray(const char *Text, ssize_t Length);
  size_t size() const;
};
class none : public object {
public:
  none();
  none(const object &Other);
};
class ellipsis : public object {
public:
  ellipsis();
};
class bool_ : public object {
public:
  UNGIL_OBJECT(bool_, object);
  bool_(bool Value);
  operator bool() const;
};
class int_ : public object {
public:
  UNGIL_OBJECT(int_, object);
  template <class T, class = std::enable_if_t<std::is_arithmetic_v<T> ||
                                              std::is_enum_v<T>>>
  int_(T Value) {
    __builtin_unreachable();
  }
  template <class T, class = std::enable_if_t<std::is_integral_v<T>>>
  operator T() const {
    __builtin_unreachable();
  }
};
class float_ : public object {
public:
  UNGIL_OBJECT(float_, object);
  float_(double Value);
  operator double() const;
};
class slice : public object {
public:
  UNGIL_OBJECT(slice, object);
  slice(ssize_t Start, ssize_t Stop, ssize_t Step);
  slice(handle Start, handle Stop, handle Step);
  template <class T>
  bool compute(T Length, T *Start, T *Stop, T *Step, T *Size) const {
    __builtin_unreachable();
  }
};
class capsule : public object {
public:
  UNGIL_OBJECT(capsule, object);
  explicit capsule(const void *Value, const char *Name = nullptr,
                   void (*Destroy)(PyObject *) = nullptr);
  capsule(const void *Value, void (*Destroy)(void *));
  capsule(const void *Value, const char *Name, void (*Destroy)(void *));
  explicit capsule(void (*Destroy)());
  template <class T> operator T *() const { __builtin_unreachable(); }
  template <class T = void> T *get_pointer() const { __builtin_unreachable(); }
  const char *name() const;
};
class tuple : public object {
public:
  UNGIL_OBJECT(tuple, object);
  explicit tuple(size_t Size);
  size_t size() const;
  bool empty() const;
  detail::accessor operator[](size_t Index) const;
  detail::accessor operator[](handle Key) const;
  iterator begin() const;
  iterator end() const;
};
class dict : public object {
public:
  UNGIL_OBJECT(dict, object);
  template <class First, class... Rest,
            class = std::enable_if_t<!std::is_convertible_v<First, handle>>>
  explicit dict(First &&, Rest &&...) {
    __builtin_unreachable();
  }
  struct item_iterator {
    std::pair<handle, handle> operator*() const;
    item_iterator &operator++();
    bool operator!=(const item_iterator &Other) const;
    bool operator==(const item_iterator &Other) const;
  };
  size_t size() const;
  bool empty() const;
  item_iterator begin() const;
  item_iterator end() const;
  void clear();
  template <class T> bool contains(T &&Key) const { __builtin_unreachable(); }
};
class list : public object {
public:
  UNGIL_OBJECT(list, object);
  explicit list(size_t Size);
  size_t size() const;
  bool empty() const;
  detail::accessor operator[](size_t Index) const;
  detail::accessor operator[](handle Key) const;
  iterator begin() const;
  iterator end() const;
  template <class T> void append(T &&Value) { __builtin_unreachable(); }
  template <class T> void insert(size_t Index, T &&Value) {
    __builtin_unreachable();
  }
  void clear();
};
class args : public tuple {
public:
  using tuple::tuple;
};
class kwargs : public dict {
public:
  using dict::dict;
};
class anyset : public object {
public:
  UNGIL_OBJECT(anyset, object);
  size_t size() const;
  bool empty() const;
  template <class T> bool contains(T &&Key) const { __builtin_unreachable(); }
};
class set : public anyset {
public:
  set() = default;
  set(const object &Other);
  template <class T> bool add(T &&Value) { __builtin_unreachable(); }
  void clear();
};
class frozenset : public anyset {
public:
  frozenset(const object &Other);
};
class weakref : public object {
public:
  UNGIL_OBJECT(weakref, object);
  explicit weakref(handle Object, handle Callback = {});
};
class function : public object {
public:
  UNGIL_OBJECT(function, object);
  handle cpp_function() const;
  bool is_cpp_function() const;
};
class staticmethod : public object {
public:
  UNGIL_OBJECT(staticmethod, object);
};
class buffer_info;
class buffer : public object {
public:
  UNGIL_OBJECT(buffer, object);
  buffer_info request(bool Writable = false) const;
};
class memoryview : public object {
public:
  UNGIL_OBJECT(memoryview, object);
  static memoryview from_buffer(const buffer_info &Info);
  static memoryview from_memory(void *Memory, ssize_t Size,
                                bool ReadOnly = false);
};
class cpp_function : public function {
public:
  cpp_function() = default;
  template <class Function, class... Extra>
  cpp_function(Function &&Run, const Extra &...More) {
    __builtin_unreachable();
  }
  object name() const;
};

class buffer_info {
public:
  void *ptr = nullptr;
  ssize_t itemsize = 0, size = 0, ndim = 0;
  std::string format;
  std::vector<ssize_t> shape, strides;
  bool readonly = false;
  buffer_info() = default;
  template <class... Args> explicit buffer_info(Args &&...Values) {
    __builtin_unreachable();
  }
};

//--- Errors -------------------------------------------------------------------

class error_already_set : public std::exception {
public:
  error_already_set();
  void restore();
  void discard_as_unraisable(object Context);
  void discard_as_unraisable(const char *Context);
  bool matches(handle Class) const;
  const object &type() const;
  const object &value() const;
  const object &trace() const;
  const char *what() const noexcept override;
};
class builtin_exception : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
  virtual void set_error() const = 0;
};
#define UNGIL_ERROR(Name)                                                      \
  class Name : public std::runtime_error {                                     \
  public:                                                                      \
    using std::runtime_error::runtime_error;                                   \
    Name() : Name("") {}                                                       \
    void set_error() const;                                                    \
  }
UNGIL_ERROR(stop_iteration);
UNGIL_ERROR(index_error);
UNGIL_ERROR(key_error);
UNGIL_ERROR(value_error);
UNGIL_ERROR(type_error);
UNGIL_ERROR(buffer_error);
UNGIL_ERROR(import_error);
UNGIL_ERROR(attribute_error);
UNGIL_ERROR(cast_error);
UNGIL_ERROR(reference_cast_error);
class error_scope {
public:
  error_scope();
  ~error_scope();
};
void set_error(handle Class, const char *Text);
void set_error(handle Class, handle Value);
void raise_from(PyObject *Class, const char *Text);
void raise_from(error_already_set &Cause, PyObject *Class, const char *Text);
template <class T> class exception : public object {
public:
  template <class... Args> exception(Args &&...Values) {
    __builtin_unreachable();
  }
};
template <class T, class... Args>
exception<T> &register_exception(Args &&...Values) {
  __builtin_unreachable();
}
template <class T, class... Args>
exception<T> &register_local_exception(Args &&...Values) {
  __builtin_unreachable();
}
template <class F> void register_exception_translator(F &&Translate) {
  __builtin_unreachable();
}
template <class F> void register_local_exception_translator(F &&Translate) {
  __builtin_unreachable();
}

//--- Functions ----------------------------------------------------------------

template <class T> T cast(const handle &Object) { __builtin_unreachable(); }
template <class T, class = std::enable_if_t<!std::is_base_of_v<handle, T>>>
object cast(const T &Value, ...) {
  __builtin_unreachable();
}
template <class T> T move(object &&Object) { __builtin_unreachable(); }
template <class... Args> tuple make_tuple(Args &&...Values) {
  __builtin_unreachable();
}
template <class T> bool isinstance(handle Object) { __builtin_unreachable(); }
bool isinstance(handle Object, handle Type);
bool hasattr(handle Object, handle Name);
bool hasattr(handle Object, const char *Name);
void delattr(handle Object, handle Name);
void delattr(handle Object, const char *Name);
object getattr(handle Object, handle Name);
object getattr(handle Object, const char *Name);
object getattr(handle Object, handle Name, handle Default);
object getattr(handle Object, const char *Name, handle Default);
void setattr(handle Object, handle Name, handle Value);
void setattr(handle Object, const char *Name, handle Value);
ssize_t hash(handle Object);
size_t len(handle Object);
size_t len_hint(handle Object);
str repr(handle Object);
iterator iter(handle Object);
template <class... Args> void print(Args &&...Values) {
  __builtin_unreachable();
}
object globals();
template <class... Args> object eval(Args &&...Values) {
  __builtin_unreachable();
}
template <class... Args> void exec(Args &&...Values) {
  __builtin_unreachable();
}
template <class... Args> object eval_file(Args &&...Values) {
  __builtin_unreachable();
}
template <class T> ssize_t ssize_t_cast(const T &Value) {
  return static_cast<ssize_t>(Value);
}
template <class... Args> iterator make_iterator(Args &&...Values) {
  __builtin_unreachable();
}
template <class... Args> iterator make_key_iterator(Args &&...Values) {
  __builtin_unreachable();
}
template <class... Args> iterator make_value_iterator(Args &&...Values) {
  __builtin_unreachable();
}
template <class A, class B> void implicitly_convertible() {
  __builtin_unreachable();
}
template <class F> function get_override(const F *Self, const char *Name) {
  __builtin_unreachable();
}
[[noreturn]] void pybind11_fail(const char *Text);
[[noreturn]] void pybind11_fail(const std::string &Text);

//--- Thread state and locks ---------------------------------------------------

class gil_scoped_acquire {
public:
  gil_scoped_acquire();
  ~gil_scoped_acquire();
  void disarm();
};
class gil_scoped_release {
public:
  explicit gil_scoped_release(bool Disassociate = false);
  ~gil_scoped_release();
  void disarm();
};
class gil_scoped_acquire_simple {
public:
  gil_scoped_acquire_simple();
  ~gil_scoped_acquire_simple();
};
class gil_scoped_release_simple {
public:
  gil_scoped_release_simple();
  ~gil_scoped_release_simple();
};
class scoped_critical_section {
public:
  explicit scoped_critical_section(handle Object);
  scoped_critical_section(handle First, handle Second);
  ~scoped_critical_section();
};
template <class T> class gil_safe_call_once_and_store {
public:
  template <class F>
  gil_safe_call_once_and_store &call_once_and_store_result(F &&Make) {
    __builtin_unreachable();
  }
  T &get_stored();
};

//--- Definitions of modules and classes ---------------------------------------

template <class... T> struct call_guard {};
template <size_t A, size_t B> struct keep_alive {};
struct name {
  name(const char *);
};
struct doc {
  doc(const char *);
};
struct scope {
  scope(handle);
};
struct sibling {
  sibling(handle);
};
struct is_method {
  is_method(handle);
};
struct is_operator {};
struct is_final {};
struct is_setter {};
struct prepend {};
struct buffer_protocol {};
struct metaclass {
  metaclass() = default;
  explicit metaclass(handle);
};
struct module_local {
  explicit module_local(bool = true);
};
struct dynamic_attr {};
struct arithmetic {};
struct multiple_inheritance {};
struct kw_only {};
struct pos_only {};
struct custom_type_setup {
  template <class F> explicit custom_type_setup(F &&Setup) {
    __builtin_unreachable();
  }
};
struct mod_gil_not_used {
  explicit mod_gil_not_used(bool = true);
};
struct multiple_interpreters {
  static multiple_interpreters not_supported(), shared_gil(),
      per_interpreter_gil();
};
enum class return_value_policy {
  automatic,
  automatic_reference,
  take_ownership,
  copy,
  move,
  reference,
  reference_internal
};
struct options {
  options &disable_function_signatures() &;
  options &disable_user_defined_docstrings() &;
  options &enable_function_signatures() &;
};
struct arg_v;
struct arg {
  constexpr explicit arg(const char *Name = nullptr);
  template <class T> arg_v operator=(T &&Value) const;
  arg &noconvert(bool = true);
  arg &none(bool = true);
};
struct arg_v : arg {
  template <class T>
  arg_v(const char *Name, T &&Value, const char *Text = nullptr) {
    __builtin_unreachable();
  }
};
inline namespace literals {
constexpr arg operator""_a(const char *Name, size_t) { return arg(Name); }
str operator""_s(const char *Text, size_t Length);
} // namespace literals

class module_ : public object {
public:
  UNGIL_OBJECT(module_, object);
  explicit module_(const char *Name, const char *Doc = nullptr);
  template <class F, class... Extra>
  module_ &def(const char *Name, F &&Run, const Extra &...More) {
    __builtin_unreachable();
  }
  module_ def_submodule(const char *Name, const char *Doc = nullptr);
  static module_ import(const char *Name);
  void reload();
  void add_object(const char *Name, handle Object, bool Overwrite = false);
};
using module = module_;

template <class... Args> struct init_t {};
template <class... Args> init_t<Args...> init() { __builtin_unreachable(); }
template <class... F> init_t<F...> init(F &&...Make) {
  __builtin_unreachable();
}
template <class... F> init_t<F...> pickle(F &&...Make) {
  __builtin_unreachable();
}
template <class... Args> init_t<Args...> init_alias() {
  __builtin_unreachable();
}
struct self_t {};
static const self_t self = {};
template <class... Args> struct overload_cast_t {
  template <class F> constexpr F operator()(F Run) const { return Run; }
  template <class F, class T> constexpr F operator()(F Run, T) const {
    return Run;
  }
};
template <class... Args> constexpr overload_cast_t<Args...> overload_cast{};
static constexpr std::false_type const_{};

class generic_type : public object {
public:
  using object::object;
};
template <class T, class... Options> class class_ : public generic_type {
public:
  using type = T;
  template <class... Extra>
  class_(handle Scope, const char *Name, const Extra &...More) {
    __builtin_unreachable();
  }
  template <class F, class... Extra>
  class_ &def(const char *Name, F &&Run, const Extra &...More) {
    __builtin_unreachable();
  }
  template <class What, class... Extra>
  class_ &def(const What &Definition, const Extra &...More) {
    __builtin_unreachable();
  }
  template <class F, class... Extra>
  class_ &def_static(const char *Name, F &&Run, const Extra &...More) {
    __builtin_unreachable();
  }
  template <class Get, class... Extra>
  class_ &def_readonly(const char *Name, Get &&Member, const Extra &...More) {
    __builtin_unreachable();
  }
  template <class Get, class... Extra>
  class_ &def_readwrite(const char *Name, Get &&Member, const Extra &...More) {
    __builtin_unreachable();
  }
  template <class Get, class... Extra>
  class_ &def_readonly_static(const char *Name, Get &&Member,
                              const Extra &...More) {
    __builtin_unreachable();
  }
  template <class Get, class... Extra>
  class_ &def_readwrite_static(const char *Name, Get &&Member,
                               const Extra &...More) {
    __builtin_unreachable();
  }
  template <class Get, class... Extra>
  class_ &def_property_readonly(const char *Name, Get &&Run,
                                const Extra &...More) {
    __builtin_unreachable();
  }
  template <class Get, class... Extra>
  class_ &def_property_readonly_static(const char *Name, Get &&Run,
                                       const Extra &...More) {
    __builtin_unreachable();
  }
  template <class Get, class Set, class... Extra>
  class_ &def_property(const char *Name, Get &&Run, Set &&Store,
                       const Extra &...More) {
    __builtin_unreachable();
  }
  template <class Get, class Set, class... Extra>
  class_ &def_property_static(const char *Name, Get &&Run, Set &&Store,
                              const Extra &...More) {
    __builtin_unreachable();
  }
  template <class F> class_ &def_buffer(F &&Run) { __builtin_unreachable(); }
};
template <class T, class... Options> using classh = class_<T, Options...>;
template <class T> class enum_ : public class_<T> {
public:
  template <class... Extra>
  enum_(handle Scope, const char *Name, const Extra &...More) {
    __builtin_unreachable();
  }
  enum_ &value(const char *Name, T Value, const char *Doc = nullptr);
  enum_ &export_values();
};
template <class T> class native_enum : public object {
public:
  template <class... Extra>
  native_enum(handle Scope, const char *Name, const Extra &...More) {
    __builtin_unreachable();
  }
  native_enum &value(const char *Name, T Value, const char *Doc = nullptr);
  native_enum &export_values();
  void finalize();
};
template <class Container, class... Args>
class_<Container> bind_vector(Args &&...Values) {
  __builtin_unreachable();
}
template <class Container, class... Args>
class_<Container> bind_map(Args &&...Values) {
  __builtin_unreachable();
}

//--- numpy.h ------------------------------------------------------------------

class dtype : public object {
public:
  UNGIL_OBJECT(dtype, object);
  explicit dtype(const char *Format);
  explicit dtype(const std::string &Format);
  explicit dtype(const buffer_info &Info);
  template <class T> static dtype of() { __builtin_unreachable(); }
  ssize_t itemsize() const;
  char kind() const;
  char char_() const;
  int num() const;
  bool has_fields() const;
  static dtype from_args(object Args);
};
template <class T, ssize_t Dims = -1> struct unchecked_t {
  template <class... Index> T &operator()(Index... At) const {
    __builtin_unreachable();
  }
  T &operator[](ssize_t Index) const;
  template <class... Index> T *mutable_data(Index... At) const {
    __builtin_unreachable();
  }
  template <class... Index> const T *data(Index... At) const {
    __builtin_unreachable();
  }
  ssize_t shape(ssize_t Dim) const;
  ssize_t size() const;
  ssize_t ndim() const;
};
class array : public buffer {
public:
  enum { c_style = 1, f_style = 2, forcecast = 0x10 };
  array() = default;
  array(const object &Other);
  template <class First, class Second, class... Rest>
  array(First &&, Second &&, Rest &&...) {
    __builtin_unreachable();
  }
  pybind11::dtype dtype() const;
  ssize_t size() const;
  ssize_t itemsize() const;
  ssize_t nbytes() const;
  ssize_t ndim() const;
  const ssize_t *shape() const;
  ssize_t shape(ssize_t Dim) const;
  const ssize_t *strides() const;
  ssize_t strides(ssize_t Dim) const;
  int flags() const;
  bool writeable() const;
  bool owndata() const;
  object base() const;
  template <class... Index> const void *data(Index... At) const {
    __builtin_unreachable();
  }
  template <class... Index> void *mutable_data(Index... At) {
    __builtin_unreachable();
  }
  template <class Shape> array reshape(Shape &&New) { __builtin_unreachable(); }
  template <class Shape> void resize(Shape &&New, bool Check = true) {
    __builtin_unreachable();
  }
  array squeeze();
  static array ensure(handle Object, int Flags = 0);
};
template <class T, int Flags = array::forcecast> class array_t : public array {
public:
  using value_type = T;
  array_t() = default;
  array_t(const object &Other);
  array_t(handle Object, borrowed_t);
  array_t(handle Object, stolen_t);
  explicit array_t(ssize_t Count, const T *Data = nullptr, handle Base = {});
  array_t(std::initializer_list<ssize_t> Shape, const T *Data = nullptr,
          handle Base = {});
  array_t(std::vector<ssize_t> Shape, const T *Data = nullptr,
          handle Base = {});
  array_t(std::vector<ssize_t> Shape, std::vector<ssize_t> Strides,
          const T *Data = nullptr, handle Base = {});
  template <class... Index> const T *data(Index... At) const {
    __builtin_unreachable();
  }
  template <class... Index> T *mutable_data(Index... At) {
    __builtin_unreachable();
  }
  template <class... Index> const T &at(Index... At) const {
    __builtin_unreachable();
  }
  template <class... Index> T &mutable_at(Index... At) {
    __builtin_unreachable();
  }
  template <ssize_t Dims = -1> unchecked_t<T, Dims> mutable_unchecked() & {
    __builtin_unreachable();
  }
  template <ssize_t Dims = -1> unchecked_t<const T, Dims> unchecked() const & {
    __builtin_unreachable();
  }
  static array_t ensure(handle Object);
};
template <class F> F vectorize(F Run) { __builtin_unreachable(); }

//--- embed.h and others -------------------------------------------------------

class scoped_interpreter {
public:
  template <class... Args> explicit scoped_interpreter(Args &&...Values) {
    __builtin_unreachable();
  }
  ~scoped_interpreter();
};
void initialize_interpreter(...);
void finalize_interpreter();
class scoped_ostream_redirect {
public:
  template <class... Args> explicit scoped_ostream_redirect(Args &&...Values) {
    __builtin_unreachable();
  }
  ~scoped_ostream_redirect();
};

#undef UNGIL_OBJECT
#undef UNGIL_ERROR

} // namespace pybind11

namespace PYBIND11_NAMESPACE {
namespace detail {
template <class T, class = void> struct type_caster {
  template <class Value>
  static handle cast(Value &&From, return_value_policy Policy, handle Parent) {
    __builtin_unreachable();
  }
  bool load(handle Source, bool Convert);
  operator T &();
};
template <class T> using make_caster = type_caster<T>;
bool is_holder_constructed(PyObject *Object);
template <class T> T cast_op(make_caster<T> &Caster) {
  __builtin_unreachable();
}
constexpr const char *const_name(const char *Text) { return Text; }
constexpr const char *_(const char *Text) { return Text; }
} // namespace detail
} // namespace PYBIND11_NAMESPACE

#define PYBIND11_TYPE_CASTER(Type, Name)                                       \
  Type value;                                                                  \
  operator Type *();                                                           \
  operator Type &()
