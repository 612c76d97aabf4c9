// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Dialect/SNN/IR/SNNOps.h"
#include "volley/Dialect/SNN/Transforms/Passes.h"

#include "mlir/IR/Remarks.h"
#include "llvm/ADT/Hashing.h"
#include <map>

namespace volley::snn {
#define GEN_PASS_DEF_SNNMERGEEQUIVALENT
#include "volley/Dialect/SNN/Transforms/Passes.h.inc"
} // namespace volley::snn

using namespace mlir;
using namespace volley::snn;

namespace {
struct MergeEquivalent
    : volley::snn::impl::SNNMergeEquivalentBase<MergeEquivalent> {
  void runOnOperation() override;

private:
  /// The class of a value: that of the op that gives it, and which result it
  /// is.
  std::pair<unsigned, unsigned> getClass(Value value) const {
    if (auto arg = dyn_cast<BlockArgument>(value))
      return {0, arg.getArgNumber()};
    auto result = cast<OpResult>(value);
    return {classOf.lookup(result.getOwner()), result.getResultNumber()};
  }

  /// Class 0 is that of the network's inputs.
  llvm::DenseMap<Operation *, unsigned> classOf;
};
} // namespace

/// What two equal ops have in common, whatever their operands are. A name does
/// not count: equal populations with different names do the same.
static std::string getSignature(Operation *op) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << op->getName().getAsOpaquePointer();
  SmallVector<NamedAttribute> attributes(op->getDiscardableAttrs());
  for (NamedAttribute attribute :
       cast_or_null<DictionaryAttr>(op->getPropertiesAsAttribute())
           ? cast<DictionaryAttr>(op->getPropertiesAsAttribute()).getValue()
           : ArrayRef<NamedAttribute>())
    attributes.push_back(attribute);
  for (NamedAttribute attribute : attributes)
    if (!isa<PopulationOp>(op) || attribute.getName() != "name")
      stream << '/' << attribute.getName().getAsOpaquePointer() << '='
             << attribute.getValue().getAsOpaquePointer();
  for (Type type : op->getResultTypes())
    stream << '/' << type.getAsOpaquePointer();
  return text;
}

// Partition refinement: all ops that may be equal start in one class; a class
// is divided while its members read different classes. What is left in a class
// at the end is equal, also around cycles, since equal states stay equal.
void MergeEquivalent::runOnOperation() {
  classOf.clear();
  SmallVector<Operation *> ops;
  std::map<std::string, unsigned> signatures;
  for (Operation &op : getOperation().getBodyBlock()) {
    if (op.getNumResults() == 0)
      continue;
    ops.push_back(&op);
    // Class 0 is taken.
    unsigned next = signatures.size() + 1;
    classOf[&op] =
        signatures.try_emplace(getSignature(&op), next).first->second;
  }
  size_t count = signatures.size();
  while (true) {
    // By the class so far, then those of the operands.
    std::map<SmallVector<unsigned>, unsigned> classes;
    llvm::DenseMap<Operation *, unsigned> next;
    for (Operation *op : ops) {
      SmallVector<unsigned> key{classOf.lookup(op)};
      for (Value operand : op->getOperands()) {
        auto [id, index] = getClass(operand);
        key.append({id, index});
      }
      unsigned fresh = classes.size() + 1;
      next[op] = classes.try_emplace(key, fresh).first->second;
    }
    classOf = std::move(next);
    if (classes.size() == count)
      break;
    count = classes.size();
  }

  llvm::DenseMap<unsigned, Operation *> representatives;
  SmallVector<Operation *> merged;
  for (Operation *op : ops) {
    auto [it, isFirst] = representatives.try_emplace(classOf.lookup(op), op);
    if (isFirst)
      continue;
    Operation *kept = it->second;
    if (auto population = dyn_cast<PopulationOp>(op);
        population && !population.getName().empty())
      remark::passed(op->getLoc(), remark::RemarkOpts::name("population")
                                       .category("snn-merge-equivalent"))
          << remark::add("population '{0}' is equal to '{1}'",
                         population.getName(),
                         cast<PopulationOp>(kept).getName());
    op->replaceAllUsesWith(kept);
    merged.push_back(op);
  }
  if (!merged.empty())
    remark::passed(
        getOperation().getLoc(),
        remark::RemarkOpts::name("ops").category("snn-merge-equivalent"))
        << remark::metric("merged ops", merged.size());
  // Around a cycle, merged ops may still use each other.
  for (Operation *op : merged)
    op->dropAllReferences();
  for (Operation *op : merged)
    op->erase();
}
