// SPDX-License-Identifier: GPL-2.0-only
/* The seeds of `make fuzz`, and every cut and every wrong byte of the small ones. */
#include "golden/golden.h"

#include "../fuzz/fuzz.h"

#include <dirent.h>
#include <sys/stat.h>

#define SEEDS "tests/fuzz/seeds"
#define SMALL 6000
#define STEP  17 /* a prime: every place is hit in one of the seeds */

static uint8_t *read_seed(const char *name, size_t *size)
{
	char path[512];
	uint8_t *bytes = malloc(1 << 20);
	FILE *file;

	snprintf(path, sizeof(path), SEEDS "/%s", name);
	file = fopen(path, "r");
	assert_non_null(bytes);
	assert_non_null(file);
	*size = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	return bytes;
}

/* libFuzzer's entry aborts where a promise is broken. */
static void replay(const char *name)
{
	size_t size;
	uint8_t *bytes = read_seed(name, &size);

	LLVMFuzzerTestOneInput(bytes, size);
	for (size_t i = 0; size < SMALL && i < size; i += STEP) {
		uint8_t *copy = malloc(i + 1); /* so that the sanitizer sees what is read behind */

		assert_non_null(copy);
		memcpy(copy, bytes, i);
		LLVMFuzzerTestOneInput(copy, i);
		free(copy);
		bytes[i] ^= 0x20;
		LLVMFuzzerTestOneInput(bytes, size);
		bytes[i] ^= 0x20;
	}
	free(bytes);
}

static void test_seeds(void **state)
{
	DIR *seeds = opendir(SEEDS);
	const struct dirent *seed;
	int nr = 0;

	(void)state;
	assert_non_null(seeds);
	while ((seed = readdir(seeds)))
		if (seed->d_name[0] != '.') {
			replay(seed->d_name);
			nr++;
		}
	closedir(seeds);
	assert_true(nr >= 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_seeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
