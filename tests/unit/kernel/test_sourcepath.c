// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/sourcepath.h"
#include "unit.h"

#include <string.h>

static void assert_short(const char *path, const char *compiled_in, const char *root,
			 const char *expected)
{
	char out[128];

	memset(out, 'x', sizeof(out));
	sourcepath__shorten(out, sizeof(out), path, compiled_in, root);
	assert_string_equal(out, expected);
}

/* Where kernels are built, and with it how their debug info names mm/slub.c. */
static void drops_the_tree(void **state)
{
	static const char debian[] = "debian/build/build_amd64_none_cloud-amd64";

	(void)state;
	assert_short("/home/me/linux/mm/slub.c", "/home/me/linux", NULL, "mm/slub.c");
	assert_short("/home/me/linux/mm/slub.c", "/home/me/linux/", NULL, "mm/slub.c");
	assert_short("/home/me/linux/build/../mm/slub.c", "/home/me/linux/build", NULL,
		     "mm/slub.c");
	assert_short("/b/linux/debian/build/x/../../../mm/slub.c", "/b/linux/debian/build/x", NULL,
		     "mm/slub.c");
	assert_short("debian/build/build_amd64_none_cloud-amd64/mm/slub.c", debian, NULL,
		     "mm/slub.c");
	assert_short("/home/me/linux/mm/slub.c", "/tmp/out", "/home/me/linux", "mm/slub.c");
	assert_short("mm/slub.c", NULL, NULL, "mm/slub.c");
	assert_short("../mm/slub.c", NULL, NULL, "mm/slub.c");
}

static void keeps_what_lies_elsewhere(void **state)
{
	(void)state;
	assert_short("/home/me/linux-next/mm/slub.c", "/home/me/linux", "/home/me/lin",
		     "/home/me/linux-next/mm/slub.c");
	assert_short("/src/foo.c", "/", NULL, "/src/foo.c");
	assert_short("/src/foo.c", "", "", "/src/foo.c");
}

static void shortens_a_module_and_its_headers(void **state)
{
	static const char headers[] = "/usr/src/linux-headers-6.12-cloud-amd64";

	(void)state;
	assert_short("/home/me/foo/sub/foo.c", headers, "/home/me/foo", "sub/foo.c");
	assert_short("/home/me/foo/include/foo.h", headers, "/home/me/foo", "include/foo.h");
	assert_short("/usr/src/linux-headers-6.12-common/include/linux/slab.h", headers,
		     "/home/me/foo", "include/linux/slab.h");
	assert_short("/usr/src/linux-headers-6.12-common/arch/x86/include/asm/page.h", headers,
		     "/home/me/foo", "arch/x86/include/asm/page.h");
}

static void takes_detours_out(void **state)
{
	(void)state;
	assert_short("a/./b//c/../d.c", NULL, NULL, "a/b/d.c");
	assert_short("arch/x86/kernel/../include/asm/irq.h", NULL, NULL,
		     "arch/x86/include/asm/irq.h");
	assert_short("a/../../b.c", NULL, NULL, "b.c");
	assert_short("../../a/..b/c..c", NULL, NULL, "a/..b/c..c");
	assert_short("/../a.c", NULL, NULL, "/../a.c");
	assert_short("", NULL, NULL, "");
	assert_short("/", "/", "/", "/");
	assert_short("..", NULL, NULL, "..");
}

static void cuts_off_what_does_not_fit(void **state)
{
	char out[8];

	(void)state;
	sourcepath__shorten(out, sizeof(out), "/t/mm/slub.c", "/t", NULL);
	assert_string_equal(out, "mm/slub");
}

static void meets(void **state)
{
	char common[64] = "/home/me/foo/a/x.c";

	(void)state;
	sourcepath__meet(common, "/home/me/foo/a/x.c");
	assert_string_equal(common, "/home/me/foo/a");
	sourcepath__meet(common, "/home/me/foo/a/y.c");
	assert_string_equal(common, "/home/me/foo/a");
	sourcepath__meet(common, "/home/me/foo/ab/y.c");
	assert_string_equal(common, "/home/me/foo");
	sourcepath__meet(common, "/home/you/y.c");
	assert_string_equal(common, "/home");
	sourcepath__meet(common, "/y.c");
	assert_string_equal(common, "");
	sourcepath__meet(common, "/y.c");
	assert_string_equal(common, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drops_the_tree),
		cmocka_unit_test(keeps_what_lies_elsewhere),
		cmocka_unit_test(shortens_a_module_and_its_headers),
		cmocka_unit_test(takes_detours_out),
		cmocka_unit_test(cuts_off_what_does_not_fit),
		cmocka_unit_test(meets),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
