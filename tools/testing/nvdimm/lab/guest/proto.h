/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The pmem lab - how a scenario, init and the host talk.
 *
 * init owns the control line (the second serial port).  The host sends lines
 *	run NAME	start a scenario
 *	sh COMMAND	run a shell command
 *	shell		start an interactive shell on the console
 *	ack TEXT	answer to the last request; "ack !TEXT" refuses it
 * and init sends
 *	ready		booted, may be cloned now
 *	req TEXT	a scenario asks for something, e.g. a machine check
 *	note TEXT	a diagnostic
 *	pass | fail TEXT | skip TEXT	the end of the scenario
 *	out TEXT	a line that the shell command has printed
 *	exit N		its end: the status, 128 + N when signal N killed it
 *
 * A scenario talks to init through a pipe (lines as above) and a shared page,
 * because it must be able to wait for an answer in user mode, without a
 * system call.
 */
#ifndef LAB_PROTO_H
#define LAB_PROTO_H

struct lab_shared {
	volatile unsigned int acks;	/* answers so far; written by init only */
	char text[240];			/* the last one */
};

extern struct lab_shared *lab_shared;
extern int lab_pipe;			/* scenario -> init */

/* The commands of an interactive shell; called when this is not process 1. */
int lab_shell(int argc, char **argv);

#define LAB_CONTROL	"/dev/ttyS1"

#endif
