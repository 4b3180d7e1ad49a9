/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_HANDOVER_H
#define QEMUVM_HANDOVER_H

/*
 * Hands a connection to ssh. With ProxyUseFdpass its end is a socket, over which the connection's
 * descriptor is passed, so that nothing of ours stays in the data path; else bytes are relayed
 * until both sides have ended.
 */

/* Passes fd over socket, with the one byte that ssh waits for (monitor_fdpass.c, mm_receive_fd()).
 * 0 or a negative errno. */
int handover_pass(int socket, int fd);

/*
 * Relays between in and out (pipes of ssh's, or one socket) and fd, each direction to its own end:
 * an end of file is passed on as one, and no byte before it is lost. fd is non-blocking; in and out
 * are made so. 0 or a negative errno.
 */
int handover_relay(int in, int out, int fd);

#endif
