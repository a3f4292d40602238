/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The layout that the BPF programs and the loader share.
 *
 * Everything here lives in mmap()ed BPF arrays: the programs write it, the
 * loader reads it without a system call per object.  Fixed-width types only,
 * padding spelled out, no includes but the integer types of either side.
 */
#ifndef KLEAK_SHARED_H
#define KLEAK_SHARED_H

#ifndef __bpf__
#include <linux/types.h>
#endif

/*
 * Object table: buckets of seven keys, which share a cache line with the number of keys that had
 * to go elsewhere.  An object's address picks nine buckets; it stands in one of them and never
 * moves: in the first one, and while that is less than half full nobody looks at the second.  The
 * seven further ones are for what finds those two full (buckets.bpf.h).
 *
 * A key is ~(address | key space): disguised, so that the table itself never
 * looks like a reference to the object, and with the address space of the
 * allocator in the three low bits, which alignment leaves free.
 */
#define KLEAK_BUCKET_KEYS   7
#define KLEAK_GROUP_BUCKETS 64 /* the table is made of groups of so many, see objects.bpf.h */
#define KLEAK_MAX_OBJECTS   100000000 /* slots are numbered in 32 bits */

/*
 * Parts of the table, each of 1 << kleak_config.part_shift buckets.  Of each is kept whether
 * anything was ever recorded there: after a short trace most of the table need not be read.
 */
#define KLEAK_PARTS (1 << 13)

#define KLEAK_KEY_EMPTY 0ULL /* no object */
#define KLEAK_KEY_BUSY	1ULL /* a record is being written; ~1 is no address */

enum kleak_key_space {
	KLEAK_SPACE_SLAB = 0,	 /* address of the slab object */
	KLEAK_SPACE_VMALLOC = 1, /* address of the area's struct vm_struct */
	KLEAK_SPACE_PERCPU = 2,	 /* per-CPU pointer, shifted left by one: it is 4-aligned */
	KLEAK_SPACE_PAGES = 3,	 /* address of the struct page */
	KLEAK_SPACE_MASK = 7,
};

/* What `allocated_at` counts: nanoseconds of the loader's CLOCK_MONOTONIC >> 20 (1.05 ms).  44
 * bits. */
#define KLEAK_TICK_SHIFT 20

/* Ticks that an object has lived by the tick `now`; none if it was allocated after `now` was read.
 */
static inline __attribute__((always_inline)) __u64 kleak_age(__u64 now, __u64 allocated_at)
{
	return now > allocated_at ? now - allocated_at : 0;
}

enum kleak_record_flags {
	KLEAK_RECORD_VM_STRUCT = 1 << 0,   /* slab: a vm_struct, whose area stands beside it */
	KLEAK_RECORD_RCU_PENDING = 1 << 1, /* passed to kfree_rcu(), grace period not over */
	KLEAK_RECORD_OF_CACHE =
		1 << 2, /* its bytes are the size of its site's cache, if it has a site */
	KLEAK_RECORD_ACCOUNT = 1 << 3, /* asked for with __GFP_ACCOUNT: a cgroup is charged */
	/* pages: 4 bits, the order of the block that it is a part of; 0: of none */
	KLEAK_RECORD_ORDER_SHIFT = 4,
};

/*
 * Sampling: only addresses whose hash ends in so many zeros (kleak_control.sample_bits) are
 * recorded, so that allocation and free agree without a look at the table.  An object then stands
 * for 1 << bits of them.
 *
 * The table gets full: one bit more, and what does not fit is taken out.  It empties: one bit less.
 * What was recorded before stays, and stands for as many as it did: an object stands for 1 << the
 * most bits since its birth.  A record has the bits of its birth.  They are raised where a sweep
 * finds it after the sampling became coarser, and before it becomes finer everything is swept: so
 * it is never more than the record's bits and those of now (kleak_bits()).
 *
 * An address that fits the most bits that there ever were (sample_most) was followed at all times.
 * Only such ones tell what is older than the trace: others may have been born while fewer addresses
 * were recorded.
 */
#define KLEAK_SAMPLE_MOST_BITS 20
#define KLEAK_SAMPLE_MOST      ((1U << KLEAK_SAMPLE_MOST_BITS) - 1)

