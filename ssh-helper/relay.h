/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_RELAY_H
#define QEMUVM_RELAY_H

/*
 * Relays bytes between ssh, if it does not take a descriptor, and a connection, until both sides
 * have ended: between in and out (pipes of ssh, or one socket) and fd. Each direction ends on its
 * own: an end of file is passed on, and no byte before it is lost. fd is non-blocking; in and out
 * are made so. 0 or a negative errno.
 */
int relay_run(int in, int out, int fd);

#endif
