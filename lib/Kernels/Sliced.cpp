// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Products of spikes and integers on the matrix unit.

#include "SlicedProduct.h"

#include <immintrin.h>

using namespace volley::kernels;

namespace {

/// What all eight registers of the unit hold: 16 rows of 64 bytes.
struct alignas(64) TileConfig {
  uint8_t palette = 1, startRow = 0, reserved[14] = {};
  uint16_t rowBytes[16] = {64, 64, 64, 64, 64, 64, 64, 64};
  uint8_t rows[16] = {16, 16, 16, 16, 16, 16, 16, 16};
};

class TileUnit {
public:
  TileUnit() {
    TileConfig config;
    _tile_loadconfig(&config);
  }
  ~TileUnit() { _tile_release(); }

  /// A tile is one piece of memory.
  static int64_t getStretch(int64_t) { return kTileTerms; }

  /// The weights after these come from memory meanwhile, some lines of the
  /// cache with each product.
  void start(const int8_t *next, int64_t bytes, int64_t products) {
    ahead = next;
    lines = (bytes / 64 + products - 1) / products;
  }

  /// Four accumulators and two registers for each operand, as many loads as
  /// products. A second block that is not there is the first one again.
  void multiply(const BytesProduct &p, int64_t digit,
                DigitSums (&sums)[kBlockTiles][kBlockTiles]) {
    const uint8_t *x = p.terms;
    const int8_t *tile = p.weight;
    int64_t next = p.blocks > 1 ? p.nextBlock : 0;
    if (p.isFirst) {
      _tile_zero(0);
      _tile_zero(1);
      _tile_zero(2);
      _tile_zero(3);
    } else {
      _tile_loadd(0, sums[0][0][digit], 64);
      _tile_loadd(1, sums[0][1][digit], 64);
      _tile_loadd(2, sums[1][0][digit], 64);
      _tile_loadd(3, sums[1][1][digit], 64);
    }
    for (int64_t k = 0; k < p.count; k += kTileTerms) {
      _tile_loadd(4, x, 64);
      _tile_loadd(6, tile, 64);
      _tile_loadd(5, x + kTileBytes, 64);
      _tile_loadd(7, tile + next, 64);
      x += kBlockRows * kTileTerms;
      tile += kTileBytes;
      _tile_dpbusd(0, 4, 6);
      _tile_dpbusd(1, 5, 6);
      _tile_dpbusd(2, 4, 7);
      _tile_dpbusd(3, 5, 7);
      for (int64_t i = 0; i < lines; ++i, ahead += 64)
        __builtin_prefetch(ahead, 0, 2);
    }
    _tile_stored(0, sums[0][0][digit], 64);
    _tile_stored(1, sums[0][1][digit], 64);
    _tile_stored(2, sums[1][0][digit], 64);
    _tile_stored(3, sums[1][1][digit], 64);
  }

private:
  const int8_t *ahead = nullptr;
  int64_t lines = 0;
};

} // namespace

#define VOLLEY_CALL(FUNCTION, ...) FUNCTION<TileUnit>(__VA_ARGS__)
VOLLEY_SLICED(sliced, VOLLEY_CALL)
