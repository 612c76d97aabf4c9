// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "volley/Runtime/Array.h"

#include "volley/Support/OutputPath.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <limits>
#include <type_traits>
#include <unistd.h>

using namespace volley::runtime;

size_t volley::runtime::getSize(Element element) {
  switch (element) {
  case Element::Bool:
  case Element::I8:
  case Element::U8:
    return 1;
  case Element::I16:
  case Element::U16:
  case Element::F16:
    return 2;
  case Element::I32:
  case Element::U32:
  case Element::F32:
    return 4;
  case Element::I64:
  case Element::U64:
  case Element::F64:
    return 8;
  }
  return 0;
}

Element volley::runtime::getElement(DType type) {
  switch (type) {
  case DType::Bool:
    return Element::U8;
  case DType::I32:
    return Element::I32;
  case DType::F32:
    return Element::F32;
  case DType::F64:
    return Element::F64;
  }
  return Element::F32;
}

std::optional<Element> volley::runtime::getElement(char kind, size_t size) {
  switch (kind) {
  case 'b':
    return Element::Bool;
  case 'i':
    switch (size) {
    case 1:
      return Element::I8;
    case 2:
      return Element::I16;
    case 4:
      return Element::I32;
    case 8:
      return Element::I64;
    }
    break;
  case 'u':
    switch (size) {
    case 1:
      return Element::U8;
    case 2:
      return Element::U16;
    case 4:
      return Element::U32;
    case 8:
      return Element::U64;
    }
    break;
  case 'f':
    switch (size) {
    case 2:
      return Element::F16;
    case 4:
      return Element::F32;
    case 8:
      return Element::F64;
    }
    break;
  }
  return std::nullopt;
}

int64_t Array::getNumElements() const {
  int64_t count = 1;
  for (int64_t dim : shape)
    count *= dim;
  return count;
}

//===----------------------------------------------------------------------===//
// Conversion
//===----------------------------------------------------------------------===//

/// IEEE half precision as a float, exactly.
static float halfToFloat(uint16_t half) {
  int exponent = (half >> 10) & 31, mantissa = half & 1023;
  float value;
  if (exponent == 31)
    value = mantissa ? std::numeric_limits<float>::quiet_NaN()
                     : std::numeric_limits<float>::infinity();
  else if (exponent == 0)
    value = std::ldexp(static_cast<float>(mantissa), -24);
  else
    value = std::ldexp(static_cast<float>(mantissa + 1024), exponent - 25);
  return half & 0x8000 ? -value : value;
}

/// Gives false if `to` cannot hold `value`.
template <typename From, typename To>
static bool convertValue(From value, To &to, bool isBinary) {
  if (isBinary) {
    to = static_cast<To>(value != From(0));
    return value == From(0) || value == From(1);
  }
  if constexpr (std::is_floating_point_v<To>) {
    to = static_cast<To>(value);
    if constexpr (std::is_floating_point_v<From>)
      return std::isfinite(to) || !std::isfinite(value);
    else
      // 2^63 as a float does not fit back.
      return static_cast<double>(to) < 9.2e18 && static_cast<From>(to) == value;
  } else if constexpr (std::is_floating_point_v<From>) {
    bool fits = value >= From(std::numeric_limits<To>::min()) &&
                value <= From(std::numeric_limits<To>::max());
    to = fits ? static_cast<To>(value) : To(0);
    return fits && static_cast<From>(to) == value;
  } else {
    to = static_cast<To>(value);
    bool sameSign = (value < From(0)) == (to < To(0));
    return sameSign && static_cast<From>(to) == value;
  }
}

static std::string formatPosition(int64_t index,
                                  const std::vector<int64_t> &shape) {
  std::vector<int64_t> position(shape.size());
  for (size_t dim = shape.size(); dim-- > 0;) {
    position[dim] = index % shape[dim];
    index /= shape[dim];
  }
  std::string text = "[";
  for (size_t dim = 0; dim < position.size(); ++dim)
    text += (dim ? ", " : "") + std::to_string(position[dim]);
  return text + "]";
}

