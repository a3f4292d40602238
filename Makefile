# SPDX-License-Identifier: GPL-2.0-only
#
# sudo make run     install what is missing, build, run kleak on this kernel
# sudo make test    install what is missing, run every test
#
# make [V=1]        build ./kleak
# make install [DESTDIR=] [PREFIX=/usr/local]
# make bench [PEER=command] [ARGS=--json]   what tracing costs
# make bench-names VMLINUX=file              how fast addresses get their source lines
# make fuzz [FUZZ_TIME=60]  read files that nobody wrote
# make soak [SECONDS=600] [GUEST=6.12] [SANITIZE=1]   under load, here or in a guest, kleak with ASan and UBSan
# make lint | format | clean | demo | test-unit | test-live | test-guest
VERSION := 0.1.0

PREFIX  ?= /usr/local
CC      := gcc
CLANG   := clang
BPFTOOL := $(firstword $(wildcard /usr/sbin/bpftool /sbin/bpftool) bpftool)
PKG     := pkg-config

ARCH := $(shell uname -m | sed 's/x86_64/x86/; s/aarch64/arm64/; s/riscv64/riscv/; s/ppc64.*/powerpc/; s/s390x/s390/; s/loongarch64/loongarch/')

B := build
Q := $(if $(V),,@)
say = @$(if $(V),:,printf '  %-8s%s\n' '$(1)' '$(2)')

WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes
ifdef CI
WARNINGS += -Werror
endif
# -iquote: <dwarf.h> is elfutils', "dwarf.h" ours
OURS_CPP := -D_GNU_SOURCE -DVERSION='"$(VERSION)"' -iquote src -Ibpf -I$(B)
OURS_C   := -std=gnu11 $(WARNINGS)
# make CFLAGS=-O3: theirs come after ours
CFLAGS   ?= -O2 -g
C_FLAGS   = $(OURS_CPP) $(CPPFLAGS) $(OURS_C) $(CFLAGS)
BPFFLAGS := -O2 -g -target bpf -mcpu=v3 -Wall -Wextra -Werror -D__TARGET_ARCH_$(ARCH) \
	    -Ivmlinux -Ibpf
LDLIBS   := -lbpf -ldw -lelf -lz -ljansson -lncursesw -ltinfo -lm