/*
 * Mixed twice: objects stand side by side, and one multiplication picks too many or too few of a
 * row.  (The constant is SplitMix64's, Steele and others 2014.)
 */
static inline __attribute__((always_inline)) __u32 kleak_sample_hash(__u64 address)
{
	__u64 hash = (address >> 3) * 0xbf58476d1ce4e5b9ULL;

	hash ^= hash >> 32;
	return hash * 0x94d049bb133111ebULL >> 32;
}

/* Is this address recorded where so many bits are to be zero? */
static inline __attribute__((always_inline)) int kleak_is_sampled(__u64 address, __u32 bits)
{
	return !bits || !(kleak_sample_hash(address) & ((1U << (bits & 31)) - 1));
}

/*
 * Where not everything is followed, most frees are of what is not in the table: so many objects
 * are in the table by a hash of their address.  Mostly 0, which saves looking for them.
 */
#define KLEAK_PRESENCE_BITS 15

/*
 * `bytes` of an area that nobody has looked at yet: this bit and a cookie of the
 * address.  Sized once, by compare-and-swap; 0 bytes: no VM_ALLOC area (ioremap,
 * vmap), which owns no memory.
 */
#define KLEAK_BYTES_UNSIZED (1ULL << 63)

struct kleak_record {
	__u64 bytes; /* what the allocator gave */
	__u32 slack; /* bytes - requested */
	__u32 site;  /* index into the site table */
	union {
		struct {
			__u64 flags : 8;	 /* enum kleak_record_flags */
			__u64 allocated_at : 48; /* tick, see above */
			__u64 sample_bits : 8;	 /* see above */
		};
		__u64 stamp; /* all: the programs have atomic operations on whole words only */
	};
};

/* While `now` bits are to be zero the record stands for 1 << so many objects. */
static inline __attribute__((always_inline)) __u32 kleak_bits(const struct kleak_record *r,
							      __u32 now)
{
	__u32 then = r->sample_bits;

	return then > now ? then : now;
}

struct kleak_bucket {
	__u64 key[KLEAK_BUCKET_KEYS];
	__u32 spilled; /* keys whose first bucket this is and that stand in another one */
	__u32 touched; /* written, never read: see object_fetch() */
	struct kleak_record record[KLEAK_BUCKET_KEYS];
	__u32 strayed; /* of the spilled: those that stand in none of their two buckets */
	__u32 pad[5];  /* no key's line is shared by two buckets */
};

_Static_assert(sizeof(struct kleak_bucket) == 256, "four cache lines");

/*
 * Site table: one entry for each distinct (stack, cache, key space).  The raw
 * stack starts at the allocator's call_site where that was found on it.
 * Entry 0 collects what found no entry of its own.
 */
#define KLEAK_MAX_SITES	     (1 << 18)
#define KLEAK_MAX_FRAMES     64
#define KLEAK_MAX_DEPTH	     56 /* --stack-depth: the rest is room for frames of the allocator */
#define KLEAK_PLUMBING_DEPTH 8
/* Frames of a walk before call_site: of BPF programs, of the tracepoint, of the function called
 * there. 9 on arm64. */
#define KLEAK_TRACING_DEPTH 12
#define KLEAK_SITE_NONE	    0
#define KLEAK_SITE_PROBES   32 /* entries looked at before the table counts as full */

#define KLEAK_STACK_SIZE 16384 /* bytes of a task's kernel stack where it cannot be measured */

#define KLEAK_STEP_BYTES    (1 << 19) /* of steps.h */
#define KLEAK_CHAIN_BITS    12
#define KLEAK_CHAINS	    (1 << KLEAK_CHAIN_BITS)
#define KLEAK_CHAIN_BYTES   (64 * KLEAK_CHAINS)
#define KLEAK_STACK_WINDOW  1024 /* words of a stack in which a walk's frames are looked for */
#define KLEAK_SCRATCH_SLOTS 4
#define KLEAK_SCRATCH_BYTES /* of a CPU */                                                         \
	(KLEAK_SCRATCH_SLOTS * (KLEAK_STACK_WINDOW + 2 * KLEAK_MAX_FRAMES + 10) * 8)

