/* SPDX-License-Identifier: MIT */
/*
 * A guest in one sector: an agent on the first serial port, for VMs by the hundred. It answers a
 * sync with its number and every other command with its interfaces, and sleeps in between. Its
 * address is 10.199.100.100 until somebody replaces the digits in the image.
 *
 * gcc -m32 -c, ld -m elf_i386 -Ttext 0x7c00 --oformat binary: the first sector of a floppy.
 */
	.code16
	.globl _start
_start:
	cli
	xor	%ax, %ax
	mov	%ax, %ds
	mov	%ax, %es
	mov	%ax, %ss
	mov	$0x7c00, %sp
	cld
	/* 0x0c: IRQ 4, which does no more than to wake us. */
	movw	$wake, 4 * 0x0c
	movw	$0, 4 * 0x0c + 2
	mov	$0x3f9, %dx		/* interrupt when there is something to read */
	mov	$1, %al
	out	%al, %dx
	mov	$0x3fa, %dx		/* FIFO */
	mov	$0xc7, %al
	out	%al, %dx
	mov	$0x3fc, %dx		/* DTR, RTS, OUT2 */
	mov	$0x0b, %al
	out	%al, %dx
	mov	$0xef, %al		/* IRQ 4 alone: no clock wakes us */
	out	%al, $0x21
line:
	/* A line: the digits of the last number in it go to `number`; %bl: is it a sync? */
	mov	$number, %di
	mov	$0, %bh			/* in a number? */
	movb	$0, is_sync
byte:
	call	get
	cmp	$'\n', %al
	je	answer
	cmp	$'y', %al		/* of guest-sync-delimited; no other command has one */
	jne	1f
	movb	$1, is_sync
1:	cmp	$'0', %al
	jb	not_digit
	cmp	$'9', %al
	ja	not_digit
	test	%bh, %bh
	jnz	2f
	mov	$number, %di
	mov	$1, %bh
2:	cmp	$number + 24, %di
	jae	byte
	stosb
	movb	$0, (%di)
	jmp	byte
not_digit:
	mov	$0, %bh
	jmp	byte

answer:
	mov	$reply, %si
	cmpb	$0, is_sync
	je	3f
	mov	$sync, %si
3:	call	put_text
	mov	$number, %si
	call	put_text
	mov	$end, %si
	cmpb	$0, is_sync
	jne	4f
	mov	$reply_end, %si
4:	call	put_text
	jmp	line

get:	mov	$0x3fd, %dx
5:	cli
	in	%dx, %al
	test	$1, %al
	jnz	6f
	sti
	hlt
	jmp	5b
6:	sti
	mov	$0x3f8, %dx
	in	%dx, %al
	ret

put_text:
	lodsb
	test	%al, %al
	jz	8f
	mov	%al, %ah
	mov	$0x3fd, %dx
7:	in	%dx, %al
	test	$0x20, %al
	jz	7b
	mov	$0x3f8, %dx
	mov	%ah, %al
	out	%al, %dx
	jmp	put_text
8:	ret

wake:	push	%ax
	mov	$0x20, %al
	out	%al, $0x20
	pop	%ax
	iret

sync:	.byte	0xff
	.asciz	"{\"return\":"
end:	.asciz	"}\n"
reply:	.ascii	"{\"return\":[{\"name\":\"eth0\",\"ip-addresses\":[{\"ip-address\":\"10."
	.globl	address
address:
	.ascii	"199.100.100"
	.asciz	"\",\"ip-address-type\":\"ipv4\",\"prefix\":16}]}],\"id\":\""
reply_end:
	.asciz	"\"}\n"
is_sync: .byte	0
	.org	510
	.word	0xaa55
	.set	number, 0x8000
