# SPDX-License-Identifier: GPL-2.0-only
#
# sudo make run     install what is missing, build, run kleak on this kernel
# sudo make test    install what is missing, run every test
#
# make [V=1]        build ./kleak
# make install [DESTDIR=] [PREFIX=/usr/local]
# make bench [PEER=command] [ARGS=--json]   what tracing costs
# make bench-programs [ROUNDS=5]             where the time goes: ns a run of each program, the verifier, a start
# make bench-cgroups [CGROUPS=10000]         what kleak ledger --cgroups costs; makes so many, as root
# make bench-scale [OBJECTS="1000000 100000000"] [GB=4096]   what reports and scans cost with so many objects, so much memory
# make bench-crowd [OBJECTS=100000000]       what reports cost while so many objects are live, as root
# make bench-names VMLINUX=file              how fast addresses get their source lines
# make fuzz [FUZZ_TIME=60]  read files that nobody wrote
# make soak [SECONDS=600] [GUEST=6.12] [SANITIZE=1]   under load, here or in a guest, kleak with ASan and UBSan
# make soak SECONDS=7200 LOAD=light      for hours, beside others
# make simulate [HOURS=72]   reports, readings and scans by a clock that is made up: nothing may grow
# make arm64        for that architecture, in build/arm64: make ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu-
# make static [ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu-]   one file that needs no library: build/static/kleak-MACHINE
# make test-debian [RELEASES="bookworm trixie"]   from a bare Debian of each release to the unit tests
# make deb [DEB_HOST_ARCH=arm64] | rpm   packages, in build/packages
# make test-packages [RELEASES=...]   the static binary and packages in bare systems, for an hour
# make test-leaks [GUESTS=6.12] [CASES="string files"]   what kleak diagnose says of leaks as they happen, for hours
# make dist         a tarball of the release, in build/
# make test-matrix [KERNELS="7.3 arm64/6.12"]   kleak on every kernel that Debian has, before a release
# make test-lab [LAB="lines pages"]   against the books of a kernel that it builds first
# make lint | format | clean | demo | test-unit | test-live | test-guest
VERSION := 0.2.0

PREFIX  ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
CC      := $(CROSS_COMPILE)gcc
AR      := $(CROSS_COMPILE)ar
CLANG   := clang
STRIP   := llvm-strip
BPFTOOL := $(firstword $(wildcard /usr/sbin/bpftool /sbin/bpftool) bpftool)
PKG     := pkg-config

