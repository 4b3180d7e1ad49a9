/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_MONITOR_TEXT_H
#define QEMUVM_MONITOR_TEXT_H

#include "qemu/vm.h"

/*
 * What the monitor's commands print, put into struct vm. Lines that are malformed are skipped; ids
 * and names hold whatever QEMU was given.
 */

/* `info usernet` (slirp's slirp_connection_info()): the TCP forwards. */
void monitor_read_usernet(struct vm *vm, const char *text);

/* `info network` (net/net.c, hmp_info_network()): NICs that are not known yet, with their MACs and
 * what is behind each. */
void monitor_read_network(struct vm *vm, const char *text);

/* `info name` and `info uuid`: one line each, which is empty, or an UUID of zeros, where there is
 * none. */
void monitor_read_name(struct vm *vm, const char *text);
void monitor_read_uuid(struct vm *vm, const char *text);

/* `info qtree` (system/qdev-monitor.c): the cid of a vsock device. */
void monitor_read_qtree(struct vm *vm, const char *text);

/* The same, of a virtual serial port by its name (hw/char/virtio-serial-bus.c,
 * virtser_bus_dev_print()): has the guest opened it? 1, 0, or -ENOENT. */
int monitor_read_port(const char *text, const char *name);

#endif
