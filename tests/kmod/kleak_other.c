// SPDX-License-Identifier: GPL-2.0-only
#define LEAK	     kleak_other_leak
#define LEAK_AREA    kleak_other_area
#define LEAK_INITIAL kleak_other_initial
#define VERSION	     "other-1"

#include "kleak_come.c"
