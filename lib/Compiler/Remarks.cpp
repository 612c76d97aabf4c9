// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What passes report of their decisions, as lines for a reader.

#include "mlir/IR/Remarks.h"
#include "volley/Compiler/Compiler.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;

namespace {
/// "model.nir: node 'fc1': remark: cpu-select-kernels: kernel = event, ...",
/// and "missed: " in place of "remark: " for a rewrite that was not possible.
class LineStreamer : public remark::detail::MLIRRemarkStreamerBase {
public:
  explicit LineStreamer(llvm::raw_ostream &stream) : stream(stream) {}

  void streamOptimizationRemark(const remark::detail::Remark &remark) override {
    mlir::Location location = remark.getLocation();
    auto name = location->findInstanceOf<NameLoc>();
    if (auto file = location->findInstanceOf<FileLineColLoc>()) {
      stream << file.getFilename().getValue() << ':';
      // The line of a file with nodes means nothing; what was built has none.
      if (!name && file.getLine() > 0)
        stream << file.getLine() << ':';
      stream << ' ';
    }
    if (name)
      stream << "node '" << name.getName().getValue() << "': ";
    // What was not done, and why, from what was.
    bool isMissed = remark.getRemarkType() == llvm::remarks::Type::Missed;
    stream << (isMissed ? "missed: " : "remark: ");
    stream << remark.getCategoryName() << ": ";
    llvm::interleaveComma(remark.getArgs(), stream, [&](const auto &arg) {
      if (arg.key == "Remark")
        stream << arg.val;
      else
        stream << arg.key << " = " << arg.val;
    });
    stream << '\n';
  }

private:
  llvm::raw_ostream &stream;
};
} // namespace

void volley::enableRemarks(MLIRContext &context, llvm::raw_ostream &stream) {
  remark::RemarkCategories all;
  all.passed = all.missed = all.analysis = all.failed = ".*";
  // Fails only if remarks are enabled already.
  (void)remark::enableOptimizationRemarks(
      context, std::make_unique<LineStreamer>(stream),
      std::make_unique<remark::RemarkEmittingPolicyAll>(), all);
}
