// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Layers.h"
#include "Storage.h"
#include "Strategies.h"
#include "volley/Support/JSON.h"
#include "volley/Target/CPU/Passes.h"

#include "llvm/ADT/StringExtras.h"
#include <limits>
#include <map>

namespace volley::cpu {
#define GEN_PASS_DEF_CPUASSIGNACTIVITY
#include "volley/Target/CPU/Passes.h.inc"
} // namespace volley::cpu

using namespace mlir;
using namespace volley;
using namespace volley::cpu;
namespace json = llvm::json;

namespace {
/// A layer of a profile: node, op, ordinal.
using Key = std::tuple<std::string, std::string, unsigned>;

struct Activities {
  std::string network;
  std::map<Key, double> ofInput;
};

struct AssignActivity
    : volley::cpu::impl::CPUAssignActivityBase<AssignActivity> {
  using CPUAssignActivityBase::CPUAssignActivityBase;

  void runOnOperation() override;
};
} // namespace

/// Reads what snn-run --profile-out has written. Layers without an activity
/// have no input that is counted.
static llvm::Expected<Activities> parseProfile(StringRef text) {
  llvm::Expected<json::Value> value = parseJSON(text);
  if (!value)
    return value.takeError();
  const json::Object *root = value->getAsObject();
  if (!root || root->getString("format") != "volley-profile")
    return llvm::createStringError("is no profile of snn-run --profile-out");
  if (root->getInteger("version") != 1)
    return llvm::createStringError("is a profile of another version than 1");
  std::optional<StringRef> network = root->getString("network");
  const json::Array *layers = root->getArray("layers");
  if (!network || !layers)
    return llvm::createStringError("expects 'network' and 'layers'");
  Activities result{network->str(), {}};
  for (auto [index, element] : llvm::enumerate(*layers)) {
    auto fail = [&, index = index](const Twine &what) {
      return llvm::createStringError("layer " + Twine(index) + ": " + what);
    };
    const json::Object *layer = element.getAsObject();
    if (!layer || !layer->getString("node") || !layer->getString("op"))
      return fail("expects an object with 'node' and 'op'");
    const json::Value *activity = layer->get("activity");
    if (!activity)
      continue;
    std::optional<double> number = activity->getAsNumber();
    // NaN is no JSON.
    if (!number || *number < 0 || *number > 1)
      return fail("expects an activity from 0 to 1");
    int64_t ordinal = 0;
    if (const json::Value *place = layer->get("ordinal"))
      ordinal = place->getAsInteger().value_or(-1);
    constexpr unsigned last = std::numeric_limits<unsigned>::max();
    if (ordinal < 0 || ordinal > last)
      return fail("expects an ordinal from 0 to " + Twine(last));
    Key key{layer->getString("node")->str(), layer->getString("op")->str(),
            static_cast<unsigned>(ordinal)};
    if (!result.ofInput.emplace(key, *number).second)
      return fail("is there twice");
  }
  return result;
}

/// "'a' dense, 'b' conv and 3 more".
static std::string join(ArrayRef<std::string> titles) {
  constexpr size_t most = 6;
  std::string text = llvm::join(titles.take_front(most), ", ");
  if (titles.size() > most)
    text += " and " + std::to_string(titles.size() - most) + " more";
  return text;
}

void AssignActivity::runOnOperation() {
  snn::ProgramOp program = getOperation();
  if (profile.empty())
    return;
  Location place = FileLineColLoc::get(&getContext(), source, 0, 0);
  llvm::Expected<Activities> activities = parseProfile(profile);
  if (!activities) {
    emitError(place) << toString(activities.takeError());
    return signalPassFailure();
  }
  if (activities->network != program.getSymName())
    emitRemark(place) << "is a profile of network '" << activities->network
                      << "', but is used for '" << program.getSymName() << "'";
  std::vector<std::string> missing;
  for (const Layer &layer : getLayers(program)) {
    auto synaptic = dyn_cast_or_null<snn::SynapticOpInterface>(layer.op);
    if (!synaptic && !isa_and_nonnull<snn::MatmulOp>(layer.op))
      continue;
    auto entry =
        activities->ofInput.find({layer.node, layer.what, layer.ordinal});
    if (entry != activities->ofInput.end()) {
      layer.op->setAttr(
          kActivity,
          FloatAttr::get(Float64Type::get(&getContext()), entry->second));
      activities->ofInput.erase(entry);
    } else if (synaptic && synaptic.hasWeights()) {
      missing.push_back(layer.getTitle());
    }
  }
  if (!missing.empty())
    emitRemark(place) << "has no activity of " << join(missing)
                      << ", which is assumed";
  std::vector<std::string> unknown;
  for (const auto &[key, activity] : activities->ofInput) {
    const auto &[node, what, ordinal] = key;
    unknown.push_back(Layer{nullptr, node, what, ordinal}.getTitle());
  }
  if (!unknown.empty())
    emitRemark(place) << "has an activity of " << join(unknown)
                      << ", which the network does not have";
}