#define KLEAK_KNOWN_BITS    12 /* sites that were found last, by hash: so many entries ... */
#define KLEAK_KNOWN_SITE    20 /* ... of upper bits of the hash, and so many of the site's index */
#define KLEAK_OTHERS_BITS   10 /* stacks that are not the followed process's: so many entries */
#define KLEAK_DISTANCE_MOST 127
#define KLEAK_DISTANCE_SURE 128

/*
 * The hash of an entry that is no site.  The loader gives entries back that nothing is recorded at
 * any more (recycle.h): a search goes on past them, for what found no room before stands behind.
 */
#define KLEAK_SITE_EMPTY    0ULL
#define KLEAK_SITE_REUSABLE 1ULL
#define KLEAK_SITE_LEAVING  2ULL /* not found any more, not yet given back */
#define KLEAK_SITE_LEAST    3ULL /* of a site */

struct kleak_site {
	__u64 hash;	 /* or KLEAK_SITE_... */
	__u32 cache;	 /* index into the cache table */
	__u32 space;	 /* enum kleak_key_space */
	__u32 whole;	 /* call_site was not on the stack: frames start with the tracing itself */
	__u32 nr_frames; /* 0: being written */
	__u32 muted;   /* set by the loader: pages that are counted elsewhere, not to be recorded */
	__u32 lessons; /* walks of its stack that could be learnt from, see stack.bpf.h */
	__u32 modules; /* kleak_control.module_changes when it was made */
	__u32 retired; /* what its frames lie in has gone, or others have come there: see
			* modules.bpf.h, code.bpf.h; no more are found */
	__s32 frees_to_note; /* set by the loader, counted down: who frees is noted, see freer.bpf.h
			      */
	__u32 code;	     /* kleak_control.code_changes when it was made */
	__u64 made_ns;	     /* that was then: CLOCK_BOOTTIME */
	__u64 frames[KLEAK_MAX_FRAMES]; /* return addresses, innermost first */
	/* words from where each stands to the next one's place; sure: seen twice in a row */
	__u8 distance[KLEAK_MAX_FRAMES];
};

/*
 * Cache table: one entry for each struct kmem_cache seen, and one for each class:
 * (size, kind) of kmalloc, whose events name no cache, and of size where a cache is not known.
 * Entry 0 is "no cache" (vmalloc), entry 1 collects what found no entry.
 */
#define KLEAK_MAX_CACHES    1024
#define KLEAK_CACHE_NONE    0
#define KLEAK_CACHE_UNKNOWN 1
#define KLEAK_CACHE_NAME    48
#define KLEAK_CACHE_PROBES  16

/* In an id: of a size and kind, no address.  Without KLEAK_CACHE_KMALLOC: of caches not known. */
#define KLEAK_CACHE_CLASS (1ULL << 62)

/* The id of an entry that is no cache's: see KLEAK_SITE_REUSABLE. */
#define KLEAK_CACHE_EMPTY    0ULL
#define KLEAK_CACHE_REUSABLE 1ULL
#define KLEAK_CACHE_DEAD     (~0ULL) /* not found any more: it names what it has left */

enum kleak_cache_flags {
	KLEAK_CACHE_KMALLOC = 1 << 0,	  /* named by size and kind, see below */
	KLEAK_CACHE_RECLAIMABLE = 1 << 1, /* counted in SReclaimable */
	KLEAK_CACHE_ACCOUNT = 1 << 2,	  /* kmalloc: __GFP_ACCOUNT */
	KLEAK_CACHE_DMA = 1 << 3,	  /* kmalloc: __GFP_DMA */
	KLEAK_CACHE_LARGE = 1 << 4,	  /* kmalloc: beyond the caches, straight from the pages */
	KLEAK_CACHE_OF_CACHES = 1 << 5,	  /* "kmem_cache": its objects are caches */
	KLEAK_CACHE_WANTED = 1 << 6,	  /* passes --cache */
	KLEAK_CACHE_CHARGED = 1 << 7,	  /* SLAB_ACCOUNT: a cgroup is charged for each object */
};

