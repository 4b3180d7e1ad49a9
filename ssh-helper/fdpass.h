/* SPDX-License-Identifier: MIT */
#ifndef QEMUVM_FDPASS_H
#define QEMUVM_FDPASS_H

/*
 * Passes the connection fd to ssh over socket (ProxyUseFdpass), with the one byte that ssh waits
 * for (monitor_fdpass.c, mm_receive_fd()). The helper can then end: it is not in the data path.
 * 0 or a negative errno.
 */
int fdpass_send(int socket, int fd);

#endif