SOURCES := $(wildcard src/*.c)
OBJECTS := $(SOURCES:src/%.c=$(B)/%.o)

.PHONY: all
all: kleak

kleak: $(OBJECTS)
	$(call say,LD,$@)
	$(Q)$(CC) $(C_FLAGS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(B)/%.o: src/%.c | $(B)
	$(call say,CC,$<)
	$(Q)$(CC) $(C_FLAGS) -MMD -MP -c -o $@ $<

$(B)/kleak.bpf.o: bpf/kleak.bpf.c | $(B)
	$(call say,BPF,$<)
	$(Q)$(CLANG) $(BPFFLAGS) -MMD -MP -c -o $@ $<

# To be read: tests/check-published.
$(B)/%.bpf.s: bpf/%.bpf.c $(wildcard bpf/*.h) | $(B)
	$(call say,BPF,$@)
	$(Q)$(CLANG) $(BPFFLAGS) -S -o $@ $<

$(B)/kleak.skel.h: $(B)/kleak.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name kleak > $@.new && mv $@.new $@

$(B)/tracer.o $(B)/unit/tracer.o: $(B)/kleak.skel.h

# Styles and scripts of the pictures, as strings: page.css is page_css in page.css.h.
EMBEDDED := $(patsubst src/%,$(B)/%.h,$(wildcard src/*.css src/*.js))

$(B)/%.h: src/% Makefile | $(B)
	$(call say,EMBED,$<)
	$(Q){ echo 'static const char $(subst .,_,$*)[] ='; \
	      sed 's/[\"]/\\&/g; s/\t//g; s/.*/"&\\n"/' $<; echo ';'; } > $@.new && mv $@.new $@

$(B)/svg.o $(B)/unit/svg.o: $(B)/flame.css.h $(B)/flame.js.h
$(B)/html.o $(B)/unit/html.o: $(B)/page.css.h $(B)/page.js.h

$(B):
	$(Q)mkdir -p $@

-include $(wildcard $(B)/*.d $(B)/unit/*.d)

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

# What a unit test links besides cmocka: its own file and those it calls.  No others: pure stays pure.
UNIT_allocinfo  := allocinfo array lines
UNIT_alloctraces := alloctraces lines
UNIT_bpfhash    := bpfhash
UNIT_bookkeeper := bookkeeper series classes meminfo vmallocinfo slabinfo slabnames array idmap lines
UNIT_budget     := budget
UNIT_caches     := caches
UNIT_census     := census census_text census_json json_value pen utf8 array idmap
UNIT_chains     := chains array idmap
UNIT_child      := child signals clock say nowait
UNIT_clash      := clash folder
UNIT_chronicle  := chronicle series
UNIT_classes    := classes meminfo vmallocinfo array lines
UNIT_flame      := flame array weight pen utf8
UNIT_folded     := folded weight pen utf8
UNIT_history    := history verdict series array idmap
UNIT_cpulist    := cpulist
UNIT_crowd      := crowd array
UNIT_datasyms   := datasyms
UNIT_diagnosis_json := diagnosis_json diagnosis json json_value meminfo lines utf8 verdict
UNIT_diagnosis_text := diagnosis_text diagnosis text pen meminfo lines utf8 verdict
UNIT_holders    := holders array
UNIT_dwarf      := dwarf debugfiles sourcepath idmap array
UNIT_hooks      := hooks
UNIT_html       := html html_site chart chronicle series svg flame weight markup pen utf8 verdict array meminfo lines
UNIT_judge      := judge history verdict series marks caches slabinfo array idmap lines
UNIT_idmap      := idmap
UNIT_images     := images kallsyms array
UNIT_json       := json json_value meminfo lines utf8 verdict
UNIT_kallsyms   := kallsyms
UNIT_kmemleakfile := kmemleakfile kmemleak lines say nowait
UNIT_kmemleak   := kmemleak lines
UNIT_kernel_btf := kernel kallsyms books meminfo slabinfo vmallocinfo allocinfo kmemleak array lines say hooks layout nowait
UNIT_ledger     := ledger
UNIT_lines      := lines
UNIT_markup     := markup utf8
UNIT_krc        := krc slub array idmap
UNIT_modparts   := modparts
UNIT_names      := names kallsyms array idmap
UNIT_memory     := memory slub array idmap
UNIT_meminfo    := meminfo lines
UNIT_orphans    := orphans array idmap
UNIT_options    := options
UNIT_outfile    := outfile folder spool nowait signals clock array
UNIT_pageowner  := pageowner allocator names kallsyms lines array idmap
UNIT_places     := places memory slub datasyms names kallsyms lines array idmap
UNIT_plan       := plan hooks caches
UNIT_prom       := prom meminfo lines utf8 verdict
UNIT_recycle    := recycle snapshot array idmap
UNIT_sample     := sample
UNIT_scan       := scan array
UNIT_series     := series
UNIT_sourcepath := sourcepath
UNIT_report_copy := report_copy text pen meminfo lines utf8 verdict
UNIT_screen_view := screen_view screen_print view_text report_copy sparks idmap text pen meminfo lines utf8 verdict
UNIT_sites      := sites array idmap allocator names kallsyms
UNIT_slabinfo   := slabinfo array lines
UNIT_slub       := slub array idmap
UNIT_snapshot   := snapshot array idmap
UNIT_spool      := spool nowait clock array
UNIT_signals    := signals nowait clock
UNIT_sparks     := sparks idmap
UNIT_diff       := diff diff_text diff_json text json json_value pen meminfo lines utf8 verdict images array kallsyms
UNIT_fuzz       := savedfile saved reading arena json json_value text sift diff diff_text diff_json images kallsyms options pen meminfo lines utf8 verdict array \
		   html html_site chart chronicle series svg flame folded weight markup prom
UNIT_saved      := saved reading arena json json_value text pen meminfo lines utf8 verdict
UNIT_savedfile  := savedfile saved reading arena json json_value meminfo lines utf8 verdict array
UNIT_saving     := saving savedfile saved reading arena json json_value meminfo lines utf8 verdict array outfile folder spool nowait signals clock images symbols names modparts kallsyms dwarf debugfiles sourcepath idmap allocator say
UNIT_sift       := sift arena options
UNIT_statement_json := statement_json json_value utf8
UNIT_statement_text := statement_text pen utf8
UNIT_suspects   := suspects classes caches meminfo array lines
UNIT_symbols    := symbols names modparts kallsyms images allocator taint array idmap lines say nowait
UNIT_svg        := svg flame array weight markup pen utf8 verdict
UNIT_text       := text pen meminfo lines utf8 verdict
UNIT_trend      := trend array idmap
UNIT_verify     := verify caches slub snapshot array idmap
UNIT_verdict    := verdict
UNIT_vmallocinfo := vmallocinfo array lines

UNIT_LIBS_bpfhash    := -lbpf -lelf -lz
UNIT_LIBS_json       := -ljansson
UNIT_LIBS_diff       := -ljansson
UNIT_LIBS_fuzz       := -ljansson -lz
UNIT_LIBS_saved      := -ljansson
UNIT_LIBS_savedfile  := -ljansson -lz
UNIT_LIBS_saving     := -ljansson -lz -ldw -lelf
UNIT_LIBS_statement_json := -ljansson
UNIT_LIBS_census     := -ljansson
UNIT_LIBS_diagnosis_json := -ljansson
UNIT_LIBS_kernel_btf := -lbpf -lelf -lz
UNIT_LIBS_dwarf      := -ldw -lelf

UNIT_MORE_fuzz       := $(B)/unit/fuzz-target.o

# float-cast-overflow is in no group.
SANITIZERS := -fsanitize=address,undefined,float-cast-overflow -fno-sanitize-recover=all -fno-omit-frame-pointer
TESTS    := $(patsubst tests/unit/test_%.c,%,$(wildcard tests/unit/test_*.c))

$(B)/unit/%.o: src/%.c | $(B)/unit
	$(call say,CC,$< (sanitized))
	$(Q)$(CC) $(C_FLAGS) $(SANITIZERS) -MMD -MP -c -o $@ $<

$(B)/unit/test_%.o: tests/unit/test_%.c | $(B)/unit
	$(call say,CC,$<)
	$(Q)$(CC) $(C_FLAGS) $(SANITIZERS) -MMD -MP -c -o $@ $<

$(B)/unit/fuzz-target.o: tests/fuzz/fuzz.c tests/fuzz/fuzz.h | $(B)/unit
	$(call say,CC,$<)
	$(Q)$(CC) $(C_FLAGS) $(SANITIZERS) -MMD -MP -c -o $@ $<

# All of kleak, for tests on real kernels.
$(B)/kleak-asan: $(SOURCES:src/%.c=$(B)/unit/%.o)
	$(call say,LD,$@)
	$(Q)$(CC) $(C_FLAGS) $(SANITIZERS) $(LDFLAGS) -o $@ $^ $(LDLIBS)

define unit_test
$(B)/unit/test_$(1): $(B)/unit/test_$(1).o $(UNIT_$(1):%=$(B)/unit/%.o) $(UNIT_MORE_$(1))
	$$(call say,LD,$$@)
	$$(Q)$$(CC) $$(C_FLAGS) $$(SANITIZERS) -o $$@ $$^ -lcmocka -lm $(UNIT_LIBS_$(1))
endef
$(foreach test,$(TESTS),$(eval $(call unit_test,$(test))))

# A kernel and a module with debug info, for test_dwarf.  The compiler runs in the kernel's tree, but
# not in the module's.
$(B)/unit/debug/vmlinux: tests/unit/fixtures/inlined.c
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) -g -O2 -static -no-pie -nostdlib -Wl,--build-id=sha1,-Ttext=0x1000000,-e,leak \
		-Wl,--defsym=_text=0x1000000,--defsym=_stext=0x1000000 -o $@ $<

$(B)/unit/debug/drivers/leaky-one.ko: tests/unit/fixtures/inlined.c
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)cd $(@D) && $(CC) -g -O2 -fno-pie -c -o leaky-one.o $(abspath $<) && \
		$(LD) -r --build-id=sha1 -o leaky-one.ko leaky-one.o

$(B)/unit/test_dwarf: | $(B)/unit/debug/vmlinux $(B)/unit/debug/drivers/leaky-one.ko

$(B)/unit:
	$(Q)mkdir -p $@

$(B)/live-load: tests/live/load.c | $(B)
	$(call say,CC,$<)
	$(Q)$(CC) $(C_FLAGS) -o $@ $<

# The programs and what plans them, without the tracer.
$(B)/live-programs: tests/live/programs.c $(B)/kleak.skel.h $(patsubst %,$(B)/%.o,plan caches $(UNIT_kernel_btf))
	$(call say,CC,$<)
	$(Q)$(CC) $(C_FLAGS) -iquote tests/unit -o $@ $(filter-out %.h,$^) -lcmocka $(UNIT_LIBS_kernel_btf)

LIVE := $(B)/live-load $(B)/live-programs

.PHONY: test test-unit test-live test-guest unit-tests
.SECONDARY:
unit-tests: $(TESTS:%=$(B)/unit/test_%)

test:
	@tools/install-packages build test guest
	@$(MAKE) --no-print-directory -j$(shell nproc) CI=1 all unit-tests $(LIVE) $(B)/kleak-asan
	@tests/run unit live guest

test-unit: all unit-tests
	@tests/run unit

test-live: all $(LIVE) $(B)/kleak-asan
	@tests/run live

test-guest: all $(B)/live-load $(B)/kleak-asan
	@tests/run guest

# What reads saved files, with bytes that nobody thought of; not part of the tests, which replay
# the seeds.  Inputs that were interesting are kept in build/fuzz/corpus.
FUZZ_TIME ?= 60
FUZZ_SOURCES := tests/fuzz/fuzz.c tests/fuzz/mutate.c $(UNIT_fuzz:%=src/%.c)

$(B)/fuzz/fuzz: $(FUZZ_SOURCES) $(EMBEDDED) $(wildcard src/*.h) tests/fuzz/fuzz.h
	$(call say,FUZZ,$@)
	$(Q)mkdir -p $(B)/fuzz/corpus
	$(Q)$(CLANG) $(OURS_CPP) $(CPPFLAGS) -g -O1 -std=gnu11 -fsanitize=fuzzer,address,undefined,float-cast-overflow \
		-fno-sanitize-recover=all -o $@ $(FUZZ_SOURCES) $(UNIT_LIBS_fuzz) -lm

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
	@$(MAKE) --no-print-directory all $(B)/live-load $(if $(SANITIZE),$(B)/kleak-asan)
	@PYTHONDONTWRITEBYTECODE=1 SANITIZE=$(SANITIZE) \
		$(if $(GUEST),tests/guest/soak.py $(GUEST),tests/live/soak.py) $(SECONDS)

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

# Reading the tables needs no kernel: the loader's own files, as they are built.
$(B)/readout: tools/bench/readout.c $(patsubst %,$(B)/%.o,snapshot sites array idmap allocator names kallsyms)
	$(call say,LD,$@)
	$(Q)$(CC) $(C_FLAGS) -o $@ $^ $(LDLIBS)

.PHONY: bench
bench:
	@tools/install-packages build
	@$(MAKE) --no-print-directory all $(B)/bench $(B)/readout
	@$(if $(ARGS),:,$(B)/readout)
	@$(B)/bench --peer '$(PEER)' $(ARGS)

$(B)/names: tools/bench/names.c $(patsubst %,$(B)/%.o,dwarf debugfiles sourcepath idmap array say nowait)
	$(call say,LD,$@)
	$(Q)$(CC) $(C_FLAGS) -o $@ $^ -ldw -lelf

.PHONY: bench-names
bench-names: $(B)/names
	@$(B)/names $(or $(VMLINUX),/usr/lib/debug/boot/vmlinux-$(shell uname -r))

# ---- keeping house ----

.PHONY: lint format check-types install clean
lint:
	@tools/install-packages build test lint
	@$(MAKE) --no-print-directory $(B)/kleak.skel.h $(EMBEDDED)
	@tools/lint $(OURS_CPP)

check-types: $(B)/kleak.bpf.o
	@tests/check-types

format:
	$(Q)clang-format -i src/*.[ch] bpf/*.[ch] tests/unit/*.[ch] tests/unit/*/*.h tests/live/*.c tests/fuzz/*.[ch] tests/kmod/*.c tools/bench/*.c

install: kleak
	$(call say,INSTALL,$(DESTDIR)$(PREFIX))
	$(Q)install -D -m 0755 kleak $(DESTDIR)$(PREFIX)/sbin/kleak
	$(Q)install -D -m 0644 man/kleak.8 $(DESTDIR)$(PREFIX)/share/man/man8/kleak.8

# Downloaded kernels stay; `make distclean` takes them too.
clean:
	$(Q)rm -rf kleak $(B)/*.o $(B)/*.d $(B)/*.skel.h $(EMBEDDED) $(B)/unit $(B)/kleak-asan $(B)/kmod

.PHONY: distclean
distclean:
	$(Q)rm -rf kleak $(B)