template <typename From, typename To>
static std::string convertAll(const void *source, void *target, bool isBinary,
                              DType type, const std::vector<int64_t> &shape) {
  int64_t count = 1;
  for (int64_t dim : shape)
    count *= dim;
  auto *to = static_cast<To *>(target);
  for (int64_t i = 0; i < count; ++i) {
    From value;
    std::memcpy(&value, static_cast<const char *>(source) + i * sizeof(From),
                sizeof(From));
    if (convertValue(value, to[i], isBinary))
      continue;
    char text[64];
    std::snprintf(text, sizeof text, "%.17g", static_cast<double>(value));
    return "element " + formatPosition(i, shape) + " is " + text +
           ", which is no " + getName(type) +
           (isBinary ? " (0 or 1)" : " value");
  }
  return "";
}

template <typename To>
static std::string convertTo(Element from, const void *source, void *target,
                             DType type, const std::vector<int64_t> &shape) {
  bool isBinary = type == DType::Bool;
  switch (from) {
  case Element::Bool:
  case Element::U8:
    return convertAll<uint8_t, To>(source, target, isBinary, type, shape);
  case Element::I8:
    return convertAll<int8_t, To>(source, target, isBinary, type, shape);
  case Element::I16:
    return convertAll<int16_t, To>(source, target, isBinary, type, shape);
  case Element::U16:
    return convertAll<uint16_t, To>(source, target, isBinary, type, shape);
  case Element::I32:
    return convertAll<int32_t, To>(source, target, isBinary, type, shape);
  case Element::U32:
    return convertAll<uint32_t, To>(source, target, isBinary, type, shape);
  case Element::I64:
    return convertAll<int64_t, To>(source, target, isBinary, type, shape);
  case Element::U64:
    return convertAll<uint64_t, To>(source, target, isBinary, type, shape);
  case Element::F32:
    return convertAll<float, To>(source, target, isBinary, type, shape);
  case Element::F64:
    return convertAll<double, To>(source, target, isBinary, type, shape);
  case Element::F16: {
    int64_t count = 1;
    for (int64_t dim : shape)
      count *= dim;
    std::vector<float> floats(count);
    for (int64_t i = 0; i < count; ++i) {
      uint16_t half;
      std::memcpy(&half, static_cast<const char *>(source) + 2 * i, 2);
      floats[i] = halfToFloat(half);
    }
    return convertAll<float, To>(floats.data(), target, isBinary, type, shape);
  }
  }
  return "";
}

std::string volley::runtime::convert(Element from, const void *source, DType to,
                                     void *target,
                                     const std::vector<int64_t> &shape) {
  switch (to) {
  case DType::Bool:
    return convertTo<uint8_t>(from, source, target, to, shape);
  case DType::I32:
    return convertTo<int32_t>(from, source, target, to, shape);
  case DType::F32:
    return convertTo<float>(from, source, target, to, shape);
  case DType::F64:
    return convertTo<double>(from, source, target, to, shape);
  }
  return "";
}

//===----------------------------------------------------------------------===//
// Files
//===----------------------------------------------------------------------===//

namespace {
/// Closes a C stream.
struct File {
  FILE *stream;
  explicit File(FILE *stream) : stream(stream) {}
  File(const File &) = delete;
  File &operator=(const File &) = delete;
  ~File() {
    if (stream)
      std::fclose(stream);
  }
};
} // namespace

static std::string readFile(const std::string &path, std::vector<char> &bytes) {
  File file(std::fopen(path.c_str(), "rb"));
  if (!file.stream)
    return std::string("cannot be opened: ") + std::strerror(errno);
  char block[1 << 16];
  size_t size;
  while ((size = std::fread(block, 1, sizeof block, file.stream)) > 0)
    bytes.insert(bytes.end(), block, block + size);
  if (std::ferror(file.stream))
    return std::string("cannot be read: ") + std::strerror(errno);
  return "";
}

