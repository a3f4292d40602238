/* SPDX-License-Identifier: GPL-2.0-only */
/* What cmocka wants included before it. */
#ifndef KLEAK_UNIT_H
#define KLEAK_UNIT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#endif