struct kleak_cache {
	__u64 id;	   /* ~address of the kmem_cache, a class, or KLEAK_CACHE_... */
	__u32 size;	   /* bytes one object takes (kmem_cache.size) */
	__u32 object_size; /* bytes its user may use; of a kmalloc class: its name's, 0 if large */
	__u32 flags;	   /* enum kleak_cache_flags */
	__u32 ready;	   /* the fields above and the name are written */
	char name[KLEAK_CACHE_NAME];
	__u64 unknown; /* objects freed that are not in the table, see older.bpf.h ... */
	/* ... and objects that were allocated and not recorded, less those that the loader freed */
	__s64 unrecorded;
};

/*
 * Counters of a site.  Kept in lanes, a CPU writes lane (cpu & mask): atomic,
 * so that lanes may be fewer than CPUs and nothing is lost to an interrupt.
 * allocations - frees - implicit is the number of its objects in the table,
 * allocated_bytes - freed_bytes the bytes of those that are not KLEAK_RECORD_OF_CACHE.
 */
#define KLEAK_MAX_LANES 16

struct kleak_tally {
	__u64 allocations;
	__u64 frees;
	__u64 implicit; /* allocated again at an address still held: a free was missed */
	__u64 allocated_bytes;
	__u64 freed_bytes; /* of all that are not in the table any more */
	__u64 verified;	   /* found free in the allocator's own books */
	__u64 evicted; /* pages found to be a process's, the page cache's or another allocator's */
	__u64 unsampled; /* taken out when the sampling was made coarser */
	/* sampling: what allocations and frees of every kind stood for, beyond themselves */
	__u64 allocations_more;
	__u64 frees_more;
};

/* Counts that belong to no site; one array in each lane. */
enum kleak_count {
	KLEAK_COUNT_UNKNOWN_FREES, /* free of an address that is not in the table */
	KLEAK_LOSS_TABLE_FULL,	   /* allocation not recorded: both buckets full */
	KLEAK_LOSS_SITES_FULL,	   /* allocation recorded without its stack */
	KLEAK_LOSS_CACHES_FULL,	   /* allocation recorded without its cache's name */
	KLEAK_LOSS_NO_STACK,	   /* the kernel could not walk the stack: call_site only */
	KLEAK_LOSS_NO_SCRATCH,	 /* allocation not recorded: every stack buffer of the CPU in use */
	KLEAK_LOSS_RACE,	 /* allocation not recorded: lost every race for a slot */
	KLEAK_LOSS_BULK_CUT,	 /* objects of a bulk call beyond what one program can visit */
	KLEAK_LOSS_FAMILY_FULL,	 /* a child process not followed: too many at once */
	KLEAK_LOSS_WRONG_STACK,	 /* a stack followed by learnt steps was another one */
	KLEAK_LOSS_CALLS,	 /* bulk call not recorded: a kprobe missed its entry or return */
	KLEAK_COUNT_WALKS,	 /* stacks walked by the kernel */
	KLEAK_COUNT_CHECKS,	 /* those among them that were known, walked to compare */
	KLEAK_COUNT_WHO_FULL,	 /* an allocation whose allocator was not noted: no room */
	KLEAK_COUNT_FREERS_FULL, /* a free to be noted that was not: no room */
	/* of what is freed and is not in the table, see older.bpf.h */
	KLEAK_COUNT_OLDER_LARGE, /* bytes of kmalloc() beyond the caches, less what was not recorded
				  */
	KLEAK_COUNT_OLDER_VMALLOC, /* bytes */
	KLEAK_COUNT_OLDER_UNSIZED, /* frees whose size was not to be told */
	KLEAK_COUNT_OLDER_PERCPU,  /* bytes, less what was not recorded */
	KLEAK_COUNT_OLDER_PERCPU_UNSIZED,
	KLEAK_COUNTS,
};

struct kleak_counts {
	__u64 count[KLEAK_COUNTS];
};

/* Where an event's arguments stand; KLEAK_ARG_NONE: this kernel does not pass it. */
#define KLEAK_ARG_NONE 255

struct kleak_event_args {
	__u8 call_site;
	__u8 ptr;
	__u8 cache; /* struct kmem_cache * */
	__u8 requested;
	__u8 allocated;
	__u8 gfp;
	__u8 pad[2];
};

