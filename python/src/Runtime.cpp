// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The extension module volley._runtime: artefacts and sessions, without the
// compiler. What users see is the package around it.

#include "volley-c/volley.h"
#include "volley/Runtime/Array.h"
#include "volley/Runtime/Artifact.h"

#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/shared_ptr.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/unique_ptr.h>
#include <nanobind/stl/vector.h>

namespace nb = nanobind;
using namespace volley::runtime;

namespace {

using ConstArray = nb::ndarray<nb::ro, nb::device::cpu, nb::c_contig>;
using AnyArray = nb::ndarray<nb::device::cpu, nb::c_contig>;

/// A copy of `source` with the element type of a signal, in `target`.
void convertArray(ConstArray source, AnyArray target,
                  const SignalInfo &signal) {
  char kind = 'f';
  switch (static_cast<nb::dlpack::dtype_code>(source.dtype().code)) {
  case nb::dlpack::dtype_code::Bool:
    kind = 'b';
    break;
  case nb::dlpack::dtype_code::Int:
    kind = 'i';
    break;
  case nb::dlpack::dtype_code::UInt:
    kind = 'u';
    break;
  case nb::dlpack::dtype_code::Float:
    break;
  default:
    throw nb::type_error("expects an array of real numbers");
  }
  std::optional<Element> element = getElement(kind, source.itemsize());
  if (!element)
    throw nb::type_error("expects an array of numbers of 8 to 64 bit");
  std::vector<int64_t> shape;
  for (size_t dim = 0; dim < source.ndim(); ++dim)
    shape.push_back(source.shape(dim));
  std::string error =
      convert(*element, source.data(), signal.type, target.data(), shape);
  if (!error.empty())
    throw nb::value_error(("input '" + signal.name + "': " + error).c_str());
}

/// The memory of NumPy arrays, which stays theirs as long as this lives.
class Buffers {
public:
  explicit Buffers(size_t count) { views.reserve(count); }
  Buffers(const Buffers &) = delete;
  Buffers &operator=(const Buffers &) = delete;
  ~Buffers() {
    for (Py_buffer &view : views)
      PyBuffer_Release(&view);
  }

  /// The elements of a contiguous array; null of None.
  void *get(nb::handle array, int flags) {
    if (array.is_none())
      return nullptr;
    // A view may point into itself: it stays where it is filled.
    Py_buffer &view = views.emplace_back();
    if (PyObject_GetBuffer(array.ptr(), &view, flags) != 0) {
      views.pop_back();
      throw nb::python_error();
    }
    return view.buf;
  }

private:
  std::vector<Py_buffer> views;
};

/// Arrays have the types and shapes of the program's signals: the package has
/// seen to that. By the buffer protocol, which is quicker than DLPack. An input
/// that is a list of events is a tuple of arrays of i64: steps, samples or
/// None, and indices.
void run(Session &session, nb::list inputs, nb::list outputs, nb::list probes,
         int64_t steps) {
  Buffers arrays(3 * inputs.size() + outputs.size() + probes.size());
  RunBuffers buffers;
  std::vector<volley_events> lists(inputs.size());
  buffers.inputs.reserve(inputs.size());
  for (size_t i = 0; i < inputs.size(); ++i) {
    nb::handle input = inputs[i];
    if (!nb::isinstance<nb::tuple>(input)) {
      buffers.inputs.push_back(arrays.get(input, PyBUF_SIMPLE));
      continue;
    }
    auto list = nb::borrow<nb::tuple>(input);
    auto get = [&](size_t part) {
      return static_cast<const int64_t *>(arrays.get(list[part], PyBUF_SIMPLE));
    };
    lists[i] = {nb::len(nb::object(list[0])), get(0), get(1), get(2), 0};
    buffers.inputs.push_back(nullptr);
    buffers.events.resize(inputs.size());
    buffers.events[i] = &lists[i];
  }
  buffers.outputs.reserve(outputs.size());
  for (nb::handle output : outputs)
    buffers.outputs.push_back(arrays.get(output, PyBUF_WRITABLE));
  buffers.probes.reserve(probes.size());
  for (nb::handle probe : probes)
    buffers.probes.push_back(arrays.get(probe, PyBUF_WRITABLE));
  std::string error;
  RunStatus status;
  {
    nb::gil_scoped_release release;
    status = session.run(buffers, steps, error);
  }
  if (status == RunStatus::InvalidInput)
    throw nb::value_error(error.c_str());
  if (status != RunStatus::Ok)
    throw std::runtime_error(error);
}

const char *getNumPyName(DType type) {
  switch (type) {
  case DType::Bool:
    return "uint8";
  case DType::I32:
    return "int32";
  case DType::F32:
    return "float32";
  case DType::F64:
    return "float64";
  }
  return "";
}

const char *getRateName(Rate rate) {
  switch (rate) {
  case Rate::Stream:
    return "stream";
  case Rate::Static:
    return "static";
  case Rate::Window:
    return "window";
  }
  return "";
}

} // namespace

