// SPDX-License-Identifier: GPL-2.0-only
#include "kernel/dwarf.h"
#include "unit.h"
#include "util/say.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <gelf.h>

#define FIXTURES "build/debug"
#define KERNEL	 FIXTURES "/vmlinux"
#define MODULE	 FIXTURES "/drivers/leaky-one.ko"
#define SOURCE	 "tests/unit/fixtures/inlined.c"
#define FOREIGN	 0x100000000ULL /* in no image */

#define KERNEL_AT 0xffffffff9f000000ULL
#define TEXT_AT	  0xffffffffc0a10000ULL
#define INIT_AT	  0xffffffffc0a08000ULL

/* ---- what was said ---- */

static char said[4096];
static int times_said;

void say(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(said, sizeof(said), format, args);
	va_end(args);
	times_said++;
}

static void assert_said(const char *part)
{
	assert_int_equal(times_said, 1);
	if (!strstr(said, part))
		fail_msg("\"%s\" is not in \"%s\"", part, said);
	times_said = 0;
}

/* ---- what the fixtures hold ---- */

static unsigned int line_of(const char *function)
{
	char line[256], mark[64];
	FILE *file = fopen(SOURCE, "re");
	unsigned int number = 0;

	assert_non_null(file);
	snprintf(mark, sizeof(mark), "/* line of %s */", function);
	while (fgets(line, sizeof(line), file)) {
		number++;
		if (strstr(line, mark)) {
			fclose(file);
			return number;
		}
	}
	fail_msg("no line of %s", function);
	return 0;
}

struct fixture {
	struct image image;
	const char *source;
	uint64_t in_leak, in_leak_early; /* in their sections, or in all */
};

static void take_note(struct image *image, Elf_Data *notes)
{
	GElf_Nhdr head;
	size_t at = 0, next, name, id;

	while ((next = gelf_getnote(notes, at, &head, &name, &id))) {
		if (head.n_type == NT_GNU_BUILD_ID) {
			memcpy(image->build_id, (char *)notes->d_buf + id, head.n_descsz);
			image->build_id_length = head.n_descsz;
		}
		at = next;
	}
}

static struct fixture read_fixture(const char *path)
{
	struct fixture fixture = {};
	int fd = open(path, O_RDONLY);
	Elf_Scn *section = NULL;
	Elf *elf;

	elf_version(EV_CURRENT);
	elf = elf_begin(fd, ELF_C_READ, NULL);
	assert_non_null(elf);
	while ((section = elf_nextscn(elf, section))) {
		Elf_Data *data = elf_getdata(section, NULL);
		GElf_Shdr head;
		GElf_Sym symbol;

		gelf_getshdr(section, &head);
		if (head.sh_type == SHT_NOTE)
			take_note(&fixture.image, data);
		for (int i = 0; head.sh_type == SHT_SYMTAB && gelf_getsym(data, i, &symbol); i++) {
			const char *name = elf_strptr(elf, head.sh_link, symbol.st_name);

			if (!strcmp(name, "in_leak"))
				fixture.in_leak = symbol.st_value;
			if (!strcmp(name, "in_leak_early"))
				fixture.in_leak_early = symbol.st_value;
		}
	}
	elf_end(elf);
	close(fd);
	assert_int_equal(fixture.image.build_id_length, 20);
	assert_true(fixture.in_leak && fixture.in_leak_early);
	return fixture;
}

static void place(struct image *image, const char *name, uint64_t address)
{
	struct image_place *place = &image->places[image->nr_places++];

	snprintf(place->name, sizeof(place->name), "%s", name);
	place->address = address;
}

/* As it runs after KASLR: linked to 0x1000000, see the Makefile. */
static struct fixture kernel(void)
{
	struct fixture fixture = read_fixture(KERNEL);

	fixture.source = SOURCE;
	place(&fixture.image, "_text", KERNEL_AT);
	fixture.in_leak += KERNEL_AT - 0x1000000;
	fixture.in_leak_early += KERNEL_AT - 0x1000000;
	return fixture;
}

static struct fixture module(void)
{
	struct fixture fixture = read_fixture(MODULE);

	fixture.source = strrchr(SOURCE, '/') + 1;
	strcpy(fixture.image.name, "leaky_one");
	place(&fixture.image, ".text", TEXT_AT);
	place(&fixture.image, ".init.text", INIT_AT);
	fixture.in_leak += TEXT_AT;
	fixture.in_leak_early += INIT_AT;
	return fixture;
}

