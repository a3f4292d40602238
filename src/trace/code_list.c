// SPDX-License-Identifier: GPL-2.0-only
#include "trace/code_list.h"
#include "util/array.h"

#include "codelist.skel.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define READ_MOST 65536 /* bytes at a time: the kernel gives eight pages at most */

struct code_list {
	struct codelist *skeleton;
	char *bytes;
	size_t room;
};

/* Loading is tried: what libbpf says of a kernel that cannot is of no use to anybody. */
static int load(struct code_list *list)
{
	libbpf_print_fn_t before = libbpf_set_print(NULL);
	int err = 0;

	list->skeleton = codelist__open_and_load();
	if (!list->skeleton)
		err = -errno;
	if (!err)
		err = codelist__attach(list->skeleton);
	libbpf_set_print(before);
	return err;
}

int code_list__open(struct code_list **out)
{
	struct code_list *list = calloc(1, sizeof(*list));
	int err;

	if (!list)
		return -ENOMEM;
	err = load(list);
	if (err)
		code_list__close(list);
	else
		*out = list;
	return err;
}

static int read_all(struct code_list *list, int fd, size_t *used)
{
	for (*used = 0; *used < CODE_LIST_MOST * sizeof(struct kleak_code);) {
		int err = array__reserve((void **)&list->bytes, *used + READ_MOST, &list->room, 1);
		ssize_t got = err ? 0 : read(fd, list->bytes + *used, READ_MOST);

		if (err || !got)
			return err;
		if (got > 0)
			*used += got;
		else if (errno != EAGAIN && errno != EINTR)
			return -errno;
	}
	return -E2BIG;
}

int code_list__read(struct code_list *list, const struct kleak_code **functions, size_t *nr)
{
	int fd = bpf_iter_create(bpf_link__fd(list->skeleton->links.list_code));
	size_t used = 0;
	int err = fd < 0 ? -errno : read_all(list, fd, &used);

	if (fd >= 0)
		close(fd);
	*functions = (const struct kleak_code *)list->bytes;
	*nr = used / sizeof(struct kleak_code);
	return err;
}

void code_list__close(struct code_list *list)
{
	if (!list)
		return;
	codelist__destroy(list->skeleton);
	free(list->bytes);
	free(list);
}
