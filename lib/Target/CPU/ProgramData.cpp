// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "ProgramData.h"

#include "Storage.h"
#include "Strategies.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace volley;
using namespace volley::cpu;

static uint64_t getInteger(Operation *op, StringRef name) {
  return cast<IntegerAttr>(op->getAttr(name)).getInt();
}

/// A hash of the layout of a state: nodes, names, types and places.
static uint64_t hashStates(snn::ProgramOp program) {
  std::string text;
  llvm::raw_string_ostream stream(text);
  stream << program.getStateNodes() << program.getStateNames()
         << program->getAttr(kStateOffsets);
  for (BlockArgument state : program.getStates())
    stream << state.getType();
  return llvm::xxh3_64bits(text);
}

static kernels::Work getWork(ArrayRef<int64_t> numbers) {
  return {static_cast<kernels::Sharing>(numbers[0]),
          numbers[1],
          numbers[2],
          numbers[3],
          numbers[4],
          numbers[5],
          numbers[6],
          numbers[7]};
}

ProgramData::ProgramData(snn::ProgramOp program)
    : name(program.getSymName().str()),
      timeStep(program.getDt().convertToDouble()), rows(program.getRows()),
      samples(program.getMostSamples()),
      sampleBytes(getInteger(program, kSampleBytes)),
      workspaceBytes(getInteger(program, kWorkspaceBytes)), weights(program),
      fingerprint(hashStates(program)) {
  if (auto numbers = program->getAttrOfType<DenseI64ArrayAttr>(kWork))
    work = getWork(numbers);
  program.walk([&](Operation *op) {
    if (const Strategy *strategy = getStrategy(op))
      usesMatrixUnit |= strategy->getByteUnit() == ByteUnit::Tiles;
  });
  for (auto [index, attr, arg] :
       llvm::enumerate(program.getInputNames().getAsRange<StringAttr>(),
                       program.getInputs()))
    inputs.push_back(
        {attr.str(), "", cast<RankedTensorType>(arg.getType()),
         program.isStaticInput(index) ? VOLLEY_STATIC : VOLLEY_STREAM});
  for (BlockArgument input : program.getInputs())
    eventLayouts.push_back(getEventLayout(input));
  for (auto [index, attr, value] :
       llvm::enumerate(program.getOutputNames().getAsRange<StringAttr>(),
                       program.getYieldOp().getSignals()))
    outputs.push_back(
        {attr.str(), "", cast<RankedTensorType>(value.getType()),
         program.isWindowOutput(index) ? VOLLEY_WINDOW : VOLLEY_STREAM});
  for (auto probe : program.getBodyBlock().getOps<snn::ProbeOp>())
    probes.push_back({probe.getNode().str(), probe.getWhat().str(),
                      probe.getInput().getType()});
}

ProgramDataPtr volley::cpu::collectProgramData(ModuleOp module) {
  auto programs = module.getOps<snn::ProgramOp>();
  if (!llvm::hasSingleElement(programs)) {
    module.emitError("expects one snn.program");
    return nullptr;
  }
  return ProgramDataPtr(new ProgramData(*programs.begin()));
}

bool volley::cpu::usesMatrixUnit(const ProgramData &data) {
  return data.usesMatrixUnit;
}

void ProgramDataDeleter::operator()(ProgramData *data) const { delete data; }
