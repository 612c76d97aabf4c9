// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Compiler/Profile.h"

#include "volley/Support/OutputPath.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/MemoryBuffer.h"
#include <array>
#include <map>

using namespace llvm;
using namespace volley;
using volley::runtime::LayerProfile;
using volley::runtime::Profile;

//===----------------------------------------------------------------------===//
// Numbers for readers
//===----------------------------------------------------------------------===//

static std::string print(const char *form, double value) {
  std::string text;
  raw_string_ostream(text) << format(form, value);
  return text;
}

/// "12.3 M": three digits, and a power of a thousand.
static std::string formatCount(double value) {
  const char *units[] = {"", " k", " M", " G", " T", " P"};
  size_t unit = 0;
  for (; value >= 999.5 && unit + 1 < std::size(units); ++unit)
    value /= 1000;
  return print(unit == 0       ? "%.0f"
               : value < 9.995 ? "%.2f"
               : value < 99.95 ? "%.1f"
                               : "%.0f",
               value) +
         units[unit];
}

static std::string formatTime(double seconds) {
  if (seconds < 1e-3)
    return print("%.1f us", seconds * 1e6);
  return seconds < 1 ? print("%.2f ms", seconds * 1e3)
                     : print("%.2f s", seconds);
}

/// A part of what all layers take.
static double getShare(const Profile &profile, double seconds) {
  double all = profile.getLayerSeconds();
  return all > 0 ? 100 * seconds / all : 0;
}

/// What of the input of a synaptic layer, or of the output of a population, is
/// not zero: "in 3.1 %".
static std::string formatActivity(const LayerProfile &layer) {
  if (layer.inputs)
    return "in " + print("%.1f %%", 100 * layer.getInputActivity());
  if (layer.outputs)
    return "out " + print("%.1f %%", 100 * layer.getOutputActivity());
  return "";
}

//===----------------------------------------------------------------------===//
// The table
//===----------------------------------------------------------------------===//

void volley::printProfileTable(const Profile &profile, raw_ostream &stream) {
  SmallVector<const LayerProfile *> layers;
  for (const LayerProfile &layer : profile.layers)
    if (layer.calls)
      layers.push_back(&layer);
  sort(layers, [](const LayerProfile *a, const LayerProfile *b) {
    return std::tie(b->seconds, a) < std::tie(a->seconds, b);
  });

  constexpr size_t numColumns = 9;
  using Line = std::array<std::string, numColumns>;
  std::vector<Line> lines{Line{"time", "%", "calls", "not zero", "spikes",
                               "operations", "updates", "bytes", "layer"}};
  for (const LayerProfile *layer : layers) {
    bool isCounted = layer->inputs || layer->outputs;
    double spikes = layer->inputs ? layer->activeInputs : layer->activeOutputs;
    lines.push_back(
        {formatTime(layer->seconds),
         print("%.1f", getShare(profile, layer->seconds)),
         formatCount(layer->calls), formatActivity(*layer),
         isCounted ? formatCount(spikes) : "", formatCount(layer->operations),
         formatCount(layer->getUpdates()), formatCount(layer->bytes),
         layer->node + (layer->node.empty() ? "" : ": ") + layer->getTitle()});
  }
  std::array<size_t, numColumns> widths{};
  for (const Line &line : lines)
    for (size_t i = 0; i < numColumns; ++i)
      widths[i] = std::max(widths[i], line[i].size());

  double other = profile.threadSeconds - profile.countingSeconds -
                 profile.getLayerSeconds();
  stream << profile.network << ": " << profile.rows << " steps of samples in "
         << profile.runs << (profile.runs == 1 ? " run, " : " runs, ")
         << formatTime(profile.seconds) << " on " << profile.threads
         << (profile.threads == 1 ? " thread" : " threads") << " ("
         << profile.cpu << "), of which counting spikes took "
         << formatTime(profile.countingSeconds / profile.threads) << '\n';
  for (const Line &line : lines) {
    for (size_t i = 0; i + 1 < numColumns; ++i)
      stream << right_justify(line[i], widths[i]) << "  ";
    stream << line.back() << '\n';
  }
  stream << right_justify(formatTime(std::max(other, 0.0)), widths[0])
         << "  outside of layers\n";
}

