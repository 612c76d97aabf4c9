// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "IntegerWeights.h"
#include "Storage.h"
#include "volley/Dialect/SNN/IR/Constants.h"
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Target/CPU/Passes.h"

#include "mlir/IR/Remarks.h"

namespace volley::cpu {
#define GEN_PASS_DEF_CPUFINDINTEGERSUMS
#include "volley/Target/CPU/Passes.h.inc"
} // namespace volley::cpu

using namespace mlir;
using namespace volley;
using namespace volley::cpu;
using volley::snn::ConstantView;

namespace {
struct FindIntegerSums
    : volley::cpu::impl::CPUFindIntegerSumsBase<FindIntegerSums> {
  using CPUFindIntegerSumsBase::CPUFindIntegerSumsBase;

  void runOnOperation() override;
};

/// Digits of the weights, and bits of the sums with their sign.
struct IntegerSums {
  int64_t digits = 1, bits = 16;
};
} // namespace

/// Sums of f32 are exact in any order below this magnitude, of the smallest
/// part of a weight.
static constexpr int64_t kExactFloats = 1 << 24;
/// Kernels add digits in 32 bits on the way.
static constexpr int64_t kMostTerms = 1 << 16;

/// True if f32 sums by ascending terms are never rounded.
static bool isExactAscending(const IntegerRow &row) {
  int64_t sum = row.getLargestSum();
  return row.isExact && sum < kExactFloats &&
         std::isfinite(std::ldexp(static_cast<float>(sum), -row.exponent));
}

static std::optional<IntegerSums> findSums(Operation *op) {
  auto synaptic = dyn_cast<snn::SynapticOpInterface>(op);
  if (!synaptic || !isa<snn::DenseOp, snn::ConvOp>(op) ||
      !snn::getElementTypeOrSelf(op->getResult(0).getType()).isF32() ||
      !snn::getElementTypeOrSelf(op->getOperand(0).getType()).isInteger(1))
    return std::nullopt;
  auto dense = dyn_cast<snn::DenseOp>(op);
  bool isExactLaw = (dense ? dense.getSum() : cast<snn::ConvOp>(op).getSum()) ==
                    snn::SumLaw::Exact;
  ConstantView view = *ConstantView::get(op->getOperand(1));
  ArrayRef<float> raw = view.getRaw<float>();
  int64_t terms = synaptic.getFanIn();
  if (terms > kMostTerms)
    return std::nullopt;
  IntegerSums result;
  auto read = [&](int64_t i) {
    return raw.empty() ? static_cast<float>(view.getDouble(i)) : raw[i];
  };
  // All rows of a uniform weight are the first one.
  int64_t count = view.isUniform() ? terms : view.getNumElements();
  for (int64_t first = 0; first < count; first += terms) {
    IntegerRow row(read, first, terms, /*onlyExact=*/!isExactLaw);
    if (!isExactLaw && !isExactAscending(row))
      return std::nullopt;
    int64_t sum = row.getLargestSum();
    int64_t bits = sum < 1 << 15 ? 16 : sum < int64_t(1) << 31 ? 32 : 64;
    result.digits = std::max<int64_t>(result.digits, row.getDigits());
    result.bits = std::max(result.bits, bits);
  }
  return result;
}

void FindIntegerSums::runOnOperation() {
  Builder builder(&getContext());
  getOperation().walk([&](Operation *op) {
    std::optional<IntegerSums> sums = findSums(op);
    if (!sums) {
      op->removeAttr(kIntegerSums);
      return;
    }
    op->setAttr(kIntegerSums,
                builder.getDenseI64ArrayAttr({sums->digits, sums->bits}));
    remark::analysis(op->getLoc(), remark::RemarkOpts::name("sum").category(
                                       "cpu-find-integer-sums"))
        << remark::add("sums are of integers")
        << remark::metric("digits of 8 bits", sums->digits)
        << remark::metric("bits of a sum", sums->bits);
  });
}
