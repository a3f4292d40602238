// SPDX-License-Identifier: GPL-2.0-only
#include "memory/scan.h"
#include "memory/range_sort.h"
#include "memory/scan_reach.h"
#include "memory/scan_turns.h"
#include "util/array.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/*
 * Ranges are found by the page a value lies in; those of many pages by larger
 * pieces of address space.
 */
#define SMALL_SHIFT 12
#define SMALL	    (1ULL << SMALL_SHIFT)
#define LARGE_SHIFT 21
#define MOST_SMALL  (16ULL << SMALL_SHIFT)
#define LARGE_TAG   (1ULL << 63) /* no page number has it */

struct scan_slot {
	uint64_t piece; /* its number + 1; 0: free */
	uint32_t first; /* the ranges that touch it */
	uint32_t nr;
};

/* After so many ranges, or pieces of the index, of a loop: a few ms. */
#define SLICE (1U << 16)

static uint64_t hash_of(uint64_t piece)
{
	return (piece + 1) * 0x9e3779b97f4a7c15ULL;
}

void scan__begin(struct scan *scan)
{
	scan->nr = 0;
	scan->nr_ranges = 0;
	scan->nr_edges = 0;
	scan->nr_holders = 0;
	scan->nr_doubts = 0;
	scan->words = 0;
	scan->at = 0;
}

int scan__add(struct scan *scan, uint32_t *number)
{
	int err = array__reserve((void **)&scan->objects, scan->nr + 1, &scan->room,
				 sizeof(*scan->objects));

	if (err)
		return err;
	*number = (uint32_t)scan->nr;
	scan->objects[scan->nr++] = (struct scan_object){.books_of = SCAN_NONE};
	return 0;
}

static int add_range(struct scan *scan, struct scan_range range)
{
	int err;

	if (range.start >= range.end)
		return 0;
	err = array__reserve((void **)&scan->ranges, scan->nr_ranges + 1, &scan->room_ranges,
			     sizeof(*scan->ranges));
	if (!err)
		scan->ranges[scan->nr_ranges++] = range;
	return err;
}

int scan__add_range(struct scan *scan, uint32_t object, uint64_t start, uint64_t end)
{
	return add_range(scan, (struct scan_range){start, end, object, false});
}

int scan__add_content(struct scan *scan, uint32_t object, uint64_t start, uint64_t end)
{
	return add_range(scan, (struct scan_range){start, end, object, true});
}

int scan__add_edge(struct scan *scan, uint32_t from, uint32_t to)
{
	int err = array__reserve((void **)&scan->edges, scan->nr_edges + 1, &scan->room_edges,
				 sizeof(*scan->edges));

	if (!err)
		scan->edges[scan->nr_edges++] = (struct scan_edge){from, to};
	return err;
}

/* ---- the index ---- */

static void pieces_of(const struct scan_range *range, uint64_t *first, uint64_t *last)
{
	unsigned int shift = range->end - range->start > MOST_SMALL ? LARGE_SHIFT : SMALL_SHIFT;
	uint64_t tag = shift == LARGE_SHIFT ? LARGE_TAG : 0;

	*first = range->start >> shift | tag;
	*last = (range->end - 1) >> shift | tag;
}

static struct scan_slot *slot_of(const struct scan *scan, uint64_t piece)
{
	size_t mask = ((size_t)1 << scan->index_bits) - 1;
	size_t i = hash_of(piece) >> (64 - scan->index_bits);

	while (scan->index[i].piece && scan->index[i].piece != piece + 1)
		i = (i + 1) & mask;
	return &scan->index[i];
}

static bool in_bloom(const struct scan *scan, uint64_t piece)
{
	uint64_t bit = hash_of(piece) >> (64 - scan->bloom_bits);

	return scan->bloom[bit / 64] >> bit % 64 & 1;
}

static void enter(struct scan *scan, size_t range)
{
	uint64_t first, last;

	pieces_of(&scan->ranges[range], &first, &last);
	for (uint64_t piece = first; piece <= last; piece++) {
		struct scan_slot *slot = slot_of(scan, piece);
		uint64_t bit = hash_of(piece) >> (64 - scan->bloom_bits);

		scan->bloom[bit / 64] |= 1ULL << bit % 64;
		if (!slot->piece)
			*slot = (struct scan_slot){.piece = piece + 1, .first = (uint32_t)range};
		slot->nr = (uint32_t)(range - slot->first) + 1;
	}
}