static std::string writeFile(const std::string &path, const std::string &header,
                             const void *data, size_t size) {
  return volley::writeOutput(path, [&](std::FILE *stream) {
    return std::fwrite(header.data(), 1, header.size(), stream) ==
               header.size() &&
           std::fwrite(data, 1, size, stream) == size;
  });
}

/// The text after `'key':` in the header's dictionary.
static std::string getHeaderEntry(const std::string &header,
                                  const std::string &key) {
  size_t position = header.find("'" + key + "'");
  if (position == std::string::npos)
    return "";
  position = header.find(':', position);
  if (position == std::string::npos)
    return "";
  return header.substr(header.find_first_not_of(' ', position + 1));
}

std::string volley::runtime::readNpy(const std::string &path, Array &array) {
  std::vector<char> bytes;
  if (std::string error = readFile(path, bytes); !error.empty())
    return error;
  if (bytes.size() < 12 || std::memcmp(bytes.data(), "\x93NUMPY", 6) != 0)
    return "is no .npy file";
  size_t headerSize, offset;
  auto byteAt = [&](size_t i) {
    return static_cast<size_t>(static_cast<unsigned char>(bytes[i]));
  };
  if (bytes[6] < 1 || bytes[6] > 3)
    return "is a .npy file of an unknown version";
  if (bytes[6] == 1) {
    headerSize = byteAt(8) | byteAt(9) << 8;
    offset = 10;
  } else {
    headerSize =
        byteAt(8) | byteAt(9) << 8 | byteAt(10) << 16 | byteAt(11) << 24;
    offset = 12;
  }
  if (bytes.size() < offset + headerSize)
    return "is a truncated .npy file";
  std::string header(bytes.data() + offset, headerSize);

  std::string descr = getHeaderEntry(header, "descr");
  // '<f4', '|b1', ...
  if (descr.size() < 5 || descr[0] != '\'')
    return "holds no plain numbers";
  char order = descr[1], kind = descr[2];
  size_t size = std::strtoul(descr.c_str() + 3, nullptr, 10);
  std::optional<Element> element = getElement(kind, size);
  if (!element)
    return "holds elements of type " +
           descr.substr(1, descr.find('\'', 1) - 1) +
           ", but numbers are expected";
  array.element = *element;

  std::string shape = getHeaderEntry(header, "shape");
  array.shape.clear();
  if (shape.empty() || shape[0] != '(')
    return "has no shape";
  const char *cursor = shape.c_str() + 1;
  while (true) {
    char *end;
    long long dim = std::strtoll(cursor, &end, 10);
    if (end == cursor)
      break;
    if (dim < 0)
      return "has a negative dimension";
    array.shape.push_back(dim);
    cursor = end;
    while (*cursor == ',' || *cursor == ' ')
      ++cursor;
  }
  size_t available = bytes.size() - offset - headerSize, needed = size;
  if (std::find(array.shape.begin(), array.shape.end(), 0) != array.shape.end())
    needed = 0;
  for (int64_t dim : array.shape) {
    if (needed != 0 && needed > available / dim + 1)
      return "is a truncated .npy file";
    needed *= dim;
  }
  if (needed > available)
    return "is a truncated .npy file";
  const char *data = bytes.data() + offset + headerSize;
  array.bytes.assign(data, data + needed);
  if (order == '>')
    for (size_t i = 0; i + size <= needed; i += size)
      for (size_t low = 0, high = size - 1; low < high; ++low, --high)
        std::swap(array.bytes[i + low], array.bytes[i + high]);

  std::string fortran = getHeaderEntry(header, "fortran_order");
  if (fortran.rfind("True", 0) == 0 && array.shape.size() > 1) {
    // Column-major: the first index runs fastest.
    std::vector<char> rowMajor(needed);
    std::vector<int64_t> position(array.shape.size(), 0);
    int64_t count = array.getNumElements();
    for (int64_t i = 0; i < count; ++i) {
      int64_t target = 0;
      for (size_t dim = 0; dim < array.shape.size(); ++dim)
        target = target * array.shape[dim] + position[dim];
      std::memcpy(&rowMajor[target * size], &array.bytes[i * size], size);
      for (size_t dim = 0; dim < array.shape.size(); ++dim) {
        if (++position[dim] < array.shape[dim])
          break;
        position[dim] = 0;
      }
    }
    array.bytes = std::move(rowMajor);
  }
  return "";
}