static struct dwarf *open_dwarf(const char *folder, bool debuginfod)
{
	struct dwarf *dwarf = NULL;

	times_said = 0;
	assert_int_equal(dwarf__open(&dwarf,
				     &(struct dwarf_sources){
					     .release = "0.0-none",
					     .folders = (const char *const[]){folder},
					     .nr_folders = folder ? 1 : 0,
					     .debuginfod = debuginfod,
					     .wanted = true,
				     }),
			 0);
	return dwarf;
}

static void assert_frame(const struct fixture *f, const struct dwarf_frame *frame,
			 const char *function, const char *line)
{
	if (function)
		assert_string_equal(frame->function, function);
	else
		assert_null(frame->function);
	assert_string_equal(frame->file, f->source);
	assert_int_equal(frame->line, line_of(line));
}

/* Both calls have their lines and their inlined functions. */
static void assert_named(struct dwarf *dwarf, const struct fixture *f)
{
	const struct dwarf_frame *frames;

	assert_int_equal(dwarf__find(dwarf, &f->image, f->in_leak - 1, &frames), 3);
	assert_frame(f, &frames[0], "take_one", "take_one");
	assert_frame(f, &frames[1], "take_some", "take_some");
	assert_frame(f, &frames[2], NULL, "leak");
	assert_int_equal(dwarf__find(dwarf, &f->image, f->in_leak_early - 1, &frames), 1);
	assert_frame(f, &frames[0], NULL, "leak_early");
}

static void assert_not_named(const char *folder, const struct fixture *f, const char *why)
{
	struct dwarf *dwarf = open_dwarf(folder, false);
	const struct dwarf_frame *frames;

	for (int i = 0; i < 3; i++)
		assert_int_equal(dwarf__find(dwarf, &f->image, f->in_leak - 1, &frames), 0);
	assert_null(dwarf__file(dwarf, &f->image));
	assert_said(why);
	dwarf__close(dwarf);
}

/* ---- folders made here ---- */

static char *make_folder(void)
{
	static char folder[] = "/tmp/kleak-test-XXXXXX";

	strcpy(folder + sizeof(folder) - 7, "XXXXXX");
	assert_non_null(mkdtemp(folder));
	return folder;
}

static void run(const char *format, ...)
{
	char command[3 * PATH_MAX];
	va_list args;

	va_start(args, format);
	vsnprintf(command, sizeof(command), format, args);
	va_end(args);
	if (system(command)) /* NOLINT: fixed words */
		fail_msg("%s", command);
}

static void drop_folder(const char *folder)
{
	run("rm -r '%s'", folder);
}

static unsigned char *read_bytes(const char *path, size_t *length)
{
	FILE *file = fopen(path, "re");
	unsigned char *bytes = malloc(1 << 20);

	assert_true(file && bytes);
	*length = fread(bytes, 1, 1 << 20, file);
	fclose(file);
	assert_in_range(*length, 1000, (1 << 20) - 1);
	return bytes;
}

static void write_bytes(const char *folder, const char *name, const void *bytes, size_t length)
{
	char path[PATH_MAX];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(bytes, 1, length, file), length);
	assert_int_equal(fclose(file), 0);
}

/* ---- tests ---- */

static void names_a_kernel_that_was_moved(void **state)
{
	struct fixture f = kernel();
	struct dwarf *dwarf = open_dwarf(FIXTURES, false);
	const struct dwarf_frame *first, *again;

	(void)state;
	assert_named(dwarf, &f);
	assert_string_equal(dwarf__file(dwarf, &f.image), KERNEL);
	dwarf__find(dwarf, &f.image, f.in_leak - 1, &first);
	dwarf__find(dwarf, &f.image, f.in_leak - 1, &again);
	assert_ptr_equal(first, again);
	assert_int_equal(times_said, 0);
	dwarf__close(dwarf);
}

/* _stext stands in for _text; what is not in the file is not used. */
static void takes_the_symbol_there_is(void **state)
{
	struct fixture f = kernel();
	struct dwarf *dwarf = open_dwarf(FIXTURES, false);

	(void)state;
	f.image.nr_places = 0;
	place(&f.image, "no_such_symbol", 0x1234);
	place(&f.image, "_stext", KERNEL_AT);
	assert_named(dwarf, &f);
	dwarf__close(dwarf);
}

