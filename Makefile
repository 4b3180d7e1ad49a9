# qemuvm: virtual machines by name. `make help` lists what there is to make.

# The domain below which virtual machines are found; the drop-in and the pages follow it.
DOMAIN ?= vm
VERSION := 0.1.0

PREFIX     ?= /usr
SYSCONFDIR ?= /etc
DESTDIR    ?=
MULTIARCH  := $(shell $(CC) -print-multiarch 2>/dev/null)
LIBDIR     ?= $(PREFIX)/lib$(if $(MULTIARCH),/$(MULTIARCH))
LIBEXECDIR ?= $(PREFIX)/libexec
BINDIR     ?= $(PREFIX)/bin
MANDIR     ?= $(PREFIX)/share/man
BASHDIR    ?= $(PREFIX)/share/bash-completion/completions
FISHDIR    ?= $(PREFIX)/share/fish
# Debian's zsh looks elsewhere for what packages bring.
ZSHDIR     ?= $(PREFIX)/share/zsh/$(if $(and $(wildcard /etc/debian_version),$(filter \
	/usr,$(PREFIX))),vendor-completions,site-functions)

B := build
Q := $(if $(V),,@)
say = $(if $(V),,@printf '  %-7s %s\n' $(1) $(2))

WARNINGS := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wmissing-prototypes \
	-Wstrict-prototypes -Wformat=2 -Wvla -Wframe-larger-than=4096 $(if $(WERROR),-Werror)
HARDENING := -fstack-protector-strong -U_FORTIFY_SOURCE $(if $(SANITIZE),,-D_FORTIFY_SOURCE=2) \
	$(if $(filter x86_64-%,$(MULTIARCH)),-fstack-clash-protection -fcf-protection)
SANITIZER := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-omit-frame-pointer \
	$(if $(findstring undefined,$(SANITIZE)),-fno-sanitize-recover=undefined))
# Small before quick: the module is mapped into every program, and waits for guests. Nothing unwinds
# through it (no exceptions, cancellation held off), and debuggers have .debug_frame.
SMALL := -ffunction-sections -fdata-sections -fno-asynchronous-unwind-tables
# gcc optimises the module as a whole, which makes it 4 % smaller. Objects are of both kinds, so that
# tests, which are linked often, need not wait for that; clang would need another linker.
IS_GCC := $(if $(SANITIZE),,$(findstring gcc version,$(shell $(CC) -v 2>&1)))
# What follows only makes code larger: a jump table of calls, halves and tails of functions, and
# conditions that are worked out twice.
SMALL += $(if $(IS_GCC),-flto -ffat-lto-objects -fno-plt -fno-partial-inlining \
	-fno-optimize-sibling-calls -fno-tree-dominator-opts -fno-if-conversion)
WHOLE := $(if $(IS_GCC),-flto=auto)
APART := $(if $(IS_GCC),-fno-lto)
# gcc knows -Oz since 12.
SMALLEST := $(shell $(CC) -Oz -E -x c /dev/null >/dev/null 2>&1 && echo -Oz || echo -Os)
CFLAGS ?= $(SMALLEST) -g
ALL_CFLAGS := -std=c11 $(WARNINGS) $(HARDENING) -fPIC -fvisibility=hidden \
	$(if $(SANITIZE),,$(SMALL)) $(SANITIZER) $(CFLAGS)
# Systems of 32 bits have small files and dates until 2038 unless they are asked for more.
LARGE := -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64
ALL_CPPFLAGS := -D_GNU_SOURCE $(LARGE) -DQEMUVM_DOMAIN='"$(DOMAIN)"' -DQEMUVM_VERSION='"$(VERSION)"' \
	-DQEMUVM_SYSCONFDIR='"$(SYSCONFDIR)"' -DQEMUVM_LIBEXECDIR='"$(LIBEXECDIR)"' \
	-I. -Iresolver $(CPPFLAGS)
# The sanitizers of newer compilers wrap functions of libresolv, and find them only if it is loaded.
AS_NEEDED := $(if $(SANITIZE),,-Wl,--as-needed)
ALL_LDFLAGS := -Wl,-z,relro,-z,now,-z,noexecstack $(AS_NEEDED) $(SANITIZER) $(APART) $(LDFLAGS)
WHOLE_LDFLAGS = $(filter-out $(APART),$(ALL_LDFLAGS)) $(WHOLE)