std::string volley::runtime::writeNpy(const std::string &path, DType type,
                                      const std::vector<int64_t> &shape,
                                      const void *data) {
  const char *descr = type == DType::Bool  ? "|u1"
                      : type == DType::I32 ? "<i4"
                      : type == DType::F32 ? "<f4"
                                           : "<f8";
  std::string dims;
  size_t size = getSize(type);
  for (int64_t dim : shape) {
    dims += std::to_string(dim) + ",";
    size *= dim;
  }
  if (shape.size() > 1)
    dims.pop_back();
  std::string dictionary = std::string("{'descr': '") + descr +
                           "', 'fortran_order': False, 'shape': (" + dims +
                           "), }";
  // The data start at a multiple of 64 bytes.
  size_t padded = (10 + dictionary.size() + 1 + 63) / 64 * 64;
  dictionary.append(padded - 11 - dictionary.size(), ' ');
  dictionary += '\n';
  std::string header("\x93NUMPY\x01\x00", 8);
  header += static_cast<char>(dictionary.size() & 255);
  header += static_cast<char>(dictionary.size() >> 8);
  return writeFile(path, header + dictionary, data, size);
}

std::string volley::runtime::readCsv(const std::string &path, Array &array) {
  std::vector<char> bytes;
  if (std::string error = readFile(path, bytes); !error.empty())
    return error;
  bytes.push_back('\n');
  bytes.push_back('\0');
  std::vector<double> values;
  int64_t rows = 0, columns = 0, line = 1;
  const char *cursor = bytes.data(), *end = bytes.data() + bytes.size() - 1;
  // The byte order mark that spreadsheets write.
  if (std::strncmp(cursor, "\xef\xbb\xbf", 3) == 0)
    cursor += 3;
  while (cursor < end) {
    int64_t count = 0;
    // A separator may end a line; two have a number between them.
    bool isSeparated = true;
    while (cursor < end && *cursor != '\n') {
      if (*cursor == '#') {
        cursor = std::strchr(cursor, '\n');
        break;
      }
      if (*cursor == ',' || *cursor == ';') {
        if (isSeparated)
          return "line " + std::to_string(line) + " has an empty cell";
        isSeparated = true;
        ++cursor;
        continue;
      }
      if (*cursor == ' ' || *cursor == '\t' || *cursor == '\r') {
        ++cursor;
        continue;
      }
      std::string cell(cursor, std::strcspn(cursor, ",; \t\r\n#"));
      char *next;
      errno = 0;
      values.push_back(std::strtod(cell.c_str(), &next));
      if (*next != '\0' || cell.find_first_of("xX") != std::string::npos ||
          (errno == ERANGE && std::isinf(values.back())))
        return "line " + std::to_string(line) + " holds '" + cell +
               "', where a number is expected";
      cursor += cell.size();
      isSeparated = false;
      ++count;
    }
    ++cursor;
    if (count > 0) {
      if (rows > 0 && count != columns)
        return "line " + std::to_string(line) + " has " +
               std::to_string(count) + " numbers, but the first has " +
               std::to_string(columns);
      columns = count;
      ++rows;
    }
    ++line;
  }
  if (rows == 0)
    return "holds no numbers";
  array.element = Element::F64;
  array.shape = {rows, columns};
  array.bytes.resize(values.size() * sizeof(double));
  std::memcpy(array.bytes.data(), values.data(), array.bytes.size());
  return "";
}

