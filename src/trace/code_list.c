// SPDX-License-Identifier: GPL-2.0-only
#include "trace/code_list.h"
#include "util/array.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#define READ_MOST 65536 /* bytes at a time: the kernel gives eight pages at most */

struct code_list {
	struct bpf_link *link;
	char *bytes;
	size_t room;
};

int code_list__open(struct code_list **out, const struct bpf_program *iterator)
{
	struct code_list *list = calloc(1, sizeof(*list));
	int err;

	if (!list)
		return -ENOMEM;
	list->link = bpf_program__attach_iter(iterator, NULL);
	if (list->link) {
		*out = list;
		return 0;
	}
	err = -errno;
	code_list__close(list);
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
	int fd = bpf_iter_create(bpf_link__fd(list->link));
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
	bpf_link__destroy(list->link);
	free(list->bytes);
	free(list);
}
