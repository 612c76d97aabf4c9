// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Analysis/Ranges.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"
#include "volley/Support/IntegerRow.h"

#include "mlir/IR/Builders.h"
#include "mlir/IR/Remarks.h"

namespace volley::snn {
#define GEN_PASS_DEF_SNNFINDINTEGERSUMS
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley;
using namespace volley::snn;

namespace {
struct FindIntegerSums
    : volley::snn::impl::SNNFindIntegerSumsBase<FindIntegerSums> {
  using SNNFindIntegerSumsBase::SNNFindIntegerSumsBase;

  void runOnOperation() override;
};
} // namespace

/// Sums of f32 are exact in any order below this magnitude, of the smallest
/// part of a weight.
static constexpr int64_t kExactFloats = 1 << 24;
/// Larger inputs are no bytes.
static constexpr int64_t kMostInput = 255;
// With more terms, sums of digits of 8 bits might not fit 32 bits.
static_assert(kMostInput * kMostIntegerTerms * 128 < int64_t(1) << 31);

/// True if f32 sums by ascending terms are never rounded.
static bool isExactAscending(const IntegerRow &row, int64_t most) {
  int64_t sum = row.getLargestSum(most);
  return row.isExact && sum < kExactFloats &&
         std::isfinite(std::ldexp(static_cast<float>(sum), -row.exponent));
}

static std::optional<IntegerSums> findSums(Operation *op,
                                           const Ranges &ranges) {
  if (!isa<DenseOp, ConvOp>(op) ||
      !getElementTypeOrSelf(op->getResult(0).getType()).isF32() ||
      !getElementTypeOrSelf(op->getOperand(0).getType()).isInteger())
    return std::nullopt;
  bool isAscending = !hasExactSum(op);
  int64_t terms = cast<SynapticOpInterface>(op).getFanIn();
  Range range = ranges.get(op->getOperand(0));
  if (range.low < 0 || range.high > kMostInput || terms > kMostIntegerTerms)
    return std::nullopt;
  IntegerSums result;
  result.mostInput = std::max<int64_t>(range.high, 1);
  ConstantView view = *ConstantView::get(op->getOperand(1));
  ArrayRef<float> raw = view.getRaw<float>();
  auto read = [&](int64_t i) {
    return raw.empty() ? static_cast<float>(view.getDouble(i)) : raw[i];
  };
  // All rows of a uniform weight are the first one.
  int64_t count = view.isUniform() ? terms : view.getNumElements();
  for (int64_t first = 0; first < count; first += terms) {
    IntegerRow row(read, first, terms,
                   /*onlyExact=*/isAscending);
    if (isAscending && !isExactAscending(row, result.mostInput))
      return std::nullopt;
    int64_t sum = row.getLargestSum(result.mostInput);
    int64_t bits = sum < 1 << 15 ? 16 : sum < int64_t(1) << 31 ? 32 : 64;
    result.digits = std::max<int64_t>(result.digits, row.getDigits());
    result.bits = std::max(result.bits, bits);
  }
  return result;
}

/// Weights that lose more than 2^-12 of themselves as integers.
static int64_t countCoarseWeights(const ConstantView &view, int64_t terms) {
  int64_t count = view.isUniform() ? terms : view.getNumElements(), coarse = 0;
  ArrayRef<float> raw = view.getRaw<float>();
  auto read = [&](int64_t i) {
    return raw.empty() ? static_cast<float>(view.getDouble(i)) : raw[i];
  };
  for (int64_t row = 0; row < count; row += terms) {
    int exponent = getExactExponent(read, row, terms);
    for (int64_t i = row; i < row + terms; ++i) {
      float weight = read(i);
      double kept =
          std::ldexp(double(quantizeExact(weight, exponent)), -exponent);
      coarse += std::fabs(kept - weight) > std::ldexp(std::fabs(weight), -12);
    }
  }
  return coarse;
}

/// What an exact sum makes of its weights, whoever asked for it.
static void reportExactWeights(Operation *op) {
  auto report = remark::analysis(
      op->getLoc(),
      remark::RemarkOpts::name("weights").category("snn-find-integer-sums"));
  if (!report)
    return;
  ConstantView weight = *ConstantView::get(op->getOperand(1));
  int64_t terms = cast<SynapticOpInterface>(op).getFanIn();
  report << remark::add("weights of an exact sum are integers")
         << remark::metric("weights", weight.getNumElements())
         << remark::metric("coarser than 2^-12",
                           countCoarseWeights(weight, terms));
}

void FindIntegerSums::runOnOperation() {
  Ranges ranges(getOperation());
  Builder builder(&getContext());
  for (Operation &op : getOperation().getBodyBlock()) {
    if (hasExactSum(&op))
      reportExactWeights(&op);
    std::optional<IntegerSums> sums = findSums(&op, ranges);
    if (!sums) {
      op.removeAttr(kIntegerSumsAttrName);
      continue;
    }
    op.setAttr(kIntegerSumsAttrName,
               builder.getDenseI64ArrayAttr(
                   {sums->digits, sums->bits, sums->mostInput}));
    remark::analysis(op.getLoc(), remark::RemarkOpts::name("sum").category(
                                      "snn-find-integer-sums"))
        << remark::add("sums are of integers")
        << remark::metric("digits of 8 bits", sums->digits)
        << remark::metric("bits of a sum", sums->bits)
        << remark::metric("largest input", sums->mostInput);
  }
}
