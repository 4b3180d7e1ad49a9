/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_FDPASS_H
#define QEMUVM_FDPASS_H

/*
 * Hands a connection to ssh, which set ProxyUseFdpass: passes fd over socket, with the one byte
 * that ssh waits for (monitor_fdpass.c, mm_receive_fd()). Nothing of ours stays in the data path.
 * 0 or a negative errno.
 */
int fdpass_send(int socket, int fd);

#endif
