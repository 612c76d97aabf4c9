// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Arrays of recorded data: .npy, .csv and event files, and their conversion to
// the element types of a program.

#ifndef VOLLEY_RUNTIME_ARRAY_H
#define VOLLEY_RUNTIME_ARRAY_H

#include "volley/Runtime/Session.h"
#include <optional>

namespace volley::runtime {

/// The element types that files and NumPy have.
enum class Element {
  Bool,
  I8,
  I16,
  I32,
  I64,
  U8,
  U16,
  U32,
  U64,
  F16,
  F32,
  F64
};

size_t getSize(Element element);
Element getElement(DType type);
/// From NumPy's kind ('b', 'i', 'u' or 'f') and size in bytes.
std::optional<Element> getElement(char kind, size_t size);

/// A contiguous array in row-major order.
struct Array {
  Element element = Element::F32;
  std::vector<int64_t> shape;
  std::vector<char> bytes;

  int64_t getNumElements() const;
};

/// Converts `count` elements. Integers and binary targets take a value only if
/// they can hold it exactly; floats take integers only exactly and round other
/// floats, but do not overflow. Returns an empty string, or an error that names
/// the first element that cannot be converted, its position in `shape` and its
/// value.
std::string convert(Element from, const void *source, DType to, void *target,
                    const std::vector<int64_t> &shape);

// Files. Each returns an empty string, or what is wrong, without the path.

std::string readNpy(const std::string &path, Array &array);
/// Writes (shape) elements of a program's type.
std::string writeNpy(const std::string &path, DType type,
                     const std::vector<int64_t> &shape, const void *data);

/// One row per line, of numbers separated by commas or blanks; lines that start
/// with '#' are left out. Gives an f64 array of shape (rows, columns).
std::string readCsv(const std::string &path, Array &array);
/// One row per index of the first dimension.
std::string writeCsv(const std::string &path, DType type,
                     const std::vector<int64_t> &shape, const void *data);

/// Events of one sample: steps, and numbers of elements; both ascend.
struct EventList {
  std::vector<int64_t> step, index;
  /// One more than the last step.
  int64_t steps = 0;
};

/// Events of 5 bytes: x, y, then 1 bit of polarity and 23 bits of time in us,
/// big-endian (the format of N-MNIST). Steps have `bin` seconds; elements are
/// those of [2, height, width]: polarity, y and x.
std::string readEvents(const std::string &path, double bin, int64_t height,
                       int64_t width, EventList &events);

/// Says which element of a signal of `shape` is more than one spike in a step,
/// if any is.
std::string checkSpikes(const EventList &events,
                        const std::vector<int64_t> &shape);

/// The number of events per step and element, as i32 of shape (steps, shape).
std::string countEvents(const EventList &events,
                        const std::vector<int64_t> &shape, Array &array);

} // namespace volley::runtime

#endif // VOLLEY_RUNTIME_ARRAY_H