//===----------------------------------------------------------------------===//
// JSON
//===----------------------------------------------------------------------===//

void volley::printProfileJSON(const Profile &profile, raw_ostream &stream) {
  json::OStream json(stream, /*IndentSize=*/1);
  json.object([&] {
    json.attribute("format", "volley-profile");
    json.attribute("version", 1);
    json.attribute("network", json::fixUTF8(profile.network));
    json.attribute("compiler", profile.compiler);
    json.attribute("cpu", profile.cpu);
    json.attribute("threads", profile.threads);
    json.attribute("runs", profile.runs);
    json.attribute("rows", profile.rows);
    json.attribute("seconds", profile.seconds);
    json.attribute("thread_seconds", profile.threadSeconds);
    json.attribute("counting_seconds", profile.countingSeconds);
    json.attributeArray("layers", [&] {
      for (const LayerProfile &layer : profile.layers)
        json.object([&] {
          json.attribute("node", json::fixUTF8(layer.node));
          json.attribute("op", layer.what);
          json.attribute("ordinal", layer.ordinal);
          json.attribute("detail", json::fixUTF8(layer.detail));
          json.attribute("seconds", layer.seconds);
          json.attribute("percent", getShare(profile, layer.seconds));
          json.attribute("calls", layer.calls);
          json.attribute("samples", layer.samples);
          json.attribute("rows", layer.rows);
          if (layer.inputs) {
            json.attribute("inputs", layer.inputs);
            json.attribute("active_inputs", layer.activeInputs);
            json.attribute("activity", layer.getInputActivity());
          }
          if (layer.outputs) {
            json.attribute("outputs", layer.outputs);
            json.attribute("active_outputs", layer.activeOutputs);
            json.attribute("output_activity", layer.getOutputActivity());
          }
          json.attribute("operations", layer.operations);
          json.attribute("updates", std::round(layer.getUpdates()));
          json.attribute("bytes", layer.bytes);
        });
    });
  });
  stream << '\n';
}

//===----------------------------------------------------------------------===//
// SVG
//===----------------------------------------------------------------------===//

namespace {
/// A bar and those above it.
struct Bar {
  double seconds = 0;
  std::string title, color = "#d9d4c7";
  /// In the order of the program.
  std::vector<std::pair<std::string, Bar>> parts;

  Bar &getPart(StringRef name) {
    for (auto &[known, bar] : parts)
      if (known == name)
        return bar;
    return parts.emplace_back(name.str(), Bar()).second;
  }
  size_t getDepth() const {
    size_t depth = 0;
    for (const auto &part : parts)
      depth = std::max(depth, part.second.getDepth());
    return depth + 1;
  }
};
} // namespace

static std::string escape(StringRef text) {
  std::string result;
  raw_string_ostream stream(result);
  printHTMLEscaped(json::fixUTF8(text), stream);
  // XML has no control characters, and not U+FFFE and U+FFFF.
  erase_if(result, [](char c) { return static_cast<unsigned char>(c) < 32; });
  for (StringRef none : {"\xEF\xBF\xBE", "\xEF\xBF\xBF"})
    for (size_t at; (at = result.find(none)) != std::string::npos;)
      result.erase(at, none.size());
  return result;
}

static StringRef getColor(const LayerProfile &layer) {
  if (layer.what == "population")
    return "#8fbf7f";
  return layer.isSynaptic || layer.what == "matmul" ? "#f0a35e" : "#a9bfd6";
}

constexpr double kWidth = 1200, kBarHeight = 20, kCharacter = 6.6;

