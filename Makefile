# SPDX-License-Identifier: GPL-2.0-or-later
#
# Everything starts here; `make help` shows what there is. Kbuild tells the
# kernel's build system about the module, userspace/ and selftests/ have
# Makefiles of their own.

PREFIX ?= /usr/local
SBINDIR ?= $(PREFIX)/sbin
MANDIR ?= $(PREFIX)/share/man
DESTDIR ?=
export PREFIX SBINDIR MANDIR DESTDIR V

# deferred: the headers may be installed by setup, just before they are needed
KDIR ?= $(shell scripts/headers-dir)

# SETUP=: leaves the machine's packages alone
SETUP ?= scripts/setup -q

JOBS ?= $(shell nproc)
jobs = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(JOBS))

# options of the kernel's build system that are handed on when set
KOPTS := $(foreach v,V W C CF LLVM CC KCFLAGS SEHUB_DEBUG,\
	$(if $($(v)),$(if $(filter command line environment,$(origin $(v))),$(v)='$($(v))')))

all: modules userspace

help:
	@echo 'Build:'
	@echo '  all          module and userspace (the default)'
	@echo '  modules      sehub.ko for the running kernel or the newest headers;'
	@echo '               KDIR=DIR, KERNEL=6.1|6.12|6.12-trixie|7.2, W=1, C=2, LLVM=1'
	@echo '  userspace    sehubctl, sehub-transportd, manuals'
	@echo '  debug        the module with its self-tests'
	@echo '  install      DESTDIR= PREFIX= SBINDIR= MANDIR='
	@echo '  dkms-install the sources of the module for dkms(8), in /usr/src'
	@echo '  deb          Debian packages in build/deb/'
	@echo '  clean        what was built; distclean: fetched kernels too'
	@echo 'Try and test (as root on a Debian machine; needs no module support):'
	@echo '  demo         three machines, one hub, real traffic; KEEP=1 leaves a shell'
	@echo '  check        all of the next five; ends with the counts'
	@echo '  static       style, warnings, documents'
	@echo '  unit         unit tests'
	@echo '  fuzz         fuzzers for FUZZ_SECONDS=60 in all'
	@echo '  native       connections and carriers without the module, over TAP devices'
	@echo '  selftests    switching, sessions, daemon, in a VM; VM_KERNEL=6.12'
	@echo '  guest        the Debian packages in a machine with systemd'
	@echo '  check-matrix build and selftests on 6.1, 6.12 (two) and 7.2;'
	@echo '               KERNELS="6.12 7.2"'
	@echo '  check-debug  selftests on a kernel that looks for mistakes, stress tests'
	@echo '               at length: hours; TESTS="test_fdb stress_*"'
	@echo '  bench        tables in build/bench/'
	@echo '  bench-scale  the same for many hubs, ports and addresses'
	@echo '  bench-carriers  TCP through proxies and SSH, without the module'
	@echo '  bench-loss   TCP over lines that lose packets'
	@echo '  bench-packet-log  lines a second of packet logs in files'
	@echo '  bench-capacity  thousands of sessions, without the module;'
	@echo '               scripts/bench/capacity --vm: with it, in a VM'

setup-userspace:
	@$(SETUP) userspace

setup-build:
	@$(SETUP) build

setup-all:
	@$(SETUP) all

modules: setup-build
ifdef KERNEL
	+scripts/module-build $(KERNEL) $(jobs) $(KOPTS)
else
	+$(MAKE) $(jobs) -C $(KDIR) M=$(CURDIR) modules
endif

debug:
	+$(MAKE) modules SEHUB_DEBUG=1

userspace: setup-userspace
	+$(MAKE) $(jobs) -C userspace

install: all
	$(MAKE) -C $(KDIR) M=$(CURDIR) INSTALL_MOD_PATH=$(DESTDIR) modules_install
	$(MAKE) -C userspace install

# what dkms(8) makes the module from, for each kernel that is there
dkms_version = $(shell sh scripts/version.sh)
DKMSDIR ?= /usr/src/sehub-$(dkms_version)
dkms_files = Kbuild scripts/version.sh $(shell find kernel include -name '*.[ch]' \
	! -name '*.mod.c')

dkms-install:
	@set -e; for file in $(dkms_files); do \
		install -D -m 644 $$file $(DESTDIR)$(DKMSDIR)/$$file; \
	done
	@sed 's,#MODULE_VERSION#,$(dkms_version),' userspace/packaging/dkms.conf \
		>$(DESTDIR)$(DKMSDIR)/dkms.conf

deb: setup-all
	@scripts/deb

demo: setup-all modules userspace
	@KEEP='$(KEEP)' scripts/demo

bench: setup-all modules userspace
	@scripts/bench/run

bench-scale: setup-all modules
	@scripts/bench/scale

bench-carriers: setup-all userspace
	@$(MAKE) -s -C selftests
	@scripts/bench/carriers

bench-loss: setup-all userspace
	@$(MAKE) -s -C selftests
	@scripts/bench/loss

bench-packet-log: setup-all modules userspace
	@scripts/bench/packet-log

bench-capacity: setup-all userspace
	@$(MAKE) -s -C selftests
	@scripts/bench/capacity

check: setup-all
	@scripts/check

static unit fuzz native selftests guest check-matrix check-debug: setup-all
	@VM_KERNEL='$(VM_KERNEL)' scripts/check $@

clean:
	rm -rf build/modules build/static build/check
	rm -f sehub.ko sehub.o sehub.mod sehub.mod.c sehub.mod.o *.symvers \
		modules.order .*.cmd .*.o
	find kernel -name '*.o' -delete -o -name '.*.cmd' -delete
	$(MAKE) -C userspace clean
	[ ! -f selftests/Makefile ] || $(MAKE) -C selftests clean

distclean: clean
	rm -rf build

.PHONY: all help setup-userspace setup-build setup-all modules debug userspace \
	install dkms-install deb demo bench bench-scale bench-carriers bench-loss \
	bench-capacity bench-packet-log check static unit \
	fuzz native selftests guest check-matrix check-debug clean distclean