enum kleak_event {
	KLEAK_EVENT_KMALLOC,
	KLEAK_EVENT_KMALLOC_NODE,
	KLEAK_EVENT_KMEM_CACHE_ALLOC,
	KLEAK_EVENT_KMEM_CACHE_ALLOC_NODE,
	KLEAK_EVENT_KFREE,
	KLEAK_EVENT_KMEM_CACHE_FREE,
	KLEAK_EVENT_PERCPU_ALLOC,
	KLEAK_EVENT_PERCPU_FREE,
	KLEAK_EVENT_PAGE_ALLOC,
	KLEAK_EVENT_PAGE_FREE,
	KLEAK_EVENTS,
};

/* --cache: a cache's name, or a size and kind of kmalloc. */
#define KLEAK_MAX_WANTED 16
#define KLEAK_CLASSES	 24 /* of kmalloc(): 14 with pages of 4 KiB */
#define KLEAK_ANY_KIND	 (~0U)

struct kleak_wanted {
	__u32 kmalloc_size;  /* 0: by name */
	__u32 kmalloc_flags; /* enum kleak_cache_flags; KLEAK_ANY_KIND: whatever its kind */
	char name[KLEAK_CACHE_NAME];
};

/* Who allocates at a site, in which context: how often. */
#define KLEAK_MAX_WHO 8192
#define KLEAK_COMM    16

enum kleak_context {
	KLEAK_CONTEXT_TASK,
	KLEAK_CONTEXT_KTHREAD,	 /* kworkers among them */
	KLEAK_CONTEXT_INTERRUPT, /* hard or soft, on a stack of its own */
};

struct kleak_who {
	__u32 site;	       /* index into the site table */
	__u32 context;	       /* enum kleak_context */
	__u64 cgroup;	       /* inode number of its directory in cgroup2; 0 for interrupts */
	char comm[KLEAK_COMM]; /* of the process, whichever thread it is */
};

struct kleak_who_times {
	__u64 times;
	__u32 tgid;    /* of the first one; 0 for interrupts */
	__u32 several; /* processes of that name */
};

/*
 * Who frees what was allocated at a site, as the stack says.  By a hash of these frames and of the
 * site.
 */
#define KLEAK_MAX_FREERS   1024
#define KLEAK_FREER_FRAMES 16

struct kleak_freer {
	__u32 site; /* index into the site table */
	__u32 nr;
	__u32 whole;   /* as kleak_site.whole */
	__u32 modules; /* kleak_control.module_changes when it was seen first */
	__u64 times;
	__u64 last;			  /* the tick of the last one */
	__u64 frames[KLEAK_FREER_FRAMES]; /* return addresses, innermost first */
};

/*
 * What a function that allocates was asked for, from its entry to its return: where kprobes see
 * both.  Calls beyond so many at a time push out older ones.
 */
#define KLEAK_MAX_CALLS 512

struct kleak_call {
	__u64 not_cache;  /* ~its struct kmem_cache; of pages the gfp flags */
	__u64 not_array;  /* ~where it puts what it allocates */
	__u64 size;	  /* how many that may be; not of pages */
	__u64 returns_to; /* where the caller goes on; not of pages */
};

/* Addresses [start, end). */
struct kleak_range {
	__u64 start;
	__u64 end;
};

#define KLEAK_KMALLOC_RANGES   8
#define KLEAK_INTERRUPT_RANGES 4

#define KLEAK_MAX_FAMILY 16384 /* processes at a time */

enum kleak_follow {
	KLEAK_FOLLOW_ALL,     /* every allocation of the kernel */
	KLEAK_FOLLOW_PROCESS, /* those of one process */
	KLEAK_FOLLOW_CGROUP,  /* those of one cgroup and its descendants */
	KLEAK_FOLLOW_FAMILY,  /* those of the processes in `family` and their children */
};

/* Where a struct page says what it is: offsets in bytes, as struct slub_layout has them. */
struct kleak_page_layout {
	__u32 head, flags, type;
	__u32 slab_flag;	    /* bit of flags; or, unless the mask is 0, */
	__u32 slab_mask, slab_type; /* these bits of type */
	__u32 slab_cache;
	__u32 order; /* of the byte with the order of a page that is none of slab; 0: not known */
};