std::string volley::runtime::writeCsv(const std::string &path, DType type,
                                      const std::vector<int64_t> &shape,
                                      const void *data) {
  int64_t rows = shape.empty() ? 1 : shape.front(), columns = 1;
  for (size_t dim = 1; dim < shape.size(); ++dim)
    columns *= shape[dim];
  std::string text;
  char number[40];
  for (int64_t i = 0; i < rows * columns; ++i) {
    switch (type) {
    case DType::Bool:
      std::snprintf(number, sizeof number, "%d",
                    static_cast<const uint8_t *>(data)[i]);
      break;
    case DType::I32:
      std::snprintf(number, sizeof number, "%d",
                    static_cast<const int32_t *>(data)[i]);
      break;
    case DType::F32:
      std::snprintf(number, sizeof number, "%.9g",
                    static_cast<double>(static_cast<const float *>(data)[i]));
      break;
    case DType::F64:
      std::snprintf(number, sizeof number, "%.17g",
                    static_cast<const double *>(data)[i]);
      break;
    }
    text += number;
    text += (i + 1) % columns == 0 ? '\n' : ',';
  }
  return writeFile(path, text, nullptr, 0);
}

std::string volley::runtime::readEvents(const std::string &path, double bin,
                                        int64_t height, int64_t width,
                                        EventList &events) {
  std::vector<char> bytes;
  if (std::string error = readFile(path, bytes); !error.empty())
    return error;
  if (bytes.empty() || bytes.size() % 5 != 0)
    return "is no event file: its size is no multiple of 5 bytes";
  // By way of nanoseconds, so that a bin of whole microseconds is exact.
  double binMicroseconds = std::round(bin * 1e9) / 1e3;
  if (!(binMicroseconds > 0))
    return "needs bins of at least 1e-9 s";
  std::vector<std::pair<int64_t, int64_t>> found;
  for (size_t i = 0; i < bytes.size(); i += 5) {
    auto at = [&](size_t k) {
      return static_cast<int64_t>(static_cast<unsigned char>(bytes[i + k]));
    };
    int64_t time = (at(2) & 127) << 16 | at(3) << 8 | at(4);
    int64_t polarity = at(2) >> 7, y = at(1), x = at(0);
    if (y >= height || x >= width)
      return "event " + std::to_string(i / 5) +
             " is at y = " + std::to_string(y) + ", x = " + std::to_string(x) +
             ", outside of the input's " + std::to_string(height) + " x " +
             std::to_string(width);
    found.push_back({static_cast<int64_t>(std::floor(time / binMicroseconds)),
                     (polarity * height + y) * width + x});
  }
  std::sort(found.begin(), found.end());
  for (auto [step, index] : found) {
    events.step.push_back(step);
    events.index.push_back(index);
  }
  events.steps = events.step.back() + 1;
  return "";
}

std::string volley::runtime::checkSpikes(const EventList &events,
                                         const std::vector<int64_t> &shape) {
  auto isSame = [&](size_t a, size_t b) {
    return events.step[a] == events.step[b] &&
           events.index[a] == events.index[b];
  };
  for (size_t i = 1; i < events.step.size(); ++i) {
    if (!isSame(i - 1, i))
      continue;
    size_t count = 2;
    while (i - 1 + count < events.step.size() && isSame(i, i - 1 + count))
      ++count;
    return "element [" + std::to_string(events.step[i]) + ", " +
           formatPosition(events.index[i], shape).substr(1) + " is " +
           std::to_string(count) + ", which is no " + getName(DType::Bool) +
           " (0 or 1)";
  }
  return "";
}

std::string volley::runtime::countEvents(const EventList &events,
                                         const std::vector<int64_t> &shape,
                                         Array &array) {
  array.element = Element::I32;
  array.shape = shape;
  int64_t elements = array.getNumElements();
  constexpr int64_t mostCounts = int64_t(1) << 32;
  if (events.steps > mostCounts / elements)
    return "fills " + std::to_string(events.steps) +
           " bins, more than can be held; take larger bins";
  array.shape.insert(array.shape.begin(), events.steps);
  std::vector<int32_t> counts(array.getNumElements(), 0);
  for (size_t i = 0; i < events.step.size(); ++i)
    ++counts[events.step[i] * elements + events.index[i]];
  array.bytes.resize(counts.size() * sizeof(int32_t));
  std::memcpy(array.bytes.data(), counts.data(), array.bytes.size());
  return "";
}