# A folder, with the folders in it.
objects = $(patsubst %.c,$(B)/obj/%.o,$(wildcard $(1)/*.c $(1)/*/*.c))
RESOLVER := $(B)/libresolver.a
MODULE   := $(B)/libnss_qemuvm.so.2
UNIT     := $(patsubst tests/unit/test_%.c,$(B)/tests/test_%,$(wildcard tests/unit/test_*.c))
SUPPORT  := $(patsubst tests/support/%.c,$(B)/tests/%,$(wildcard tests/support/*.c))
PRELOAD  := $(patsubst tests/support/preload/%.c,$(B)/tests/%.so,$(wildcard tests/support/preload/*.c))
BENCH    := $(patsubst tests/bench/%.c,$(B)/bench/%,$(wildcard tests/bench/*.c))
FUZZ     := $(patsubst tests/fuzz/%.c,$(B)/fuzz/%,$(wildcard tests/fuzz/fuzz_*.c))
PAGES    := $(patsubst man/%.in,$(B)/man/%,$(wildcard man/*.in))
DROP_IN  := $(B)/40-qemuvm.conf

.PHONY: all help fuzz-targets tests test test-releases unit demo picture bench fuzz chaos lint format \
	check-asan check-tsan check-valgrind install uninstall clean
.DELETE_ON_ERROR:
.SECONDARY:

all: $(MODULE) $(B)/qemuvm $(B)/ssh-helper $(DROP_IN) $(B)/qemuvm.conf $(PAGES)

help:
	@printf '%s\n' \
	  'make                the module, the programs, the pages: all into build/' \
	  'make install        install them (DESTDIR, PREFIX, SYSCONFDIR, LIBDIR, LIBEXECDIR)' \
	  'make uninstall      remove them' \
	  'make unit           the unit tests alone: seconds' \
	  'make test           everything: sudo tests/run' \
	  'make test-releases  demo, install and tests on Debian 12, 13 and testing (RELEASES, STEPS)' \
	  'make demo           a real VM reached by name: sudo ./install.sh --demo' \
	  'make picture        the picture of README.md, from a real run: needs root' \
	  'make bench          figures, as ratios against peers' \
	  'make fuzz           the parsers under a fuzzer (FUZZ_SECONDS=60 each)' \
	  'make chaos          VMs that come and go while all are looked up (CHAOS_SECONDS=300 VMS=200)' \
	  'make check-asan     unit tests and suites under the address and undefined-behaviour sanitizers' \
	  'make check-tsan     unit tests and lookups in threads under the thread sanitizer' \
	  'make check-valgrind lookups of each kind under valgrind' \
	  'make lint           clang-tidy, shellcheck, mandoc -T lint' \
	  'make format         clang-format over the sources' \
	  'V=1 shows commands; CC=clang, DOMAIN=vm, WERROR=1, SANITIZE=... are understood.'

# A change of flags is a change of everything that was built with them.
FLAGS := $(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(ALL_LDFLAGS)
$(B)/flags: FORCE
	@mkdir -p $(B)
	@printf '%s\n' '$(subst ','\'',$(FLAGS))' | cmp -s - $@ || \
		printf '%s\n' '$(subst ','\'',$(FLAGS))' > $@
.PHONY: FORCE
FORCE:

$(B)/obj/%.o: %.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,CC,$<)
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

$(RESOLVER): $(call objects,resolver)
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# Of the commands a test takes those alone that it needs.
$(B)/libcli.a: $(filter-out %/main.o,$(call objects,cli))
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $^

# nodelete: dlclose of a module that another thread is in must not unmap it.
$(MODULE): $(call objects,nss_qemuvm) $(RESOLVER) nss_qemuvm/nss_qemuvm.map
	$(call say,LD,$@)
	$(Q)$(CC) -shared $(ALL_CFLAGS) $(WHOLE_LDFLAGS) -Wl,-z,nodelete,-z,defs \
		-Wl,-soname,libnss_qemuvm.so.2 -Wl,--version-script=nss_qemuvm/nss_qemuvm.map \
		-Wl,--gc-sections -Wl,-Map=$@.map -o $@ $(call objects,nss_qemuvm) $(RESOLVER)

$(B)/qemuvm: $(call objects,cli) $(RESOLVER)
	$(call say,LD,$@)
	$(Q)$(CC) -pie $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ -lresolv

$(B)/ssh-helper: $(call objects,ssh-helper) $(RESOLVER)
	$(call say,LD,$@)
	$(Q)$(CC) -pie $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ -lresolv

# Files that name the domain or a path of the installation are made from NAME.in.
fill = sed -e 's|@DOMAIN@|$(DOMAIN)|g' -e 's|@VERSION@|$(VERSION)|g' \
	-e 's|@SYSCONFDIR@|$(SYSCONFDIR)|g' -e 's|@LIBEXECDIR@|$(LIBEXECDIR)|g' \
	-e 's|@LIBDIR@|$(LIBDIR)|g'
$(DROP_IN): ssh-helper/40-qemuvm.conf.in $(B)/flags
	$(Q)$(fill) $< > $@
$(B)/qemuvm.conf: resolver/qemuvm.conf.in $(B)/flags
	$(Q)$(fill) $< > $@
$(B)/man/%: man/%.in $(B)/flags
	@mkdir -p $(@D)
	$(Q)$(fill) $< > $@

# One program for each unit-test file, so that one module is built and tested in seconds.
$(B)/tests/test_%: $(B)/obj/tests/unit/test_%.o $(RESOLVER)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -pie $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) \
		-Wl,--start-group $(filter %.a,$^) -Wl,--end-group \
		$$(pkg-config --libs check) -lpthread -lresolv
$(filter $(B)/tests/test_nss_%,$(UNIT)): $(call objects,nss_qemuvm)
$(filter $(B)/tests/test_cli_%,$(UNIT)): $(B)/libcli.a
$(filter $(B)/tests/test_ssh_%,$(UNIT)): \
	$(filter-out %/main.o,$(call objects,ssh-helper))
$(B)/tests/look_up_many: $(call objects,nss_qemuvm)
$(B)/tests/%: $(B)/obj/tests/support/%.o $(RESOLVER)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -pie $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) $(filter %.a,$^) -lpthread
$(B)/tests/%.so: tests/support/preload/%.c $(B)/flags
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -shared -fvisibility=default -std=c11 $(WARNINGS) -fPIC -O1 -o $@ $<
$(B)/bench/%: $(B)/obj/tests/bench/%.o $(RESOLVER)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -pie $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $^ -ldl

# With libFuzzer's main(), or with one that replays files.
FUZZ_MAIN := $(if $(findstring fuzzer,$(SANITIZE)),-fsanitize=fuzzer,$(B)/obj/tests/fuzz/replay.o)
$(B)/fuzz/fuzz_%: $(B)/obj/tests/fuzz/fuzz_%.o $(filter %.o,$(FUZZ_MAIN)) $(RESOLVER)
	@mkdir -p $(@D)
	$(call say,LD,$@)
	$(Q)$(CC) -pie $(ALL_CFLAGS) $(ALL_LDFLAGS) -o $@ $(filter %.o,$^) \
		$(filter -fsanitize%,$(FUZZ_MAIN)) -Wl,--start-group $(filter %.a,$^) \
		-Wl,--end-group -lpthread -lresolv
$(B)/fuzz/fuzz_output $(B)/fuzz/fuzz_nsswitch: $(B)/libcli.a
$(B)/fuzz/fuzz_pack: $(B)/obj/nss_qemuvm/pack.o

tests: all $(UNIT) $(SUPPORT) $(PRELOAD)

fuzz-targets: $(FUZZ)

unit: tests
	$(Q)QEMUVM_BUILD="$(abspath $(B))" tests/unit/run

test:
	$(Q)tests/run
test-releases:
	$(Q)tests/releases
demo:
	$(Q)./install.sh --demo
picture: all
	$(Q)picture/record > $(B)/terminal.txt
	$(Q)picture/draw $(B)/terminal.txt > picture/terminal.svg
bench: all $(BENCH) $(SUPPORT)
	$(Q)tests/bench/run

# libFuzzer is clang's; the same targets replay their corpus in tests/run with any compiler.
FUZZ_SECONDS ?= 60
fuzz:
	$(Q)tests/fuzz/run $(FUZZ_SECONDS)

CHAOS_SECONDS ?= 300
VMS           ?= 200
chaos: tests
	$(Q)CHAOS_SECONDS=$(CHAOS_SECONDS) VMS=$(VMS) QEMUVM_BUILD=$(abspath $(B)) \
		tests/hostile/40-chaos.sh

# With suites whose programs are all built here: others load the module into programs that are not.
ASAN_SUITES := cli/args cli/list cli/export cli/messages find/10-forms protocol/30-scripted-agent nss/checked
check-asan:
	$(Q)$(MAKE) --no-print-directory B=build/asan SANITIZE=address,undefined CFLAGS='-O1 -g' unit
	$(Q)$(foreach suite,$(ASAN_SUITES),QEMUVM_UNDER=env QEMUVM_BUILD=$(abspath build/asan) \
		tests/$(suite).sh &&) true

# Check's own limits of time are for programs that are not slowed down.
check-tsan:
	$(Q)CK_TIMEOUT_MULTIPLIER=10 \
		$(MAKE) --no-print-directory B=build/tsan SANITIZE=thread CFLAGS='-O1 -g' unit
	$(Q)QEMUVM_UNDER=env QEMUVM_BUILD=$(abspath build/tsan) tests/nss/checked.sh

check-valgrind: tests
	$(Q)tests/nss/checked.sh

SOURCES := $(wildcard resolver/*.c resolver/*/*.c nss_qemuvm/*.c ssh-helper/*.c cli/*.c cli/*/*.c)
SCRIPTS := install.sh $(wildcard .ci/run tests/run tests/releases tests/lint/layers tests/*/run tests/*/*.sh tests/guest/build completions/*.bash picture/record \
	$(filter-out %.c %.h,$(wildcard tests/bench/*)) \
	tests/guest/demo tests/guest/init)
lint: $(PAGES) $(MODULE)
	$(Q)tests/lint/layers $(MODULE).map
	$(Q)clang-tidy --quiet $(SOURCES) -- $(ALL_CPPFLAGS) -std=c11
	$(Q)shellcheck -x $(wildcard $(SCRIPTS))
	$(Q)$(if $(PAGES),mandoc -T lint -W warning $(PAGES))
format:
	$(Q)clang-format -i $$(git ls-files '*.c' '*.h')

# -C: what is there already and the same stays untouched.
INSTALL ?= install -C
TMPFILES := $(PREFIX)/lib/tmpfiles.d/qemuvm.conf
SSH_DROP_IN := $(SYSCONFDIR)/ssh/ssh_config.d/40-qemuvm.conf
PAGE_PATHS = $(foreach page,$(notdir $(PAGES)),$(MANDIR)/man$(subst .,,$(suffix $(page)))/$(page))
# FILE:WHERE, as each shell wants it.
COMPLETIONS := qemuvm.bash:$(BASHDIR)/qemuvm hosts.bash:$(SYSCONFDIR)/bash_completion.d/qemuvm-hosts \
	_qemuvm:$(ZSHDIR)/_qemuvm _qemuvm_hosts:$(ZSHDIR)/_qemuvm_hosts \
	qemuvm.fish:$(FISHDIR)/vendor_completions.d/qemuvm.fish \
	hosts.fish:$(FISHDIR)/vendor_conf.d/qemuvm-hosts.fish
completion_file = $(firstword $(subst :, ,$(1)))
completion_path = $(lastword $(subst :, ,$(1)))
INSTALLED := $(LIBDIR)/libnss_qemuvm.so.2 $(BINDIR)/qemuvm $(LIBEXECDIR)/qemuvm/ssh-helper \
	$(TMPFILES) $(SSH_DROP_IN) $(PAGE_PATHS) \
	$(foreach completion,$(COMPLETIONS),$(call completion_path,$(completion)))

install: all
	$(Q)$(INSTALL) -D -m 644 $(MODULE) $(DESTDIR)$(LIBDIR)/libnss_qemuvm.so.2
	$(Q)$(INSTALL) -D -m 755 $(B)/qemuvm $(DESTDIR)$(BINDIR)/qemuvm
	$(Q)$(INSTALL) -D -m 755 $(B)/ssh-helper $(DESTDIR)$(LIBEXECDIR)/qemuvm/ssh-helper
	$(Q)$(INSTALL) -D -m 644 packages/qemuvm.tmpfiles $(DESTDIR)$(TMPFILES)
	$(Q)test -e $(DESTDIR)$(SYSCONFDIR)/qemuvm.conf || \
		$(INSTALL) -D -m 644 $(B)/qemuvm.conf $(DESTDIR)$(SYSCONFDIR)/qemuvm.conf
	$(if $(NO_SSH),,$(Q)$(INSTALL) -D -m 644 $(DROP_IN) $(DESTDIR)$(SSH_DROP_IN))
	$(Q)$(foreach path,$(PAGE_PATHS),$(INSTALL) -D -m 644 $(B)/man/$(notdir $(path)) \
		$(DESTDIR)$(path) &&) true
	$(Q)$(foreach completion,$(COMPLETIONS),$(INSTALL) -D -m 644 \
		completions/$(call completion_file,$(completion)) \
		$(DESTDIR)$(call completion_path,$(completion)) &&) true

# A configuration that somebody wrote stays.
uninstall: $(B)/qemuvm.conf
	$(Q)rm -f $(addprefix $(DESTDIR),$(INSTALLED))
	$(Q)conf=$(DESTDIR)$(SYSCONFDIR)/qemuvm.conf; test ! -e $$conf || \
		if cmp -s $(B)/qemuvm.conf $$conf; then rm -f $$conf; \
		else echo "$$conf was changed: it stays"; fi
	$(Q)test ! -d $(DESTDIR)$(LIBEXECDIR)/qemuvm || rmdir $(DESTDIR)$(LIBEXECDIR)/qemuvm

clean:
	$(Q)rm -rf $(B)

-include $(shell find $(B)/obj -name '*.d' 2>/dev/null)