static void drawBar(const Profile &profile, StringRef name, const Bar &bar,
                    double x, double width, double y, raw_ostream &stream) {
  if (width < 0.2)
    return;
  stream << "<g><title>" << escape(name) << ": " << formatTime(bar.seconds)
         << ", " << print("%.1f", getShare(profile, bar.seconds)) << " %"
         << escape(bar.title) << "</title><rect x=\"" << format("%.2f", x)
         << "\" y=\"" << format("%.0f", y) << "\" width=\""
         << format("%.2f", width) << "\" height=\""
         << format("%.0f", kBarHeight) << "\" fill=\"" << bar.color << "\"/>";
  size_t room = static_cast<size_t>(width / kCharacter);
  if (room >= 3) {
    std::string label = json::fixUTF8(name);
    if (label.size() > room) {
      size_t end = room - 1;
      while (end > 0 && (label[end] & 0xc0) == 0x80) // Whole characters.
        --end;
      label = label.substr(0, end) + "\u2026";
    }
    stream << "<text x=\"" << format("%.2f", x + 3) << "\" y=\""
           << format("%.0f", y + 14) << "\">" << escape(label) << "</text>";
  }
  stream << "</g>\n";
  double scale = bar.seconds > 0 ? width / bar.seconds : 0;
  for (const auto &[part, inner] : bar.parts) {
    drawBar(profile, part, inner, x, inner.seconds * scale, y - kBarHeight,
            stream);
    x += inner.seconds * scale;
  }
}

void volley::printProfileSVG(const Profile &profile, raw_ostream &stream) {
  Bar root;
  for (const LayerProfile &layer : profile.layers) {
    if (!layer.calls)
      continue;
    root.seconds += layer.seconds;
    Bar *bar = &root;
    SmallVector<StringRef> parts;
    SplitString(layer.node, parts, "./");
    // Nobody looks at more.
    constexpr size_t most = 64;
    if (parts.size() > most)
      parts.truncate(most);
    for (StringRef part : parts) {
      bar = &bar->getPart(part);
      bar->seconds += layer.seconds;
    }
    std::string title = layer.getTitle();
    if (layer.ordinal)
      title += " " + std::to_string(layer.ordinal);
    Bar &leaf = bar->getPart(title);
    leaf.seconds += layer.seconds;
    leaf.color = getColor(layer).str();
    std::string activity = formatActivity(layer);
    leaf.title = " of " + layer.node + ", " + formatCount(layer.calls) +
                 " calls" + (activity.empty() ? "" : ", ") + activity + ", " +
                 formatCount(layer.getUpdates()) + " updates";
  }
  double height = kBarHeight * (root.getDepth() + 2);
  stream << "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
         << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 "
         << format("%.0f", kWidth) << ' ' << format("%.0f", height)
         << "\" font-family=\"monospace\" font-size=\"11\">\n"
         << "<style>rect{stroke:#fff;stroke-width:.5}"
         << "g:hover rect{stroke:#000}</style>\n"
         << "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n"
         << "<text x=\"3\" y=\"14\">" << escape(profile.network) << ": "
         << formatTime(root.seconds) << " in layers, " << profile.rows
         << " steps of samples, " << profile.threads
         << (profile.threads == 1 ? " thread" : " threads") << "</text>\n";
  drawBar(profile, profile.network, root, 0, kWidth, height - kBarHeight - 2,
          stream);
  stream << "</svg>\n";
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

std::string volley::checkProfilePath(StringRef path) {
  if (path.ends_with(".json") || path.ends_with(".svg"))
    return "";
  return "expects a file that ends in .json or .svg";
}

std::string volley::writeProfile(const Profile &profile, StringRef path) {
  if (std::string error = checkProfilePath(path); !error.empty())
    return error;
  std::string text;
  raw_string_ostream stream(text);
  if (path.ends_with(".json"))
    printProfileJSON(profile, stream);
  else
    printProfileSVG(profile, stream);
  return writeOutput(path.str(), [&](std::FILE *file) {
    return std::fwrite(text.data(), 1, text.size(), file) == text.size();
  });
}

std::string volley::readActivity(StringRef path, PipelineOptions &options) {
  auto file = MemoryBuffer::getFile(path);
  if (!file)
    return "cannot be read: " + file.getError().message();
  options.activity = (*file)->getBuffer().str();
  options.activitySource = path.str();
  // Nothing would mean that there is none.
  return options.activity.empty() ? "is empty" : "";
}