ARCH := $(shell uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/; s/riscv64/riscv/; s/ppc64.*/powerpc/; s/s390x/s390/; s/loongarch64/loongarch/')

# What is built for another architecture stands beside what is built for this one.
# So does what is linked statically.
B     := build$(if $(CROSS_COMPILE),/$(ARCH),$(if $(STATIC),/static))
KLEAK := $(if $(CROSS_COMPILE)$(STATIC),$(B)/)kleak

Q := $(if $(V),,@)
say = @$(if $(V),:,printf '  %-8s%s\n' '$(1)' '$(2)')

# What a row of a table leaves out is zero: clang would have it written.
WARNINGS := -Wall -Wextra -Wno-missing-field-initializers -Wshadow -Wstrict-prototypes -Wmissing-prototypes
ifdef CI
WARNINGS += -Werror
endif
OURS_CPP := -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -iquote src -Ibpf -I$(B)
OURS_C   := -std=gnu11 $(WARNINGS)
# make CFLAGS=-O3: theirs come after ours
CFLAGS   ?= -O2 -g
# Where the tree lies is not to be found in what is built.
HERE_IS  := -ffile-prefix-map=$(CURDIR)=.
C_FLAGS   = $(OURS_CPP) $(CPPFLAGS) $(OURS_C) $(HERE_IS) $(CFLAGS)
BPFFLAGS := -O2 -g -target bpf -mcpu=v3 -Wall -Wextra -Werror -D__TARGET_ARCH_$(ARCH) \
	    -Ivmlinux -Ibpf $(HERE_IS)
# No debug info but BTF.  libbpf does not read what would relocate .BTF.ext, a quarter of the whole.
BPFSTRIP := -g -R .rel.BTF.ext
LDLIBS   := -lbpf -ldw -lelf -lz -lzstd -ljansson -lncursesw -ltinfo -lm

# Also for another architecture: what is built runs in guests that have no libraries.
ifneq ($(CROSS_COMPILE)$(STATIC),)
OURS_CPP += -DKLEAK_STATIC=1
# The linker warns of what libc's dlopen() would need, though ours is taken: src/kernel/dwarf_search.c.
LDFLAGS  += -static
LDLIBS   += -llzma -lbz2
endif

# Debian's libraries of the other architecture.
ifdef CROSS_COMPILE
SYSROOT   := build/sysroot/$(ARCH)
MULTIARCH := $(shell $(CC) -print-multiarch)
OURS_CPP  += -isystem $(SYSROOT)/usr/include -isystem $(SYSROOT)/usr/include/$(MULTIARCH)
LDFLAGS   += -L$(SYSROOT)/usr/lib/$(MULTIARCH)
endif

SOURCES := $(sort $(wildcard src/*/*.c))
ROOMS   := $(patsubst src/%/,%,$(wildcard src/*/))
# All of it but main(): what else is built takes from this what it calls.
PARTS   := $(filter-out cmd/main.o,$(SOURCES:src/%.c=%.o))

.PHONY: all
all: $(KLEAK)

$(KLEAK): $(B)/cmd/main.o $(B)/kleak.a
	$(call say,LD,$@)
	$(Q)$(CC) $(C_FLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

ifdef CROSS_COMPILE
# An empty makefile: make has it made before all else.
include $(SYSROOT)/ready.mk
$(SYSROOT)/ready.mk: tools/debian
	$(call say,SYSROOT,$(SYSROOT))
	$(Q)tools/debian $(shell . /etc/os-release && echo $$VERSION_CODENAME) $(ARCH) unpack $(SYSROOT) \
		libbpf-dev libelf-dev libdw-dev zlib1g-dev liblzma-dev libbz2-dev libzstd-dev libjansson-dev libncurses-dev
	$(Q)touch $@
endif

%/kleak.a:
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

$(B)/kleak.a: $(PARTS:%=$(B)/%)
$(B)/asan/kleak.a: $(PARTS:%=$(B)/asan/%)
$(B)/fuzz/kleak.a: $(PARTS:%=$(B)/fuzz/%)

$(B)/%.o: src/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(C_FLAGS) -MMD -MP -c -o $@ $<

$(B)/%.bpf.o: bpf/%.bpf.c | $(B)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPFFLAGS) -MMD -MP -c -o $@ $< && $(STRIP) $(BPFSTRIP) $@

# The same programs for kernels that have bpf_rdonly_cast(): bpf/compat.bpf.h.
$(B)/kleak_cast.bpf.o: bpf/kleak.bpf.c | $(B)
	$(call say,BPF,$< (cast))
	$(Q)$(CLANG) $(BPFFLAGS) -DKLEAK_CAST -MMD -MP -c -o $@ $< && $(STRIP) $(BPFSTRIP) $@

# To be read: tests/check-published.
$(B)/%.bpf.s: bpf/%.bpf.c $(wildcard bpf/*.h) | $(B)
	$(call say,BPF,$@)
	$(Q)$(CLANG) $(BPFFLAGS) -S -o $@ $<

$(B)/%.skel.h: $(B)/%.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name $* > $@.new && mv $@.new $@

PROGRAMS := $(B)/kleak.skel.h $(B)/kleak_cast.skel.h
$(foreach kind,$(B) $(B)/asan $(B)/fuzz,$(kind)/trace/tracer.o): $(PROGRAMS)
$(foreach kind,$(B) $(B)/asan $(B)/fuzz,$(kind)/trace/task_files.o): $(B)/filecount.skel.h

# Styles and scripts of the pictures, as strings: page.css is page_css in page.css.h.
EMBEDDED := $(patsubst src/%,$(B)/%.h,$(wildcard src/*/*.css src/*/*.js))

$(B)/%.h: src/% Makefile
	$(call say,EMBED,$<)
	$(Q)mkdir -p $(@D)
	$(Q){ echo 'static const char $(subst .,_,$(*F))[] ='; \
	      sed 's/[\"]/\\&/g; s/\t//g; s/.*/"&\\n"/' $<; echo ';'; } > $@.new && mv $@.new $@

EMBEDDING := $(patsubst src/%.c,%.o,$(shell grep -lE '^#include "[a-z/]+\.(css|js)\.h"' $(SOURCES)))
$(foreach kind,$(B) $(B)/asan $(B)/fuzz,$(EMBEDDING:%=$(kind)/%)): $(EMBEDDED)

# Terminals for --screen where no database of terminfo is, as in an initramfs.
TERMINALS := linux vt100 vt102 vt220 xterm xterm-256color screen screen-256color tmux tmux-256color

$(B)/terminfo.h: Makefile
	$(call say,EMBED,terminfo)
	$(Q)mkdir -p $(@D)
	$(Q)for type in $(TERMINALS); do entry=$$(infocmp -Q2 -q $$type) || exit 1; \
	      echo "$$entry" | tr -d '\n' | sed "s/.*/{\"$$type\", \"&\"},\n/"; done > $@.new && mv $@.new $@

$(foreach kind,$(B) $(B)/asan $(B)/fuzz,$(kind)/cmd/terminals.o): $(B)/terminfo.h

# The version is compiled in: a new one is in the Makefile.
VERSIONED := $(patsubst src/%.c,%.o,$(shell grep -lw VERSION $(SOURCES)))
$(foreach kind,$(B) $(B)/asan $(B)/fuzz,$(VERSIONED:%=$(kind)/%)): Makefile
$(patsubst tests/%.c,$(B)/%.o,$(shell grep -lrw VERSION tests/unit --include=*.c)): Makefile

$(B):
	$(Q)mkdir -p $@

# Not in trees of others that lie there.
OTHERS := $(foreach tree,guest lab packages debian sysroot,-path $(B)/$(tree) -prune -o)
-include $(shell find $(B) $(OTHERS) -name "*.d" -type f -print 2>/dev/null)

# ---- one file that needs no library ----

STRIPPED := build/static/kleak-$(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))

ifneq ($(CROSS_COMPILE)$(STATIC),)
$(STRIPPED): $(KLEAK)
	$(call say,STRIP,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CROSS_COMPILE)strip -o $@ $<
endif

.PHONY: static
static:
	@tools/install-packages build static $(if $(CROSS_COMPILE),arm64)
	@$(MAKE) --no-print-directory STATIC=1 $(STRIPPED)

# ---- completion ----

# It runs here, whatever kleak is built for: it takes no library.
BUILD_CC ?= $(if $(CROSS_COMPILE),gcc,$(CC))
TABLES   := $(wildcard tools/completion/*.c) src/cmd/option_table.c src/trace/origins.c

$(B)/tables: $(TABLES) tools/completion/completion.h $(wildcard src/*/*.h) | $(B)
	$(call say,LD,$@)
	$(Q)$(BUILD_CC) $(OURS_CPP) $(OURS_C) -O1 -iquote tools/completion -o $@ $(TABLES)

SHELLS      := bash zsh fish
COMPLETIONS := $(SHELLS:%=$(B)/kleak.%)

.PHONY: completions
completions: $(COMPLETIONS)

$(COMPLETIONS): $(B)/kleak.%: tools/completion/kleak.% $(B)/tables
	$(call say,COMPLETE,$@)
	$(Q){ $(B)/tables $* && cat $<; } > $@.new && mv $@.new $@

# ---- running ----

.PHONY: run demo
run:
	@tools/install-packages build
	@$(MAKE) --no-print-directory -j$(shell nproc) all
	@if ./kleak --explain >/dev/null; then exec ./kleak $(ARGS); \
	else echo 'make run: this machine does not let kleak trace (see above); showing make demo instead' >&2; \
	     $(MAKE) --no-print-directory demo; fi

demo:
	@tools/install-packages build guest
	@$(MAKE) --no-print-directory all
	@tools/demo

# ---- tests ----

# float-cast-overflow is in no group.
# Less is optimised: there is much to compile, and little of it runs for long.
SANITIZERS := -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all -fno-omit-frame-pointer -O1 -g1 -Wno-format-overflow -Wno-format-truncation
TESTS    := $(patsubst tests/unit/%.c,%,$(wildcard tests/unit/test_*.c tests/unit/*/test_*.c))

$(B)/asan/%.o: src/%.c
	$(call say,CC,$< (sanitized))
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(C_FLAGS) $(SANITIZERS) -MMD -MP -c -o $@ $<

# The whole, for tests on real kernels.
$(B)/kleak-asan: $(B)/asan/cmd/main.o $(B)/asan/kleak.a
	$(call say,LD,$@)
	$(Q)$(CC) $(C_FLAGS) $(SANITIZERS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/unit/%.o: tests/unit/%.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(C_FLAGS) -iquote tests/unit -iquote tests $(SANITIZERS) -MMD -MP -c -o $@ $<

$(B)/unit/fuzz.o: tests/fuzz/fuzz.c
	$(call say,CC,$<)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(C_FLAGS) $(SANITIZERS) -MMD -MP -c -o $@ $<

$(B)/unit/test_fuzz: $(B)/unit/fuzz.o

$(TESTS:%=$(B)/unit/%): $(B)/unit/%: $(B)/unit/%.o $(B)/asan/kleak.a
	$(call say,LD,$@)
	$(Q)$(CC) $(C_FLAGS) $(SANITIZERS) -o $@ $(filter %.o,$^) $(B)/asan/kleak.a -lcmocka $(LDLIBS)

# A kernel and a module with debug info, for test_dwarf.  The compiler runs in the kernel's tree, but
# not in the module's.
$(B)/debug/vmlinux: tests/unit/fixtures/inlined.c
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -g -O2 -static -no-pie -nostdlib -Wl,--build-id=sha1,-Ttext=0x1000000,-e,leak \
		-Wl,--defsym=_text=0x1000000,--defsym=_stext=0x1000000 -o $@ $<

$(B)/debug/drivers/leaky-one.ko: tests/unit/fixtures/inlined.c
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)cd $(@D) && $(CC) -g -O2 -fno-pie -c -o leaky-one.o $(abspath $<) && \
		$(LD) -r --build-id=sha1 -o leaky-one.ko leaky-one.o

$(B)/unit/kernel/test_dwarf: | $(B)/debug/vmlinux $(B)/debug/drivers/leaky-one.ko

# The slab allocator's types, as kernels have had them, for test_layout.
$(B)/btf/%.o: tests/unit/fixtures/kernels.c
	$(call say,BTF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) -g -target bpf -DVERSION=$* -c -o $@ $<

$(B)/unit/kernel/test_layout: | $(patsubst %,$(B)/btf/%.o,515 517 519 601 604 606 608 610 611 612)

$(B)/live-load: tests/live/load.c | $(B)
	$(call say,CC,$<)
	$(Q)$(CC) $(C_FLAGS) $(LDFLAGS) -o $@ $<

# The programs and what plans them, without the tracer.
$(B)/live-programs: tests/live/programs.c $(PROGRAMS) $(B)/kleak.a
	$(call say,CC,$<)
	$(Q)$(CC) $(C_FLAGS) -iquote tests/unit -o $@ $< $(B)/kleak.a -lcmocka $(LDLIBS)

$(B)/live-handles: tests/live/handles.c $(B)/kleak.a
	$(call say,CC,$<)
	$(Q)$(CC) $(C_FLAGS) $(LDFLAGS) -o $@ $< $(B)/kleak.a $(LDLIBS)

$(B)/live-jit: tests/live/jit.c | $(B)
	$(call say,CC,$<)
	$(Q)$(CC) $(C_FLAGS) $(LDFLAGS) -o $@ $<

LIVE := $(B)/live-load $(B)/live-programs $(B)/live-handles $(B)/live-jit

# What runs in guests: GUESTS="6.1 arm64/6.12".
IN_GUESTS    := $(KLEAK) $(B)/live-load $(B)/live-handles $(B)/leak-actor
OTHER_GUESTS := $(if $(filter arm64/%,$(GUESTS) $(GUEST)),arm64)
TEST_GUESTS  := $(if $(GUESTS),$(OTHER_GUESTS),arm64)

.PHONY: in-guests arm64
in-guests: $(IN_GUESTS)

arm64:
	@tools/install-packages build arm64
	@$(MAKE) --no-print-directory ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu- in-guests

.PHONY: test test-unit test-live test-guest unit-tests live-programs
.SECONDARY:
unit-tests: $(TESTS:%=$(B)/unit/%) completions
live-programs: $(LIVE) $(B)/kleak-asan

test:
	@tools/install-packages build test guest
	@$(MAKE) --no-print-directory -j$(shell nproc) CI=1 all unit-tests live-programs $(IN_GUESTS) $(TEST_GUESTS)
	@tests/run unit live guest

test-unit: all unit-tests
	@tests/run unit

test-live: all live-programs
	@tests/run live

test-guest: $(IN_GUESTS) $(B)/kleak-asan $(TEST_GUESTS)
	@tests/run guest

# What reads saved files, with bytes that nobody thought of; not part of the tests, which replay
# the seeds.  Inputs that were interesting are kept in build/fuzz/corpus.
FUZZ_TIME ?= 60
FUZZ_FLAGS := -g -O1 -std=gnu11 -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all

$(B)/fuzz/%.o: src/%.c
	$(call say,CC,$< (for fuzzing))
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(OURS_CPP) $(CPPFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer-no-link -MMD -MP -c -o $@ $<

FUZZ_SOURCES := $(wildcard tests/fuzz/*.c)

$(B)/fuzz/fuzz: $(FUZZ_SOURCES) tests/fuzz/fuzz.h $(B)/fuzz/kleak.a
	$(call say,FUZZ,$@)
	$(Q)mkdir -p $(B)/fuzz/corpus
	$(Q)$(CLANG) $(OURS_CPP) $(CPPFLAGS) $(FUZZ_FLAGS) -fsanitize=fuzzer -o $@ $(FUZZ_SOURCES) $(B)/fuzz/kleak.a $(LDLIBS)

.PHONY: fuzz
fuzz:
	@tools/install-packages build fuzz
	@$(MAKE) --no-print-directory $(B)/fuzz/fuzz
	@$(B)/fuzz/fuzz -max_total_time=$(FUZZ_TIME) -timeout=10 -rss_limit_mb=2048 -max_len=65536 \
		-dict=tests/fuzz/dictionary -artifact_prefix=$(B)/fuzz/ -print_final_stats=1 \
		$(B)/fuzz/corpus tests/fuzz/seeds

# Ten minutes under load; not part of the tests.
SECONDS ?= 600

.PHONY: soak
soak:
	@tools/install-packages build test $(if $(GUEST),guest)
	@$(MAKE) --no-print-directory all $(B)/live-load $(if $(SANITIZE),$(B)/kleak-asan) $(OTHER_GUESTS)
	@PYTHONDONTWRITEBYTECODE=1 SANITIZE=$(SANITIZE) LOAD=$(LOAD) \
		$(if $(GUEST),tests/guest/soak.py $(GUEST),tests/live/soak.py) $(SECONDS)

# Not part of the tests: tests/guest/leaks/README.md.
$(B)/leak-actor: tests/guest/leaks/actor.c | $(B)
	$(call say,CC,$<)
	$(Q)$(CC) $(C_FLAGS) $(LDFLAGS) -o $@ $<

.PHONY: test-leaks
test-leaks:
	@tools/install-packages build guest
	@$(MAKE) --no-print-directory all $(B)/leak-actor $(OTHER_GUESTS)
	@PYTHONDONTWRITEBYTECODE=1 tests/guest/corpus.py $(CASES)

# Every kernel; not part of the tests: the table that it prints is README.md's.
.PHONY: test-matrix
test-matrix:
	@tools/install-packages build guest
	@$(MAKE) --no-print-directory in-guests arm64
	@PYTHONDONTWRITEBYTECODE=1 tests/guest/matrix.py $(KERNELS)

# Against the kernel's own books; not part of the tests: it builds a kernel first.
.PHONY: test-lab
test-lab:
	@tools/install-packages build guest lab
	@$(MAKE) --no-print-directory all $(B)/live-load $(B)/leak-actor $(B)/kleak-asan
	@tools/lab
	@PYTHONDONTWRITEBYTECODE=1 tests/guest/lab.py $(LAB)

# Not part of the tests: needs debootstrap, and takes a quarter of an hour a release.
RELEASES ?= bookworm trixie

.PHONY: test-debian
test-debian:
	@tools/test-debian $(RELEASES)

# ---- what it costs ----

$(B)/empty.bpf.o: tools/bench/empty.bpf.c | $(B)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPFFLAGS) -I/usr/include/$(shell $(CC) -print-multiarch) -c -o $@ $<

$(B)/empty.skel.h: $(B)/empty.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name empty > $@.new && mv $@.new $@

$(B)/bench: tools/bench/bench.c $(B)/empty.skel.h
	$(call say,CC,$<)
	$(Q)$(CC) $(C_FLAGS) -o $@ $< -lbpf -lelf -lz -lm

# The unit tests, with real hours and without sanitizers.
$(B)/long-run: tests/unit/report/test_long_run.c $(B)/kleak.a
$(B)/long-readings: tests/unit/judge/test_long_readings.c $(B)/kleak.a
$(B)/long-scans: tests/unit/memory/test_long_scans.c $(B)/kleak.a
$(B)/long-run $(B)/long-readings $(B)/long-scans:
	$(call say,CC,$<)
	$(Q)$(CC) $(C_FLAGS) -iquote tests/unit -iquote tests -o $@ $^ -lcmocka $(LDLIBS)

.PHONY: simulate
simulate: $(B)/long-run $(B)/long-readings $(B)/long-scans
	@HOURS=$(or $(HOURS),72) $(B)/long-run
	@HOURS=$(or $(HOURS),72) $(B)/long-readings
	@HOURS=$(or $(HOURS),72) $(B)/long-scans

# Reading the tables needs no kernel: the loader's own files, as they are built.
$(B)/readout: tools/bench/readout.c $(B)/kleak.a
	$(call say,LD,$@)
	$(Q)$(CC) $(C_FLAGS) -o $@ $^ $(LDLIBS)

.PHONY: bench
bench:
	@tools/install-packages build
	@$(MAKE) --no-print-directory all $(B)/bench $(B)/readout
	@$(if $(ARGS),:,$(B)/readout)
	@$(B)/bench --peer '$(PEER)' $(ARGS)

$(B)/names: tools/bench/names.c $(B)/kleak.a
	$(call say,LD,$@)
	$(Q)$(CC) $(C_FLAGS) -o $@ $^ $(LDLIBS)

$(B)/scan-bench: tools/bench/scan.c $(B)/kleak.a
	$(call say,LD,$@)
	$(Q)$(CC) $(C_FLAGS) -o $@ $^ $(LDLIBS)

$(B)/walk-bench: tools/bench/walk.c $(B)/kleak.a
	$(call say,LD,$@)
	$(Q)$(CC) $(C_FLAGS) -o $@ $^ $(LDLIBS)

.PHONY: bench-programs
bench-programs: $(KLEAK)
	@tools/bench-programs $(or $(ROUNDS),5)

.PHONY: bench-scale
bench-scale: $(B)/readout $(B)/scan-bench $(B)/walk-bench
	@$(B)/readout $(or $(OBJECTS),1000000 3000000 10000000 30000000)
	@$(B)/scan-bench $(or $(OBJECTS),1000000 3000000 10000000 30000000)
	@$(B)/walk-bench $(or $(GB),64 256 1024 4096)

$(B)/crowd: tools/bench/crowd.c | $(B)
	$(call say,LD,$@)
	$(Q)$(CC) $(C_FLAGS) -o $@ $^

.PHONY: bench-crowd
bench-crowd: $(KLEAK) $(B)/crowd
	@tools/bench-crowd $(OBJECTS)

.PHONY: bench-names
bench-names: $(B)/names
	@$(B)/names $(or $(VMLINUX),/usr/lib/debug/boot/vmlinux-$(shell uname -r))

.PHONY: bench-cgroups
bench-cgroups: $(KLEAK)
	@tools/bench-cgroups $(or $(CGROUPS),10000)

# ---- systemd ----

# For the machine's own systemd; enabled by nobody but its administrator.
UNITDIR ?= $(PREFIX)/lib/systemd/system
UNITS   := $(wildcard deploy/systemd/*.service deploy/systemd/*.timer)

.PHONY: install-units
install: install-units
install-units:
	$(call say,INSTALL,$(DESTDIR)$(UNITDIR))
	$(Q)install -d -m 0755 $(DESTDIR)$(UNITDIR)
	$(Q)for unit in $(UNITS); do \
		sed 's|@SBINDIR@|$(SBINDIR)|' $$unit > $(DESTDIR)$(UNITDIR)/$${unit##*/} && \
		chmod 0644 $(DESTDIR)$(UNITDIR)/$${unit##*/} || exit 1; done

# ---- release ----

# The same commit makes the same bytes, wherever: nothing of the clone, the time or the user is in it.
DIST := kleak-$(VERSION)

.PHONY: dist
dist: | $(B)
	@git diff-index --quiet HEAD -- || echo 'make dist: what is not committed is not in it' >&2
	$(call say,DIST,$(B)/$(DIST).tar.gz)
	$(Q)git -c tar.umask=0022 archive --format=tar --prefix=$(DIST)/ --output=$(B)/$(DIST).tar HEAD
	$(Q)gzip -9nf $(B)/$(DIST).tar
	$(Q)cd $(B) && sha256sum $(DIST).tar.gz

# ---- keeping house ----

.PHONY: lint format check-types install clean
lint:
	@tools/install-packages build test lint
	@$(MAKE) --no-print-directory $(PROGRAMS) $(B)/filecount.skel.h $(EMBEDDED) $(B)/kleak.a
	@tools/lint $(OURS_CPP)

check-types: $(B)/kleak.bpf.o
	@tests/check-types

format:
	$(Q)clang-format -i src/*/*.[ch] bpf/*.[ch] tests/unit/*.[ch] tests/unit/*/*.[ch] tests/live/*.c tests/fuzz/*.[ch] tests/kmod/*.c tests/guest/leaks/*.[ch] tools/*/*.c

# Distributions have a folder of their own: vendor-completions.
ZSH_FOLDER ?= site-functions

install: kleak $(COMPLETIONS)
	$(call say,INSTALL,$(DESTDIR)$(PREFIX))
	$(Q)install -D -m 0755 kleak $(DESTDIR)$(SBINDIR)/kleak
	$(Q)install -D -m 0644 man/kleak.8 $(DESTDIR)$(PREFIX)/share/man/man8/kleak.8
	$(Q)install -D -m 0644 man/kleak-json.5 $(DESTDIR)$(PREFIX)/share/man/man5/kleak-json.5
	$(Q)install -D -m 0644 $(B)/kleak.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/kleak
	$(Q)install -D -m 0644 $(B)/kleak.zsh $(DESTDIR)$(PREFIX)/share/zsh/$(ZSH_FOLDER)/_kleak
	$(Q)install -D -m 0644 $(B)/kleak.fish $(DESTDIR)$(PREFIX)/share/fish/vendor_completions.d/kleak.fish

# Downloaded kernels stay; `make distclean` takes them too.
clean:
	$(Q)rm -rf kleak $(B)/*.[oda] $(B)/*.skel.h $(B)/kleak-asan $(COMPLETIONS) $(B)/terminfo.h $(B)/tables $(B)/kmod $(B)/debug $(B)/unit $(B)/asan \
		$(B)/fuzz/*.a $(B)/static $(ROOMS:%=$(B)/%) $(ROOMS:%=$(B)/fuzz/%)

.PHONY: distclean
distclean:
	$(Q)rm -rf kleak $(B)

# ---- packages ----

# packaging/README.md.  Another architecture's: make deb DEB_HOST_ARCH=arm64.
.PHONY: deb rpm
deb:
	@tools/install-packages build deb
	@tools/package deb $(DEB_HOST_ARCH)

rpm:
	@tools/install-packages build rpm
	@tools/package rpm

# Not part of the tests: tests/packages makes packages, and puts them into bare systems, for an hour
# and more.
.PHONY: test-packages
test-packages:
	@tools/install-packages build static guest arm64 packages
	@$(MAKE) --no-print-directory -j$(shell nproc) static
	@$(MAKE) --no-print-directory -j$(shell nproc) static ARCH=arm64 CROSS_COMPILE=aarch64-linux-gnu-
	@RELEASES='$(RELEASES)' tests/run packages
