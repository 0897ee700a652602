// Part of ungil, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// object-field on classes that a binding tool makes objects of: no header of
// Python's in front of them, and still any thread can call their methods.

#include <Python.h>
#include <atomic>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

// As the binding tool declares it.
namespace pybind11 {
template <class T, class... Options> class class_ {
public:
  template <class F> class_ &def(const char *, F &&);
  template <class F> class_ &def_static(const char *, F &&);
  template <class F> class_ &def_property_readonly(const char *, F &&);
  template <class M> class_ &def_readwrite(const char *, M &&);
  template <class M> class_ &def_readonly(const char *, M &&);
};
} // namespace pybind11
namespace py = pybind11;

struct Named {
  long Renamed = 0;
  long rename() {
    Renamed = Renamed * 3 + 1; // expect: object-field medium
    return Renamed;
  }
};

class Counter : public Named {
  long Count = 0;
  long *Samples = nullptr;
  long Limit;
  std::atomic<long> Seen{0};
  mutable std::mutex Lock;
  long Locked = 0;
  long Touched = 0;
  std::vector<long> Items;
  std::map<std::string, long> Cache;
  std::unique_ptr<Counter> Next;

public:
  // Nobody else has it yet.
  explicit Counter(long L) : Limit(L) {
    prepare();
    auto Fill = [this] { Touched += 1; };
    Fill();
    Samples = new long[L];
  }
  ~Counter() {
    Touched = 0;
    delete[] Samples;
  }
  long add(long N) {
    Seen += N;
    Count = Count * 2 + N; // expect: object-field medium
    std::lock_guard<std::mutex> Guard(Lock);
    return Locked += N;
  }
  long total() const { return Count + Limit; }
  long locked() const {
    std::lock_guard<std::mutex> Guard(Lock);
    return Locked;
  }
  long seen() const { return Seen; }
  long touched() const { return Touched; }
  void resize(long N) {
    long *Old = Samples;
    Samples = new long[N]; // expect: object-field high
    delete[] Old;
  }
  long first() const {
    return Samples[0]; // expect: object-field high
  }
  void push(long N) {
    Items.push_back(N); // expect: object-field high
  }
  size_t size() const { return Items.size(); }
  long cached(const std::string &Key) {
    auto It = Cache.find(Key);
    if (It == Cache.end())
      It = Cache.emplace(Key, Limit).first; // expect: object-field high
    return It->second;
  }
  void append(std::unique_ptr<Counter> Other) {
    Next = std::move(Other); // expect: object-field high
  }
  bool last() const { return !Next; }

  // Objects of its own, in every way there is to have one.
  static std::unique_ptr<Counter> make(long N) {
    auto Made = std::make_unique<Counter>(N);
    Made->Touched = N;
    Made->Cache["made"] = N;
    fill(*Made);
    fillThrough(Made);
    return Made;
  }
  static std::shared_ptr<Counter> share(long N) {
    std::shared_ptr<Counter> Made(new Counter(N));
    Made->Touched = N;
    Counter *Raw = Made.get();
    Raw->Items.clear();
    return Made;
  }
  static long sum() {
    Counter Local(3);
    Local.Touched = 4;
    Local.touch();
    std::vector<std::unique_ptr<Counter>> Many;
    Many.push_back(make(3));
    Many[0]->Touched = 4;
    for (auto &Each : Many)
      Each->touch();
    auto Fill = [&Local] { Local.Touched = 5; };
    Fill();
    Counter *Plain = new Counter(3);
    Plain->Touched = 3;
    long Sum = Plain->Touched;
    delete Plain;
    return Sum;
  }

private:
  void touch() { Touched = 7; }
  void prepare() { Touched = Limit; }
  static void fill(Counter &C) { C.Touched = 8; }
  static void fillThrough(const std::unique_ptr<Counter> &C) { C->Touched = 8; }
};

// What Python assigns without any code of the extension is written, too.
struct Label {
  std::string Text, Fixed;
  std::vector<long> Widths;
  double Scale = 1;
  double width() const {
    double Sum = 0;
    for (long Each : Widths) // expect: object-field medium
      Sum += Each;
    return Sum * Scale;
  }
  std::string text() const {
    return Text + "."; // expect: object-field medium
  }
  std::string fixed() const { return Fixed + "."; }
};

// Not bound: how many threads use it is its owner's business.
struct Scratch {
  long Sum = 0;
  void add(long N) { Sum += N; }
};

static long summed(Counter &C) {
  Scratch S;
  S.add(C.total());
  S.add(C.locked());
  return S.Sum;
}

void bindLabel() {
  py::class_<Label>()
      .def("width", &Label::width)
      .def("text", &Label::text)
      .def("fixed", &Label::fixed)
      .def_readwrite("label", &Label::Text)
      .def_readwrite("widths", &Label::Widths)
      .def_readwrite("scale", &Label::Scale)
      .def_readonly("fixed_text", &Label::Fixed);
}

void bindCounter() {
  py::class_<Counter>()
      .def("rename", &Counter::rename)
      .def("add", &Counter::add)
      .def("resize", &Counter::resize)
      .def("first", &Counter::first)
      .def("push", &Counter::push)
      .def("append", &Counter::append)
      .def("cached", &Counter::cached)
      .def("last", &Counter::last)
      .def("__len__", &Counter::size)
      .def("summed", [](Counter &C) { return summed(C); })
      .def("twice", [](Counter &C) { return C.total() * 2; })
      .def_static("make", &Counter::make)
      .def_static("share", &Counter::share)
      .def_static("sum", &Counter::sum)
      .def_property_readonly("touched", &Counter::touched)
      .def_property_readonly("total", &Counter::total)
      .def_property_readonly("seen", &Counter::seen)
      .def_property_readonly("locked", &Counter::locked);
}
