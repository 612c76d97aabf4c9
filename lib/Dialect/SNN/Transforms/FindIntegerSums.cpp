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
/// Larger inputs are no bytes; and with more terms, sums of digits of 8 bits
/// might not fit 32 bits.
static constexpr int64_t kMostInput = 255, kMostTerms = 1 << 16;
static_assert(kMostInput * kMostTerms * 128 < int64_t(1) << 31);

/// True if f32 sums by ascending terms are never rounded.
static bool isExactAscending(const IntegerRow &row, int64_t most) {
  int64_t sum = row.getLargestSum(most);
  return row.isExact && sum < kExactFloats &&
         std::isfinite(std::ldexp(static_cast<float>(sum), -row.exponent));
}

static std::optional<IntegerSums> findSums(Operation *op,
                                           const Ranges &ranges) {
  auto dense = dyn_cast<DenseOp>(op);
  auto conv = dyn_cast<ConvOp>(op);
  if ((!dense && !conv) ||
      !getElementTypeOrSelf(op->getResult(0).getType()).isF32() ||
      !getElementTypeOrSelf(op->getOperand(0).getType()).isInteger())
    return std::nullopt;
  SumLaw law = dense ? dense.getSum() : conv.getSum();
  int64_t terms = cast<SynapticOpInterface>(op).getFanIn();
  Range range = ranges.get(op->getOperand(0));
  if (range.low < 0 || range.high > kMostInput || terms > kMostTerms)
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
                   /*onlyExact=*/law == SumLaw::Ascending);
    if (law == SumLaw::Ascending && !isExactAscending(row, result.mostInput))
      return std::nullopt;
    int64_t sum = row.getLargestSum(result.mostInput);
    int64_t bits = sum < 1 << 15 ? 16 : sum < int64_t(1) << 31 ? 32 : 64;
    result.digits = std::max<int64_t>(result.digits, row.getDigits());
    result.bits = std::max(result.bits, bits);
  }
  return result;
}

void FindIntegerSums::runOnOperation() {
  Ranges ranges(getOperation());
  Builder builder(&getContext());
  for (Operation &op : getOperation().getBodyBlock()) {
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
