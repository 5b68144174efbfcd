# SPDX-License-Identifier: GPL-2.0-or-later
#
# Shared by tests/ and fuzz/: how a program is made from its own source file
# and the files named in its "links:" line. All paths are relative to
# userspace/, objects go to $(BUILD)/obj/.

PKGS := $(foreach p,libnl-3.0 libnl-genl-3.0 libnl-route-3.0 json-c openssl \
	libgsasl libcurl libuv sqlite3 inih zlib libacl libsystemd libtelnet \
	libmicrohttpd,\
	$(if $(filter clean,$(MAKECMDGOALS)),,\
	$(shell $(PKG_CONFIG) --exists $(p) && echo $(p))))
ifneq ($(strip $(PKGS)),)
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS))
PKG_LIBS := $(shell $(PKG_CONFIG) --libs $(PKGS))
endif

CFLAGS ?= -O1 -g
# our headers first
cppflags := -D_GNU_SOURCE -DSEHUB_VERSION='"test"' \
	$(if $(wildcard ../include),-I../include) -I../../include/uapi \
	-I../../kernel -I.. -I../lib -I../transportd -I../sehubctl -I../tests \
	$(patsubst -I%,-isystem %,$(PKG_CFLAGS)) $(CPPFLAGS)
cflags := -std=gnu11 -Wall -Wextra -Wshadow -Wmissing-prototypes -Werror \
	-fno-omit-frame-pointer -fsanitize=$(SANITIZE) \
	-fno-sanitize-recover=all -pthread $(CFLAGS)
LDLIBS += -Wl,--as-needed $(PKG_LIBS)

# $(1): a program's source without .c; what it links, without .c
links = $(basename $(or \
	$(strip $(shell sed -n 's,^ \* links: *,,p' ../$(1).c)),\
	$(call namesake,$(lastword $(subst _, ,$(notdir $(1)))))))
namesake = $(patsubst ../%,%,$(firstword $(wildcard ../../kernel/$(1).c \
	../transportd/$(1).c ../lib/$(1).c ../sehubctl/$(1).c)))
# kernel/ is beside userspace/, not in it
object = $(patsubst %,$(BUILD)/obj/%.o,$(subst ../,top/,$(1)))

define program
$(1): $(call object,$(2) $(call links,$(2)) tests/shim)
OBJS += $(call object,$(2) $(call links,$(2)) tests/shim)
endef

$(BUILD)/test_% $(BUILD)/fuzz_%:
	$(call say,LD,$(notdir $@))
	$(Q)$(CC) $(cflags) $(ldflags) -o $@ $^ $(LDLIBS)

# the names of the kernel that its pure files use
$(BUILD)/obj/top/%.o $(BUILD)/obj/tests/%.o $(BUILD)/obj/fuzz/%.o: \
	shim := -I../shim

compile = mkdir -p $(@D) && $(CC) $(shim) $(cppflags) $(cflags) -MMD -MP -c -o $@ $<

$(BUILD)/obj/top/%.o: ../../%.c $(BUILD)/.flags
	$(call say,CC,$*.c)
	$(Q)$(compile)

$(BUILD)/obj/%.o: ../%.c $(BUILD)/.flags
	$(call say,CC,userspace/$*.c)
	$(Q)$(compile)

# other flags than the last time: everything is compiled anew
flags = $(subst ','\'',$(CC) $(cppflags) $(cflags))
$(BUILD)/.flags: FORCE
	$(Q)mkdir -p $(@D) && printf '%s\n' '$(flags)' | cmp -s - $@ || \
		printf '%s\n' '$(flags)' >$@

FORCE:
.PHONY: FORCE
.DELETE_ON_ERROR:
.SECONDARY:

-include $(shell find $(BUILD)/obj -name '*.d' 2>/dev/null)
