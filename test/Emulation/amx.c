/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * AMX for tests on processors that lack it: a library that does what the
 * instructions of AMX-TILE and AMX-INT8 do, one by one, where the processor
 * says that there are none. It is loaded into a process (LD_PRELOAD, dlopen);
 * programs think that the processor has AMX if VOLLEY_EMULATED=amx.
 *
 * Encodings and what makes an instruction invalid are those of the Intel 64
 * and IA-32 Architectures Software Developer's Manual, volume 2. Operands that
 * are invalid there end the process here as well.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <ucontext.h>

enum { MOST_TILES = 8, MOST_ROWS = 16, MOST_BYTES = 64 };

/* What ldtilecfg loads. */
struct config {
  uint8_t palette, start_row, reserved[14];
  uint16_t bytes[16];
  uint8_t rows[16];
};

struct tile {
  uint8_t data[MOST_ROWS][MOST_BYTES];
};

/* As each thread has them. */
static __thread struct config config;
static __thread struct tile tiles[MOST_TILES];

/* An instruction with a VEX prefix of three bytes. */
struct instruction {
  uint8_t opcode, prefix, mod, reg, rm, vvvv;
  int extends_base, extends_index;
  /* What follows ModRM. */
  const uint8_t *rest;
};

enum { NO_PREFIX, PREFIX_66, PREFIX_F3, PREFIX_F2 };

static int decode(const uint8_t *code, struct instruction *i) {
  /* VEX.128.0F38.W0 */
  if (code[0] != 0xc4 || (code[1] & 0x1f) != 2 || (code[2] & 0x84) != 0)
    return 0;
  i->extends_index = !(code[1] & 0x40);
  i->extends_base = !(code[1] & 0x20);
  i->vvvv = ~(code[2] >> 3) & 15;
  i->prefix = code[2] & 3;
  i->opcode = code[3];
  i->mod = code[4] >> 6;
  i->reg = code[4] >> 3 & 7;
  i->rm = code[4] & 7;
  i->rest = code + 5;
  /* There is no register 8 of tiles. */
  return (code[1] & 0x80) != 0;
}

static int64_t get_register(const ucontext_t *context, int number) {
  static const int registers[] = {
      REG_RAX, REG_RCX, REG_RDX, REG_RBX, REG_RSP, REG_RBP, REG_RSI, REG_RDI,
      REG_R8,  REG_R9,  REG_R10, REG_R11, REG_R12, REG_R13, REG_R14, REG_R15};
  return context->uc_mcontext.gregs[registers[number]];
}

/* Where a memory operand is, what its index register says, and where the next
 * instruction is. */
struct place {
  uint8_t *base;
  int64_t stride;
  const uint8_t *next;
};

/* Tiles are one row after another, `stride` bytes apart: the index register,
 * scaled, is no part of the address then. */
static struct place get_place(const ucontext_t *context,
                              const struct instruction *i, int is_tile) {
  struct place place = {0, 0, i->rest};
  int64_t address = 0;
  int has_base = 1, base = i->rm;
  if (i->rm == 4) {
    uint8_t sib = *place.next++;
    int index = (sib >> 3 & 7) | i->extends_index << 3;
    if (index != 4)
      place.stride = get_register(context, index) * (1 << (sib >> 6));
    base = sib & 7;
    has_base = base != 5 || i->mod != 0;
  } else if (i->rm == 5 && i->mod == 0) {
    has_base = 0;
  }
  int bytes = i->mod == 1 ? 1 : i->mod == 2 || !has_base ? 4 : 0;
  int8_t near;
  int32_t far;
  memcpy(&near, place.next, 1);
  memcpy(&far, place.next, 4);
  address = bytes == 1 ? near : bytes == 4 ? far : 0;
  place.next += bytes;
  if (has_base)
    address += get_register(context, base | i->extends_base << 3);
  else if (i->rm == 5)
    address += (int64_t)place.next;
  if (!is_tile)
    address += place.stride;
  place.base = (uint8_t *)address;
  return place;
}

static int is_configured(int tile) {
  return config.palette == 1 && tile < MOST_TILES && config.rows[tile] != 0 &&
         config.bytes[tile] != 0;
}

static int load_config(const uint8_t *from) {
  struct config loaded;
  memcpy(&loaded, from, sizeof loaded);
  if (loaded.palette > 1)
    return 0;
  for (int i = 0; i < 16; ++i)
    if (loaded.palette == 1 &&
        (i < MOST_TILES
             ? loaded.rows[i] > MOST_ROWS || loaded.bytes[i] > MOST_BYTES
             : loaded.rows[i] != 0 || loaded.bytes[i] != 0))
      return 0;
  config = loaded;
  memset(tiles, 0, sizeof tiles);
  return 1;
}

/* As numbers, signed or not. */
static void get_bytes(const uint8_t *from, int is_signed, int16_t *to) {
  for (int i = 0; i < MOST_BYTES; ++i)
    to[i] = is_signed ? (int8_t)from[i] : from[i];
}