/* Where the chunks of per-CPU memory are, see older.bpf.h; lists 0: that is not known. */
struct kleak_percpu_chunks {
	__u64 lists, nr_slots, reserved;  /* addresses of mm/percpu.c's variables; or 0 */
	__u32 types;			  /* of chunks, each with lists of its own */
	__u32 list, base_addr, bound_map; /* offsets in struct pcpu_chunk */
};

/* Set before the programs are loaded: the verifier drops what is switched off. */
struct kleak_config {
	struct kleak_event_args args[KLEAK_EVENTS];
	struct kleak_range area_alloc;			       /* text of __get_vm_area_node() */
	struct kleak_range kmalloc[KLEAK_KMALLOC_RANGES];      /* text that fires kmalloc twice */
	struct kleak_range interrupts[KLEAK_INTERRUPT_RANGES]; /* text that interrupts go through */
	__u64 pid_namespace_dev; /* with inode: PIDs are those of this namespace */
	__u64 pid_namespace_inode;
	__u64 code_bits;	 /* the upper ones, which all addresses of the kernel's code have */
	struct kleak_range text; /* of the kernel's own functions */
	/* of what runs when BPF programs and trampolines are to be freed: see code.bpf.h; or 0 */
	__u64 program_free, trampoline_free;
	__u64 min_size; /* bytes allocated */
	__u64 max_size;
	__u32 buckets;
	__u32 part_shift;   /* bucket >> part_shift is below KLEAK_PARTS */
	__u32 sites;	    /* a hash picks 1 .. sites; the table has KLEAK_SITE_PROBES more */
	__u32 site_entries; /* entries of the whole table */
	__u32 lane_mask;
	__u32 frames; /* deepest stack kept */
	__u32 follow; /* enum kleak_follow */
	__u32 page_shift;
	__u32 cpus; /* possible ones */
	__u32 gfp_dma;
	__u32 gfp_reclaimable;
	__u32 gfp_account;
	__u32 gfp_movable;
	__u32 gfp_comp;
	__u32 page_struct;	       /* sizeof(struct page) */
	struct kleak_page_layout page; /* with control.page_base */
	struct kleak_percpu_chunks percpu_chunks;
	__u32 nr_wanted; /* --cache */
	__u32 jiffy_ns;
	__u32 stack_size; /* bytes of a task's kernel stack: a power of two */
	__u8 slab;	  /* origins */
	__u8 vmalloc;
	__u8 percpu;
	__u8 pages;
	__u8 who;		/* count who allocates, and note who frees */
	__u8 pages_bulk_array;	/* position of alloc_pages_bulk()'s page_array */
	__u8 preemptible;	/* programs of tracepoints may be preempted: see slab.bpf.h */
	__u8 kvfree_rcu_offset; /* kvfree_call_rcu(head, offset), up to 6.5; then (head, ptr) */
	__u8 one_copy;		/* of the programs of slab frees: see slab.bpf.h */
	__u8 has_others;	/* stacks of others are remembered: see filter.bpf.h */
	__u8 bulk_all_or_none;	/* kmem_cache_alloc_bulk() returns a bool, from 7.2 on */
	__u8 modules;		/* tell which modules come and go */
	struct kleak_wanted wanted[KLEAK_MAX_WANTED]; /* only these caches; none: all */
	/*
	 * kmalloc()'s size classes, ascending, up to the first 0: only where its caches' objects
	 * take more than that (slub_debug).
	 */
	__u32 classes[KLEAK_CLASSES];
};

