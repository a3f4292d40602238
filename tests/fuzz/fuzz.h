/* SPDX-License-Identifier: GPL-2.0-only */
/* What is done with a saved file, whatever it has. */
#ifndef KLEAK_FUZZ_H
#define KLEAK_FUZZ_H

#include <stddef.h>
#include <stdint.h>

/* libFuzzer's entry.  It aborts where a promise is broken; 0. */
int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size);

#endif