static void names_a_module_by_its_sections(void **state)
{
	struct fixture f = module();
	struct dwarf *dwarf = open_dwarf(FIXTURES, false);
	const struct dwarf_frame *frames;

	(void)state;
	assert_named(dwarf, &f);
	assert_string_equal(dwarf__file(dwarf, &f.image), MODULE);
	assert_int_equal(dwarf__find(dwarf, &f.image, TEXT_AT - 1, &frames), 0);
	assert_int_equal(dwarf__find(dwarf, &f.image, TEXT_AT + (1 << 20), &frames), 0);
	assert_int_equal(dwarf__find(dwarf, &f.image, FOREIGN, &frames), 0);
	dwarf__close(dwarf);
}

/* Loaded again elsewhere, it is another image. */
static void tells_images_apart(void **state)
{
	struct fixture f = module(), moved = module(), k = kernel();
	struct dwarf *dwarf = open_dwarf(FIXTURES, false);
	const struct dwarf_frame *frames;

	(void)state;
	moved.image.places[0].address += 0x100000;
	moved.in_leak += 0x100000;
	assert_named(dwarf, &f);
	assert_named(dwarf, &moved);
	assert_named(dwarf, &k);
	assert_int_equal(dwarf__find(dwarf, &moved.image, f.in_leak - 1, &frames), 0);
	dwarf__close(dwarf);
}

/* Debug info apart from the code, found by build-id; without .debug_aranges, as clang writes it. */
static void names_from_debug_files(void **state)
{
	struct fixture fixtures[] = {kernel(), module()};
	const char *const paths[] = {KERNEL, MODULE};

	(void)state;
	for (int i = 0; i < 2; i++) {
		char *folder = make_folder(), id[41];
		struct dwarf *dwarf = open_dwarf(folder, false);

		for (int byte = 0; byte < 20; byte++)
			sprintf(id + 2 * (size_t)byte, "%02x", fixtures[i].image.build_id[byte]);
		run("mkdir -p '%s'/.build-id/%.2s && "
		    "objcopy --only-keep-debug --remove-section .debug_aranges %s "
		    "'%s'/.build-id/%.2s/%s.debug",
		    folder, id, paths[i], folder, id, id + 2);
		assert_named(dwarf, &fixtures[i]);
		dwarf__close(dwarf);
		drop_folder(folder);
	}
}

static void names_from_a_compressed_module(void **state)
{
	static const char *const by[][2] = {{"xz", "xz"}, {"gzip", "gz"}, {"zstd", "zst"}};
	struct fixture f = module();

	(void)state;
	for (size_t i = 0; i < sizeof(by) / sizeof(by[0]); i++) {
		char *folder = make_folder();
		struct dwarf *dwarf = open_dwarf(folder, false);

		run("%s -q -c %s >'%s'/leaky-one.ko.%s", by[i][0], MODULE, folder, by[i][1]);
		assert_named(dwarf, &f);
		dwarf__close(dwarf);
		drop_folder(folder);
	}
}

static void refuses_another_build(void **state)
{
	struct fixture k = kernel(), m = module();

	(void)state;
	k.image.build_id[19] ^= 1;
	assert_not_named(FIXTURES, &k, KERNEL " is not used: it is of another build (build-id ");
	m.image.build_id_length = 19;
	assert_not_named(FIXTURES, &m, MODULE " is not used: it is of another build (build-id ");
	m.image.build_id_length = 0;
	assert_not_named(FIXTURES, &m,
			 "no debug info of module leaky_one found (build-id not known");
}

static void says_when_there_is_none(void **state)
{
	struct fixture k = kernel(), m = module();
	char *folder = make_folder();

	(void)state;
	assert_not_named(folder, &k, "no debug info of the kernel found (build-id ");
	assert_not_named(folder, &m, "no debug info of module leaky_one found (build-id ");
	assert_not_named(NULL, &k, "no debug info of the kernel found (build-id ");
	drop_folder(folder);
	assert_not_named(folder, &k, "no debug info of the kernel found (build-id ");
}

static void refuses_what_has_no_place(void **state)
{
	struct fixture k = kernel(), m = module();

	(void)state;
	k.image.nr_places = 0;
	assert_not_named(FIXTURES, &k, "where its code was loaded");
	m.image.nr_places = 0;
	assert_not_named(FIXTURES, &m, "where its code was loaded");
}

