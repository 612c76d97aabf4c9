// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/IR/Constants.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/DialectResourceBlobManager.h"
#include "mlir/IR/Matchers.h"
#include <cmath>

using namespace mlir;
using namespace volley::snn;

std::optional<ConstantView> ConstantView::get(Value value) {
  Attribute attr;
  if (!matchPattern(value, m_Constant(&attr)))
    return std::nullopt;
  return get(attr);
}

std::optional<ConstantView> ConstantView::get(Attribute attr) {
  ConstantView view;
  view.attr = attr;
  if (auto value = dyn_cast<FloatAttr>(attr)) {
    view.elementType = value.getType();
    view.uniform = true;
    view.uniformDouble = value.getValue().convertToDouble();
    return view;
  }
  if (auto value = dyn_cast<IntegerAttr>(attr)) {
    view.elementType = value.getType();
    view.uniform = true;
    view.uniformInteger = value.getType().isInteger(1)
                              ? value.getValue().getZExtValue()
                              : value.getValue().getSExtValue();
    view.uniformDouble = static_cast<double>(view.uniformInteger);
    return view;
  }
  auto elements = dyn_cast<ElementsAttr>(attr);
  auto type = elements ? dyn_cast<RankedTensorType>(elements.getShapedType())
                       : RankedTensorType();
  if (!type || !type.hasStaticShape())
    return std::nullopt;
  view.elementType = type.getElementType();
  view.shape = type.getShape();
  view.numElements = type.getNumElements();
  bool isFloat = view.elementType.isF32() || view.elementType.isF64();
  if (auto dense = dyn_cast<DenseElementsAttr>(attr)) {
    if (dense.isSplat()) {
      view.uniform = true;
      Attribute element = dense.getSplatValue<Attribute>();
      std::optional<ConstantView> scalar = get(element);
      if (!scalar)
        return std::nullopt;
      view.uniformDouble = scalar->uniformDouble;
      view.uniformInteger = scalar->uniformInteger;
      return view;
    }
    if (isFloat)
      view.raw = dense.getRawData().data();
    return view;
  }
  auto resource = dyn_cast<DenseResourceElementsAttr>(attr);
  if (!resource || !isFloat)
    return std::nullopt;
  AsmResourceBlob *blob = resource.getRawHandle().getBlob();
  size_t bytes =
      view.numElements * view.elementType.getIntOrFloatBitWidth() / 8;
  if (!blob || blob->getData().size() != bytes)
    return std::nullopt;
  view.raw = blob->getData().data();
  return view;
}

double ConstantView::getDouble(int64_t index) const {
  if (uniform)
    return uniformDouble;
  if (raw)
    return elementType.isF32() ? reinterpret_cast<const float *>(raw)[index]
                               : reinterpret_cast<const double *>(raw)[index];
  return static_cast<double>(getInteger(index));
}

double ConstantView::getPowerOfTwo() const {
  double number = uniform ? getDouble(0) : 0;
  int exponent;
  bool isPower = number > 0 && std::frexp(number, &exponent) == 0.5 &&
                 std::abs(exponent) < 32;
  return isPower ? number : 0;
}

int64_t ConstantView::getInteger(int64_t index) const {
  if (uniform)
    return uniformInteger;
  APInt value = cast<DenseElementsAttr>(attr).getValues<APInt>()[index];
  return elementType.isInteger(1) ? value.getZExtValue() : value.getSExtValue();
}

/// The largest array that is printed as it is.
static constexpr size_t kLargestPrintedArray = 16;

template <typename T>
TypedAttr volley::snn::makeFloatArray(RankedTensorType type, StringRef name,
                                      ArrayRef<T> values) {
  if (values.size() <= kLargestPrintedArray)
    return DenseElementsAttr::get(type, values);
  return DenseResourceElementsAttr::get(
      type, name, HeapAsmResourceBlob::allocateAndCopyInferAlign(values));
}
template TypedAttr volley::snn::makeFloatArray<float>(RankedTensorType,
                                                      StringRef,
                                                      ArrayRef<float>);
template TypedAttr volley::snn::makeFloatArray<double>(RankedTensorType,
                                                       StringRef,
                                                       ArrayRef<double>);