NB_MODULE(_runtime, m) {
  m.doc() = "Compiled programs; use the package volley.";

  nb::class_<SignalInfo>(m, "Signal")
      .def_ro("name", &SignalInfo::name)
      .def_ro("what", &SignalInfo::what)
      .def_prop_ro(
          "shape",
          [](const SignalInfo &s) { return nb::tuple(nb::cast(s.shape)); })
      .def_prop_ro("rate",
                   [](const SignalInfo &s) { return getRateName(s.rate); })
      .def_prop_ro("dtype",
                   [](const SignalInfo &s) { return getNumPyName(s.type); });

  nb::class_<ProgramInfo>(m, "ProgramInfo")
      .def_ro("name", &ProgramInfo::name)
      .def_ro("dt", &ProgramInfo::timeStep)
      .def_ro("inputs", &ProgramInfo::inputs)
      .def_ro("outputs", &ProgramInfo::outputs)
      .def_ro("probes", &ProgramInfo::probes);

  // The interpreter's too.
  nb::class_<Session>(m, "Session")
      .def_prop_ro("batch", &Session::getBatch)
      .def_prop_ro("info", &Session::getInfo, nb::rv_policy::reference_internal)
      .def("reset", &Session::reset)
      .def("run", &run)
      .def("save",
           [](const Session &session) {
             std::vector<char> bytes = session.save();
             return nb::bytes(bytes.data(), bytes.size());
           })
      .def("load", [](Session &session, nb::bytes bytes) {
        std::string error = session.load(
            std::vector<char>(bytes.c_str(), bytes.c_str() + bytes.size()));
        if (!error.empty())
          throw nb::value_error(error.c_str());
      });

  nb::class_<ThreadPool>(m, "ThreadPool")
      .def("__init__",
           [](ThreadPool *pool, int threads) {
             if (threads < 0 || threads > ThreadPool::kMostThreads)
               throw nb::value_error(("threads must be 0 to " +
                                      std::to_string(ThreadPool::kMostThreads))
                                         .c_str());
             new (pool) ThreadPool(threads);
           })
      .def_prop_ro("threads", &ThreadPool::getNumThreads);

  // The compiler prints it.
  nb::class_<Profile>(m, "Profile");

  nb::class_<Artifact>(m, "Artifact")
      .def_prop_ro("is_profiled", &Artifact::isProfiled)
      .def("profile", &Artifact::getProfile)
      .def_prop_ro("cpu", &Artifact::getCPU)
      .def_prop_ro("levels", &Artifact::getLevels)
      .def_prop_ro("info", &Artifact::getInfo,
                   nb::rv_policy::reference_internal)
      .def(
          "session",
          [](Artifact &artifact, int64_t batch,
             std::shared_ptr<ThreadPool> pool) {
            std::string error;
            auto session =
                artifact.createSession(batch, std::move(pool), error);
            if (!session)
              throw std::runtime_error(error);
            return session;
          },
          nb::arg("batch"), nb::arg("pool").none());

  m.def("convert", &convertArray);
  m.def(
      "open",
      [](const std::string &path, const std::string &cpu) {
        std::string error;
        std::shared_ptr<Artifact> artifact = Artifact::load(path, error, cpu);
        if (!artifact)
          throw std::runtime_error(error);
        return artifact;
      },
      nb::arg("path"), nb::arg("cpu") = "");
}