static void survives_a_file_that_is_cut_off(void **state)
{
	struct fixture k = kernel(), m = module();
	size_t length;

	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct fixture *f = i ? &m : &k;
		unsigned char *bytes = read_bytes(i ? MODULE : KERNEL, &length);
		char *folder = make_folder();

		for (size_t cut = 0; cut < length; cut += cut < 100 ? 9 : 997) {
			write_bytes(folder, i ? "leaky_one.ko" : "vmlinux", bytes, cut);
			assert_not_named(folder, f, folder);
		}
		free(bytes);
		drop_folder(folder);
	}
}

/* With wrong bytes in it, it may say wrong things or none, but once. */
static void survives_a_file_with_wrong_bytes(void **state)
{
	struct fixture k = kernel(), m = module();
	size_t length;

	(void)state;
	for (int i = 0; i < 2; i++) {
		const struct fixture *f = i ? &m : &k;
		unsigned char *bytes = read_bytes(i ? MODULE : KERNEL, &length);
		char *folder = make_folder();

		for (size_t at = 0; at < length; at += 61) {
			const struct dwarf_frame *frames;
			struct dwarf *dwarf = open_dwarf(folder, false);
			unsigned char was[4];

			memcpy(was, bytes + at, sizeof(was));
			memset(bytes + at, at & 1 ? 0xff : 0x7f, at + 4 < length ? 4 : 1);
			write_bytes(folder, i ? "leaky_one.ko" : "vmlinux", bytes, length);
			dwarf__find(dwarf, &f->image, f->in_leak - 1, &frames);
			dwarf__find(dwarf, &f->image, f->in_leak_early - 1, &frames);
			assert_in_range(times_said, 0, 1);
			dwarf__close(dwarf);
			memcpy(bytes + at, was, at + 4 < length ? 4 : 1);
		}
		free(bytes);
		drop_folder(folder);
	}
}

/* ---- debuginfod ---- */