/* Changed while the programs run. */
struct kleak_control {
	__u32 recording;      /* allocations are recorded */
	__u32 self;	      /* the loader's own process, left out */
	__u32 process;	      /* KLEAK_FOLLOW_PROCESS: whom; cleared when it exits */
	__u32 gone;	      /* that process has exited */
	__u64 tick_base;      /* the tick at jiffy 0 */
	__u64 self_stack;     /* where the loader's own kernel stack begins: it has one thread */
	__u64 chain_seed;     /* of the chains' table, see steps.h; 0: they are not to be used */
	__u64 page_base;      /* the struct page of the address 0, were there one; 0: not known */
	__u32 present;	      /* which one of the bit sets of that name is looked at */
	__u32 sample_bits;    /* recorded are addresses whose hash has so many zeros at its end */
	__u32 site_changes;   /* how often sites were retired or given back: see note_key() */
	__u32 sample_most;    /* they were so many before they became fewer, at the most */
	__u32 module_changes; /* how often a module came or went */
	__u32 module_told;    /* of those, what has been told as far as it will ever be */
	__u32 module_losses;  /* of those, what the loader could not be told */
	__u32 code_changes;   /* how often code of BPF programs went */
	__u32 code_losses;    /* of those, what the loader could not be told */
	__u32 code_sites;     /* made with frames that may lie in such; more than that: all are
			       * looked at */
	__u32 code_all;	      /* set by the loader: all are looked at, see code_sites.h */
	__u32 note_frees;     /* of some site who frees is to be noted */
	__u32 zero;	      /* always; the verifier does not know it, see unknown() */
};

/*
 * What the loader is told of modules, through a ring.  One that comes: its name and the sizes of
 * its tables of symbols, then these, some bytes at a time, in order.  Records of two modules may
 * come mixed; what is too large, or finds no room, does not come.
 */
#define KLEAK_MODULE_RING   (1U << 20)
#define KLEAK_MODULE_MOST   (1U << 18) /* bytes of a table */
#define KLEAK_MODULE_SYMBOL 24	       /* bytes: Elf64_Sym */
#define KLEAK_TENANT_BITS   13

enum kleak_module_kind {
	KLEAK_MODULE_COMES, /* before any of its code has run */
	KLEAK_MODULE_SYMBOLS,
	KLEAK_MODULE_STRINGS,
	KLEAK_MODULE_GOES, /* after all of its code has run */
};

struct kleak_module_head {
	__u32 change;  /* which one: control.module_changes from there on */
	__u32 kind;    /* enum kleak_module_kind */
	__u32 symbols; /* bytes of the tables; 0: they will not come */
	__u32 strings;
	__u32 nr; /* bytes behind this */
	__u32 pad;
	char name[64];
	struct kleak_range
		text[2]; /* of functions that stay, and of those that it needs as it comes */
};

struct kleak_module_record {
	struct kleak_module_head head;
	__u8 bytes[4096];
};

/*
 * Code of a BPF program: of one of its functions, or a trampoline.  Through the same ring as it
 * goes, if it is in the stack of a site; and from an iterator over those that are there.
 */
#define KLEAK_CODE_NAME	 96   /* the rest is cut off */
#define KLEAK_CODE_SITES 4096 /* with frames outside the kernel's own text */

struct kleak_code {
	__u64 start, end;
	__u64 load_ns; /* when loading it began, CLOCK_BOOTTIME; 0: not known */
	__u32 change;  /* it goes with: control.code_changes from there on; else 0 */
	__u32 pad;
	char name[KLEAK_CODE_NAME]; /* as /proc/kallsyms has it */
};

/* What the area-sizing program is to look at: slots of the table, bucket * KLEAK_BUCKET_KEYS +
 * index. */
#define KLEAK_AREA_BATCH 64

struct kleak_area_batch {
	__u32 nr;
	__u32 slot[KLEAK_AREA_BATCH];
};

/* One read of kernel memory. */
#define KLEAK_READ_MOST 65536
#define KLEAK_MAX_CPUS	8192 /* no kernel can be made for more */

struct kleak_read_request {
	__u64 address;
	__u64 len;
};

/* When the sampling became coarser, the table is swept so many buckets at a time. */
#define KLEAK_SWEEP_BATCH 512

struct kleak_sweep {
	__u32 first;
	__u32 pad;
};

/* Objects found free: where, and what the record said when they were looked at. */
#define KLEAK_EVICT_BATCH 64

struct kleak_eviction {
	__u64 key;
	__u64 allocated_at;
	__u32 slot;
	__u32 site;
	__u32 free; /* verified free; else evicted */
	__u32 pad;
};

struct kleak_evict_batch {
	__u32 nr;
	__u32 pad;
	struct kleak_eviction list[KLEAK_EVICT_BATCH];
};

#endif
