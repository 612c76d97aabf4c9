/* SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
 *
 * What tests in C say of an expectation that does not hold.
 */
#ifndef VOLLEY_TEST_CAPI_CHECK_H
#define VOLLEY_TEST_CAPI_CHECK_H

#include <stdio.h>

static int failures = 0;

#define CHECK(condition)                                                       \
  do {                                                                         \
    if (!(condition)) {                                                        \
      fprintf(stderr, "%s:%d: expects %s\n", __FILE__, __LINE__, #condition);  \
      ++failures;                                                              \
    }                                                                          \
  } while (0)

#endif
