// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
#include "Bytecode.h"

#include "mlir/Bytecode/BytecodeWriter.h"
#include "mlir/Bytecode/Encoding.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/xxhash.h"

using namespace mlir;
using namespace volley;

static constexpr StringLiteral kMagic = "ML\xefR";
/// The name of the producer, which MLIR leaves to us, ends with the checksum.
static constexpr StringLiteral kProducer =
    "volley " VOLLEY_VERSION ", checksum ";
static constexpr StringLiteral kMark = ", checksum ";
static constexpr size_t kDigits = 16;

namespace {
/// Reads the frame of a file: what the format's encoding docs call sections.
class Frame {
public:
  explicit Frame(StringRef bytes) : bytes(bytes) { isValid = read(); }

  /// Where the checksum's digits are; npos without one.
  size_t digits = StringRef::npos;
  /// Where the resources are, which are the weights.
  size_t weightsBegin = 0, weightsEnd = 0;
  bool isValid;

private:
  bool read();
  bool readSection();
  bool readNumber(uint64_t &number);

  StringRef bytes;
  size_t position = 0;
};
} // namespace

/// A number of the format: the zeros at the lower end of the first byte say how
/// many bytes follow.
bool Frame::readNumber(uint64_t &number) {
  if (position >= bytes.size())
    return false;
  auto first = static_cast<uint8_t>(bytes[position]);
  size_t length = first ? llvm::countr_zero(first) + 1 : 9;
  if (bytes.size() - position < length)
    return false;
  uint8_t data[8] = {};
  if (first)
    memcpy(data, bytes.data() + position, length);
  else
    memcpy(data, bytes.data() + position + 1, sizeof data);
  number = llvm::support::endian::read64le(data) >> (first ? length : 0);
  position += length;
  return true;
}

bool Frame::readSection() {
  auto id = static_cast<uint8_t>(bytes[position++]);
  uint64_t length, alignment;
  if (!readNumber(length))
    return false;
  if (id & 0x80) {
    if (!readNumber(alignment) || !llvm::isPowerOf2_64(alignment))
      return false;
    position = llvm::alignTo(position, alignment);
  }
  if (position > bytes.size() || length > bytes.size() - position)
    return false;
  if ((id & 0x7f) == bytecode::Section::kResource) {
    weightsBegin = position;
    weightsEnd = position + length;
  }
  position += length;
  return true;
}

bool Frame::read() {
  uint64_t version;
  position = kMagic.size();
  if (!readNumber(version))
    return false;
  size_t end = bytes.find('\0', position);
  if (end == StringRef::npos)
    return false;
  StringRef producer = bytes.slice(position, end);
  if (size_t mark = producer.find(kMark); mark != StringRef::npos)
    digits = position + mark + kMark.size();
  position = end + 1;
  weightsBegin = weightsEnd = bytes.size();
  while (position < bytes.size())
    if (!readSection())
      return false;
  return true;
}

/// Of everything but itself and the weights.
static std::string computeChecksum(StringRef bytes, const Frame &frame) {
  uint64_t hashes[3];
  auto hash = [&](size_t begin, size_t end) {
    return llvm::xxh3_64bits(bytes.slice(begin, end));
  };
  hashes[0] = hash(0, frame.digits);
  hashes[1] = hash(frame.digits + kDigits, frame.weightsBegin);
  hashes[2] = hash(frame.weightsEnd, bytes.size());
  uint64_t all = llvm::xxh3_64bits(
      ArrayRef(reinterpret_cast<const uint8_t *>(hashes), sizeof hashes));
  std::string digits = llvm::utohexstr(all, /*LowerCase=*/true);
  return std::string(kDigits - digits.size(), '0') + digits;
}

bool volley::isBytecode(StringRef bytes) { return bytes.starts_with(kMagic); }

bool volley::isDamaged(StringRef bytes) {
  Frame frame(bytes);
  if (frame.digits == StringRef::npos)
    return false;
  return !frame.isValid ||
         bytes.substr(frame.digits, kDigits) != computeChecksum(bytes, frame);
}

LogicalResult volley::writeBytecode(ModuleOp module,
                                    llvm::raw_fd_ostream &stream,
                                    StringRef path) {
  if (!stream.supportsSeeking())
    return writeBytecodeToFile(module, stream,
                               BytecodeWriterConfig("volley " VOLLEY_VERSION));
  if (failed(writeBytecodeToFile(
          module, stream,
          BytecodeWriterConfig((kProducer + std::string(kDigits, '0')).str()))))
    return failure();
  stream.flush();
  if (stream.has_error())
    return success(); // The caller reports what the stream knows.
  auto file = llvm::MemoryBuffer::getFile(path, /*IsText=*/false,
                                          /*RequiresNullTerminator=*/false);
  if (!file)
    return module.emitError("cannot be read again: ")
           << file.getError().message();
  StringRef bytes = (*file)->getBuffer();
  Frame frame(bytes);
  std::string checksum = computeChecksum(bytes, frame);
  stream.pwrite(checksum.data(), checksum.size(), frame.digits);
  return success();
}