static unsigned int bits_for(size_t nr)
{
	unsigned int bits = 10;

	while (bits < 36 && (size_t)1 << bits < nr)
		bits++;
	return bits;
}

/*
 * It begins before its first object: the number is in this program's registers all the
 * time, which the kernel saves, and shall not look like a reference.
 */
static struct scan_band band_of(const struct scan_range *first, const struct scan_range *last)
{
	uint64_t lowest = first->start - sizeof(uint64_t);

	return (struct scan_band){lowest, last->end - lowest};
}

/*
 * Most words are no address of an object at all.  Values lie in two bands, apart by the
 * largest gap: pointers, and the small values that per-CPU pointers may be.
 */
static int find_bands(struct scan *scan)
{
	const struct scan_range *ranges = scan->ranges;
	size_t last = scan->nr_ranges - 1, cut = last;
	uint64_t widest = 0;
	int err = 0;

	scan->bands[0] = scan->bands[1] = (struct scan_band){};
	if (!scan->nr_ranges)
		return 0;
	for (size_t i = 0; i < last && !err; i++) {
		uint64_t gap = ranges[i + 1].start - ranges[i].end;

		err = scan_turns__take(scan, i, SLICE);
		if (gap <= widest)
			continue;
		widest = gap;
		cut = i;
	}
	scan->bands[0] = band_of(&ranges[0], &ranges[cut]);
	if (cut < last)
		scan->bands[1] = band_of(&ranges[cut + 1], &ranges[last]);
	return err;
}

/* Nobody says that it is unreferenced, and what may be its words are no one's books. */
static void dispute(struct scan_object *object)
{
	object->disputed = true;
	object->reached = true;
	object->silent = false;
}

/*
 * Two objects that claim the same memory: the free of one was not seen, and it is not known of
 * which.  The memory counts as that of the first.
 */
static int part_ranges(struct scan *scan)
{
	size_t kept = 0;
	int err = 0;

	for (size_t i = 0; i < scan->nr_ranges && !err; i++) {
		struct scan_range range = scan->ranges[i];
		const struct scan_range *before = kept ? &scan->ranges[kept - 1] : NULL;

		err = scan_turns__take(scan, i, SLICE);
		if (before && range.start < before->end) {
			if (range.object != before->object) {
				dispute(&scan->objects[range.object]);
				dispute(&scan->objects[before->object]);
			}
			range.start = before->end;
		}
		if (range.start < range.end)
			scan->ranges[kept++] = range;
	}
	scan->nr_ranges = kept;
	return err;
}

/* How many pieces the ranges touch. */
static int count_pieces(const struct scan *scan, size_t *pieces)
{
	int err = 0;

	*pieces = 0;
	for (size_t i = 0; i < scan->nr_ranges && !err; i++) {
		uint64_t first, last;

		pieces_of(&scan->ranges[i], &first, &last);
		*pieces += last - first + 1;
		err = scan_turns__take(scan, i, SLICE);
	}
	return err;
}

static int make_room(struct scan *scan, size_t pieces)
{
	size_t bytes;
	int err;

	scan->index_bits = bits_for(2 * pieces);
	scan->bloom_bits = bits_for(16 * pieces);
	bytes = ((size_t)1 << scan->bloom_bits) / 8;
	err = array__reserve((void **)&scan->index, (size_t)1 << scan->index_bits,
			     &scan->room_index, sizeof(*scan->index));
	if (!err)
		err = array__reserve((void **)&scan->bloom, bytes / sizeof(*scan->bloom),
				     &scan->room_bloom, sizeof(*scan->bloom));
	if (!err)
		err = scan_turns__clear(scan, scan->index,
					sizeof(*scan->index) << scan->index_bits);
	return err ? err : scan_turns__clear(scan, scan->bloom, bytes);
}

int scan__index(struct scan *scan)
{
	size_t pieces;
	int err = range_sort__by_start(scan->ranges, scan->nr_ranges, scan->between, scan->arg);

	if (!err)
		err = part_ranges(scan);
	if (!err)
		err = count_pieces(scan, &pieces);
	if (!err)
		err = make_room(scan, pieces);
	for (size_t i = 0; i < scan->nr_ranges && !err; i++) {
		if (!scan->ranges[i].content)
			enter(scan, i);
		err = scan_turns__take(scan, i, SLICE);
	}
	scan->at = 0;
	return err ? err : find_bands(scan);
}