static int listen_here(void)
{
	struct sockaddr_in here = {.sin_family = AF_INET,
				   .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t length = sizeof(here);
	int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	char urls[64];

	assert_int_equal(bind(server, (struct sockaddr *)&here, sizeof(here)), 0);
	assert_int_equal(listen(server, 8), 0);
	assert_int_equal(getsockname(server, (struct sockaddr *)&here, &length), 0);
	snprintf(urls, sizeof(urls), "http://127.0.0.1:%u/", ntohs(here.sin_port));
	setenv("DEBUGINFOD_URLS", urls, 1);
	setenv("DEBUGINFOD_TIMEOUT", "5", 1);
	unsetenv("http_proxy");
	unsetenv("all_proxy");
	return server;
}

/* Answer requests for debug info with the kernel; a process of its own. */
static pid_t serve(int server)
{
	pid_t child = fork();

	if (!child)
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* also when a test fails */
	while (!child) {
		int client = accept(server, NULL, NULL);
		size_t length;
		unsigned char *bytes = read_bytes(KERNEL, &length);
		char request[4096] = "";

		if (read(client, request, sizeof(request) - 1) < 0)
			_exit(1);
		if (strncmp(request, "GET /buildid/", 13) || !strstr(request, "/debuginfo "))
			length = 0;
		dprintf(client,
			"HTTP/1.0 %s\r\nContent-Type: application/octet-stream\r\n"
			"Content-Length: %zu\r\n\r\n",
			length ? "200 OK" : "404 Not Found", length);
		for (size_t sent = 0; sent < length;) {
			ssize_t more = write(client, bytes + sent, length - sent);

			if (more <= 0)
				_exit(1);
			sent += more;
		}
		close(client);
		free(bytes);
	}
	return child;
}

static void uses_no_network_unless_told(void **state)
{
	struct fixture k = kernel(), m = module();
	int server = listen_here();
	struct pollfd asked = {.fd = server, .events = POLLIN};
	char *folder = make_folder();

	(void)state;
	setenv("DEBUGINFOD_CACHE_PATH", folder, 1);
	assert_not_named(folder, &k, "no debug info of the kernel");
	assert_not_named(folder, &m, "no debug info of module");
	run("strip --strip-debug -o '%s'/vmlinux " KERNEL, folder);
	assert_not_named(folder, &k, "no debug info of the kernel");
	assert_int_equal(poll(&asked, 1, 0), 0);
	unsetenv("DEBUGINFOD_URLS");
	drop_folder(folder);
	close(server);
}

static void asks_debuginfod(void **state)
{
	struct fixture k = kernel();
	int server = listen_here();
	char *folder = make_folder();
	pid_t child = serve(server);
	struct dwarf *dwarf = open_dwarf(NULL, true);

	(void)state;
	setenv("DEBUGINFOD_CACHE_PATH", folder, 1);
	assert_named(dwarf, &k);
	assert_said("asking debuginfod for the debug info of the kernel");
	dwarf__close(dwarf);
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	unsetenv("DEBUGINFOD_URLS");
	drop_folder(folder);
	close(server);
}

/* Bytes that are allocated, by the sanitizer's word. */
size_t __sanitizer_get_current_allocated_bytes(void) __attribute__((weak));

/* In weeks a module is loaded again and again, each time at another place: of one without debug
 * info not each time is kept in mind. */
static void test_images_without_debug_info_are_forgotten(void **state)
{
	struct image image = {.name = "none", .nr_places = 1, .places = {{.name = ".text"}}};
	struct dwarf *dwarf = open_dwarf(NULL, false);
	const struct dwarf_frame *frames;
	size_t before = 0;

	(void)state;
	if (!__sanitizer_get_current_allocated_bytes)
		skip();
	for (int i = 0; i < 4 * DWARF_MOST_EMPTY; i++) {
		if (i == DWARF_MOST_EMPTY + 10)
			before = __sanitizer_get_current_allocated_bytes();
		image.places[0].address = 0xffffffffc0000000ULL + 4096ULL * (uint64_t)i;
		assert_int_equal(dwarf__find(dwarf, &image, image.places[0].address + 5, &frames),
				 0);
	}
	assert_true(__sanitizer_get_current_allocated_bytes() < before + 100000);
	dwarf__close(dwarf);
}

/* And of one with debug info nothing but where it is now; what was handed out stays. */
static void test_images_that_are_loaded_again_take_no_memory(void **state)
{
	struct dwarf *dwarf = open_dwarf(FIXTURES, false);
	struct fixture f = module(), was = f;
	const struct dwarf_frame *frames, *again;
	size_t before = 0;

	(void)state;
	if (!__sanitizer_get_current_allocated_bytes)
		skip();
	assert_named(dwarf, &f);
	dwarf__find(dwarf, &f.image, f.in_leak - 1, &frames);
	for (int i = 0; i < 1000; i++) {
		if (i == 10)
			before = __sanitizer_get_current_allocated_bytes();
		f.image.places[0].address += 4096;
		f.in_leak += 4096;
		/* the part that was for its start is gone by the time, mostly */
		f.image.nr_places = i % 10 ? 1 : 2;
		assert_int_equal(dwarf__find(dwarf, &f.image, f.in_leak - 1, &again), 3);
		assert_ptr_equal(again, frames);
		assert_int_equal(dwarf__find(dwarf, &f.image, f.in_leak_early - 1, &again),
				 i % 10 ? 0 : 1);
	}
	assert_true(__sanitizer_get_current_allocated_bytes() < before + 10000);
	/* the one that is gone, whose sites may still be listed */
	assert_named(dwarf, &was);
	assert_int_equal(times_said, 0);
	dwarf__close(dwarf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_images_without_debug_info_are_forgotten),
		cmocka_unit_test(test_images_that_are_loaded_again_take_no_memory),
		cmocka_unit_test(names_a_kernel_that_was_moved),
		cmocka_unit_test(takes_the_symbol_there_is),
		cmocka_unit_test(names_a_module_by_its_sections),
		cmocka_unit_test(tells_images_apart),
		cmocka_unit_test(names_from_debug_files),
		cmocka_unit_test(names_from_a_compressed_module),
		cmocka_unit_test(refuses_another_build),
		cmocka_unit_test(says_when_there_is_none),
		cmocka_unit_test(refuses_what_has_no_place),
		cmocka_unit_test(survives_a_file_that_is_cut_off),
		cmocka_unit_test(survives_a_file_with_wrong_bytes),
		cmocka_unit_test(uses_no_network_unless_told),
		cmocka_unit_test(asks_debuginfod),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