/* to += a b, where a row of b has four terms of each column. */
static int multiply(int to, int a, int b, int a_is_signed, int b_is_signed) {
  if (to == a || to == b || a == b || !is_configured(to) || !is_configured(a) ||
      !is_configured(b))
    return 0;
  int rows = config.rows[to], terms = config.bytes[a] / 4,
      columns = config.bytes[to] / 4;
  if (config.rows[a] != rows || config.rows[b] != terms ||
      config.bytes[b] != config.bytes[to] || config.bytes[to] % 4 != 0 ||
      config.bytes[a] % 4 != 0)
    return 0;
  int16_t lhs[MOST_BYTES], rhs[MOST_ROWS][MOST_BYTES];
  for (int term = 0; term < terms; ++term)
    get_bytes(tiles[b].data[term], b_is_signed, rhs[term]);
  for (int row = 0; row < rows; ++row) {
    uint32_t sums[MOST_BYTES / 4];
    memcpy(sums, tiles[to].data[row], sizeof sums);
    get_bytes(tiles[a].data[row], a_is_signed, lhs);
    for (int term = 0; term < terms; ++term)
      for (int column = 0; column < columns; ++column)
        for (int byte = 0; byte < 4; ++byte)
          sums[column] += lhs[4 * term + byte] * rhs[term][4 * column + byte];
    memcpy(tiles[to].data[row], sums, sizeof sums);
  }
  return 1;
}

static int load(int to, struct place from) {
  if (!is_configured(to))
    return 0;
  memset(&tiles[to], 0, sizeof tiles[to]);
  for (int row = 0; row < config.rows[to]; ++row)
    memcpy(tiles[to].data[row], from.base + row * from.stride,
           config.bytes[to]);
  return 1;
}

static int store(int from, struct place to) {
  if (!is_configured(from))
    return 0;
  for (int row = 0; row < config.rows[from]; ++row)
    memcpy(to.base + row * to.stride, tiles[from].data[row],
           config.bytes[from]);
  return 1;
}

/* Does the instruction and returns where the next one is, or null. */
static const uint8_t *emulate(const ucontext_t *context, const uint8_t *code) {
  struct instruction i;
  if (!decode(code, &i))
    return 0;
  int is_register = i.mod == 3, done = 0;
  if (i.opcode != 0x5e && i.vvvv != 0)
    return 0;
  switch (i.opcode) {
  case 0x49:
    if (is_register && i.prefix == PREFIX_F2 && i.rm == 0) {
      done = is_configured(i.reg);
      if (done)
        memset(&tiles[i.reg], 0, sizeof tiles[i.reg]);
    } else if (is_register && i.prefix == NO_PREFIX && code[4] == 0xc0) {
      memset(&config, 0, sizeof config);
      memset(tiles, 0, sizeof tiles);
      done = 1;
    } else if (!is_register && i.reg == 0 && i.prefix <= PREFIX_66) {
      struct place place = get_place(context, &i, 0);
      if (i.prefix == NO_PREFIX)
        done = load_config(place.base);
      else
        done = memcpy(place.base, &config, sizeof config) != 0;
      return done ? place.next : 0;
    }
    return done ? i.rest : 0;
  case 0x4b: {
    if (is_register || i.rm != 4 || i.prefix == NO_PREFIX)
      return 0;
    struct place place = get_place(context, &i, 1);
    done = i.prefix == PREFIX_F3 ? store(i.reg, place) : load(i.reg, place);
    return done ? place.next : 0;
  }
  case 0x5e:
    if (!is_register || i.extends_base ||
        !multiply(i.reg, i.rm, i.vvvv,
                  i.prefix == PREFIX_F2 || i.prefix == PREFIX_F3,
                  i.prefix == PREFIX_F2 || i.prefix == PREFIX_66))
      return 0;
    return i.rest;
  default:
    return 0;
  }
}

/* What another wants done with invalid instructions. */
static struct sigaction other;

static int set_action(int number, const struct sigaction *action,
                      struct sigaction *before) {
  static int (*next)(int, const struct sigaction *, struct sigaction *);
  if (!next)
    *(void **)&next = dlsym(RTLD_NEXT, "sigaction");
  return next(number, action, before);
}

/* As many instructions as there are in a row. */
static void handle(int number, siginfo_t *info, void *argument) {
  ucontext_t *context = argument;
  greg_t *at = &context->uc_mcontext.gregs[REG_RIP], first = *at;
  for (const uint8_t *next; (next = emulate(context, (const uint8_t *)*at));)
    *at = (greg_t)next;
  if (*at == first)
    set_action(number, &other, 0);
  (void)info;
}

/* Instead of the C library's where this is loaded before it: that another
 * handler is installed later changes what happens to the rest only. */
__attribute__((visibility("default"))) int
sigaction(int number, const struct sigaction *action,
          struct sigaction *before) {
  if (number != SIGILL)
    return set_action(number, action, before);
  if (before)
    *before = other;
  if (action)
    other = *action;
  return 0;
}

__attribute__((constructor)) static void install(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = handle;
  action.sa_flags = SA_SIGINFO;
  set_action(SIGILL, &action, &other);
}
