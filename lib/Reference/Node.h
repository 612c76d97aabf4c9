// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the nodes of the interpreter share: signals, the interface of a node,
// and constants in the element type of a network.

#ifndef VOLLEY_LIB_REFERENCE_NODE_H
#define VOLLEY_LIB_REFERENCE_NODE_H

#include "Law.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include <cstring>
#include <limits>
#include <memory>
#include <vector>

namespace volley::reference {

/// The array of one signal at one step of one sample. Binary signals have one
/// byte per element, as at the ABI.
struct Signal {
  ElementType type = ElementType::F32;
  int64_t count = 0;
  std::vector<char> bytes;

  explicit Signal(mlir::RankedTensorType tensor)
      : type(getElementType(tensor.getElementType())),
        count(tensor.getNumElements()), bytes(count * getSize()) {}

  size_t getSize() const {
    return type == ElementType::I1 ? 1 : (type == ElementType::F64 ? 8 : 4);
  }
  template <typename T> T *get() { return reinterpret_cast<T *>(bytes.data()); }
};

/// Calls `function` with a null pointer to the C++ type of the elements.
template <typename Function>
void dispatch(ElementType type, Function function) {
  switch (type) {
  case ElementType::I1:
    return function(static_cast<uint8_t *>(nullptr));
  case ElementType::I32:
    return function(static_cast<int32_t *>(nullptr));
  case ElementType::F32:
    return function(static_cast<float *>(nullptr));
  case ElementType::F64:
    return function(static_cast<double *>(nullptr));
  }
}
/// Plain values as bytes, and back.
template <typename T>
void append(std::vector<char> &bytes, llvm::ArrayRef<T> values) {
  const char *data = reinterpret_cast<const char *>(values.data());
  bytes.insert(bytes.end(), data, data + values.size() * sizeof(T));
}
template <typename T>
void take(const char *&bytes, llvm::MutableArrayRef<T> values) {
  std::memcpy(values.data(), bytes, values.size() * sizeof(T));
  bytes += values.size() * sizeof(T);
}
#define ELEMENT(pointer) std::remove_pointer_t<decltype(pointer)>

/// One op, ready to run. `evaluate` computes its results from its operands at
/// the current step; `advance` takes over what later steps need.
class Node {
public:
  virtual ~Node() = default;
  /// Sets the state of sample `sample` to that before the first step.
  virtual void reset(int64_t batch) {}
  virtual const char *evaluate(int64_t sample) { return nullptr; }
  virtual void advance(int64_t sample) {}
  /// Writes the state of all samples behind `bytes`, or reads it from there.
  virtual void save(std::vector<char> &bytes) const {}
  virtual void load(const char *&bytes) {}
  std::string name;
};
/// The largest of some elements: NaN never wins, and of nothing it is the least
/// value.
template <typename T>
constexpr T kLeast = std::is_floating_point_v<T>
                         ? -std::numeric_limits<T>::infinity()
                         : std::numeric_limits<T>::lowest();

/// The type in which elements are summed: integers exactly, modulo 2^32.
template <typename T>
using SumOf = std::conditional_t<std::is_floating_point_v<T>, T, uint32_t>;

/// A sum in the element type of a result.
template <typename Y, typename Sum> Y fromSum(Sum sum) {
  if constexpr (std::is_floating_point_v<Sum>)
    return static_cast<Y>(sum);
  else
    return static_cast<Y>(static_cast<int32_t>(sum));
}

template <typename T> std::vector<T> readConstant(mlir::Value value) {
  std::vector<T> result;
  if (!value)
    return result;
  snn::ConstantView view = *snn::ConstantView::get(value);
  result.resize(view.getNumElements());
  for (auto [index, element] : llvm::enumerate(result))
    element = static_cast<T>(view.getDouble(index));
  return result;
}

/// A bias counts as +0.0 where it is -0.0 or absent.
template <typename T>
std::vector<T> readBias(mlir::Value value, int64_t count) {
  std::vector<T> bias = readConstant<T>(value);
  bias.resize(count, T(0));
  for (T &element : bias)
    if (element == 0)
      element = T(0);
  return bias;
}

/// The element of a broadcast array (aligned at the left) for each element of
/// `shape`.
std::vector<int64_t> getBroadcastIndices(llvm::ArrayRef<int64_t> from,
                                         llvm::ArrayRef<int64_t> shape);

/// Gives the signal of a value.
using SignalOf = llvm::function_ref<Signal &(mlir::Value)>;

/// The node of an op with or without state; null for other ops, and, with an
/// error, for a law that cannot be evaluated.
std::unique_ptr<Node> makeStatelessNode(mlir::Operation *op, SignalOf get);
std::unique_ptr<Node> makeStatefulNode(mlir::Operation *op, SignalOf get);

} // namespace volley::reference

#endif // VOLLEY_LIB_REFERENCE_NODE_H