/* The range that `value` lies in, among those that touch a piece; or NULL. */
static const struct scan_range *look_up(const struct scan *scan, uint64_t piece, uint64_t value)
{
	const struct scan_slot *slot = slot_of(scan, piece);
	unsigned int shift = piece & LARGE_TAG ? LARGE_SHIFT : SMALL_SHIFT;
	size_t low = slot->first, high = low + slot->nr;
	size_t next = low + ((value & ((1ULL << shift) - 1)) * slot->nr >> shift);
	bool guessed = true;

	if (!slot->piece)
		return NULL;
	/* the last one that starts at or before it: in a slab it stands where it would if all of
	 * the slab's objects were there */
	while (low < high) {
		bool above = scan->ranges[next].start <= value;

		if (above)
			low = next + 1;
		else
			high = next;
		if (guessed)
			next = above ? low : high - 1;
		else
			next = low + (high - low) / 2;
		guessed = false;
	}
	if (low == slot->first || value >= scan->ranges[low - 1].end ||
	    scan->ranges[low - 1].content)
		return NULL;
	return &scan->ranges[low - 1];
}

static const struct scan_range *range_of(const struct scan *scan, uint64_t value)
{
	uint64_t small = value >> SMALL_SHIFT, large = value >> LARGE_SHIFT | LARGE_TAG;
	const struct scan_range *range = NULL;

	if (in_bloom(scan, small))
		range = look_up(scan, small, value);
	if (!range && in_bloom(scan, large))
		range = look_up(scan, large, value);
	return range;
}

uint32_t scan__find(const struct scan *scan, uint64_t address)
{
	const struct scan_range *range = range_of(scan, address);

	return range ? range->object : SCAN_NONE;
}

/* ---- words ---- */

static int note_holder(struct scan *scan, uint32_t object, uint32_t from, uint64_t address)
{
	int err;

	if (scan->objects[object].nr_holders >= SCAN_HOLDERS)
		return 0;
	err = array__reserve((void **)&scan->holders, scan->nr_holders + 1, &scan->room_holders,
			     sizeof(*scan->holders));
	if (err)
		return err;
	scan->objects[object].nr_holders++;
	scan->holders[scan->nr_holders++] = (struct scan_holder){object, from, address};
	return 0;
}

static bool is_doubtful(const struct scan *scan, uint64_t address)
{
	return scan->doubt_every && address % scan->doubt_every == scan->doubt_at &&
	       (!scan->most_edges || scan->nr_doubts < scan->most_edges);
}

static int add_doubt(struct scan *scan, uint32_t object, uint64_t address, uint64_t value)
{
	int err = array__reserve((void **)&scan->doubts, scan->nr_doubts + 1, &scan->room_doubts,
				 sizeof(*scan->doubts));

	if (!err)
		scan->doubts[scan->nr_doubts++] = (struct scan_doubt){object, address, value};
	return err;
}

static int refer(struct scan *scan, uint32_t from, uint32_t to, uint64_t address, uint64_t value)
{
	struct scan_object *object = &scan->objects[to];
	int err = 0;

	if (from == to)
		return 0;
	if (object->sampled)
		err = note_holder(scan, to, from, address);
	if (err || object->reached)
		return err;
	if (from != SCAN_NONE && (!scan->most_edges || scan->nr_edges < scan->most_edges))
		return scan__add_edge(scan, from, to);
	if (from == SCAN_NONE && is_doubtful(scan, address))
		return add_doubt(scan, to, address, value);
	object->reached = true;
	return 0;
}

#define RB_COLORS 3 /* the root of a tree has a colour and no parent (include/linux/rbtree.h) */

static bool is_kernel_address(uint64_t value)
{
	return value >> 63;
}

/*
 * A link to another vmap_area, to a member of it that never begins a page: 16 or 40 bytes into an
 * object of 64 or 72.
 */
static bool is_link(uint64_t value)
{
	return value <= RB_COLORS || (is_kernel_address(value) && value % SMALL);
}

/*
 * Is this a struct vmap_area (include/linux/vmalloc.h), and all of it before `last`?  va_start,
 * va_end, rb_node (three words), list (two), vm: the kernel's own note of an area, not a user of
 * it.  Arrays of areas look like the beginning of one.
 */
