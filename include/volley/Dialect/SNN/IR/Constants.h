// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The numbers of a constant, whatever attribute holds them.

#ifndef VOLLEY_DIALECT_SNN_IR_CONSTANTS_H
#define VOLLEY_DIALECT_SNN_IR_CONSTANTS_H

#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/Value.h"

namespace volley::snn {

/// A view of a scalar, a splat, a dense array or a resource of i1, i32, f32 or
/// f64 elements. Valid while the attribute's context lives.
class ConstantView {
public:
  /// Of the constant that defines `value`; nothing if that is no constant.
  static std::optional<ConstantView> get(mlir::Value value);
  /// Of an attribute; nothing if it does not hold such elements.
  static std::optional<ConstantView> get(mlir::Attribute attr);

  mlir::Type getElementType() const { return elementType; }
  /// Empty for a scalar.
  llvm::ArrayRef<int64_t> getShape() const { return shape; }
  int64_t getNumElements() const { return numElements; }
  /// True if one stored element stands for all.
  bool isUniform() const { return uniform; }

  /// Element `index` in row-major order.
  double getDouble(int64_t index) const;
  int64_t getInteger(int64_t index) const;

  /// The number of all elements if it is one power of two far from the limits
  /// of f32, by which a product of any integer below 2^64 changes the exponent
  /// only; else 0.
  double getPowerOfTwo() const;

  /// All elements as they are stored: f32 or f64 of the element type, or
  /// nothing for a uniform constant or integers.
  template <typename T> llvm::ArrayRef<T> getRaw() const {
    return {reinterpret_cast<const T *>(raw), raw ? size_t(numElements) : 0};
  }

private:
  mlir::Attribute attr;
  mlir::Type elementType;
  llvm::ArrayRef<int64_t> shape;
  int64_t numElements = 1;
  bool uniform = false;
  const char *raw = nullptr;
  double uniformDouble = 0;
  int64_t uniformInteger = 0;
};

/// An array of floats: one that prints if it is small, else a resource called
/// `name`, which is never hashed. T is float or double, as the type's elements.
template <typename T>
mlir::TypedAttr makeFloatArray(mlir::RankedTensorType type,
                               llvm::StringRef name, llvm::ArrayRef<T> values);

} // namespace volley::snn

#endif // VOLLEY_DIALECT_SNN_IR_CONSTANTS_H