static bool is_vmap_area(const struct scan *scan, const uint64_t *words, size_t i, size_t last)
{
	const uint64_t *w = words + i;

	if (!scan->vm_words || scan->vm_words >= last - i || (w[0] | w[1]) % SMALL ||
	    w[0] >= w[1] || !is_kernel_address(w[0]))
		return false;
	/* linked in a tree and in a list */
	for (size_t link = 2; link < scan->vm_words; link++)
		if (!is_link(w[link]))
			return false;
	return w[scan->vm_words - 2] && w[scan->vm_words - 1];
}

/*
 * Does a vmap_area say so: of its area, of its vm_struct, or of what begins behind it?  It stands
 * in one object, or outside of any, as the words [first, last) do.
 */
static bool is_own_note(const struct scan *scan, const struct scan_range *to, const uint64_t *words,
			size_t i, size_t first, size_t last)
{
	const struct scan_object *object = &scan->objects[to->object];

	if (words[i] != to->start)
		return false;
	if (object->area)
		return is_vmap_area(scan, words, i, last) ||
		       (i > first && is_vmap_area(scan, words, i - 1, last));
	/* also that of an older area, which the kernel keeps to use it again */
	return object->books_of != SCAN_NONE && i >= first + scan->vm_words &&
	       is_vmap_area(scan, words, i - scan->vm_words, last);
}

/* The words [first, last) of `words`, all of them in one object or all outside of any. */
static int piece(struct scan *scan, uint32_t from, uint64_t address, const uint64_t *words,
		 size_t first, size_t last)
{
	const struct scan_band low = scan->bands[0], high = scan->bands[1];

	for (size_t i = first; i < last; i++) {
		const struct scan_range *to;
		int err;

		if (words[i] - high.lowest >= high.span && words[i] - low.lowest >= low.span)
			continue;
		to = range_of(scan, words[i]);
		if (!to || is_own_note(scan, to, words, i, first, last))
			continue;
		err = refer(scan, from, to->object, address + i * sizeof(*words), words[i]);
		if (err)
			return err;
	}
	return 0;
}

static void note_content(struct scan_object *object, const uint64_t *words, size_t nr)
{
	uint64_t hash = object->content;

	for (size_t i = 0; i < nr; i++)
		hash = ((hash << 5 | hash >> 59) ^ words[i]) * 0x9e3779b97f4a7c15ULL;
	object->content = hash;
	object->seen = true;
}

/* The first of the ranges that ends after `address`. */
static size_t range_after(struct scan *scan, uint64_t address)
{
	size_t low = 0, high = scan->nr_ranges;

	/* memory mostly comes in order */
	if (scan->at < high && scan->ranges[scan->at].end > address &&
	    (!scan->at || scan->ranges[scan->at - 1].end <= address))
		return scan->at;
	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (scan->ranges[middle].end > address)
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* The first of the words at `address` that stands at `to` or later; at most `nr`. */
static size_t words_until(uint64_t address, uint64_t to, size_t nr)
{
	uint64_t n = to > address ? (to - address + sizeof(uint64_t) - 1) / sizeof(uint64_t) : 0;

	return n < nr ? (size_t)n : nr;
}

int scan__words(struct scan *scan, uint64_t address, const uint64_t *words, size_t nr)
{
	int err = 0;

	scan->words += nr;
	scan->at = range_after(scan, address);
	for (size_t i = 0, end; i < nr && !err; i = end) {
		const struct scan_range *range = &scan->ranges[scan->at];
		bool more = scan->at < scan->nr_ranges;

		if (more && range->start <= address + i * sizeof(*words)) {
			struct scan_object *object = &scan->objects[range->object];

			end = words_until(address, range->end, nr);
			note_content(object, words + i, end - i);
			if (!object->silent)
				err = piece(scan, range->object, address, words, i, end);
			if (address + end * sizeof(*words) >= range->end)
				scan->at++;
		} else {
			end = more ? words_until(address, range->start, nr) : nr;
			err = piece(scan, SCAN_NONE, address, words, i, end);
		}
	}
	return err;
}

int scan__finish(struct scan *scan)
{
	return scan_reach__all(scan);
}

bool scan__holds(const struct scan *scan, const struct scan_holder *holder)
{
	return holder->from == SCAN_NONE || scan->objects[holder->from].reached;
}

void scan__free(struct scan *scan)
{
	free(scan->objects);
	free(scan->ranges);
	free(scan->edges);
	free(scan->holders);
	free(scan->doubts);
	free(scan->index);
	free(scan->bloom);
	memset(scan, 0, sizeof(*scan));
}
