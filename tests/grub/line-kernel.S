# SPDX-License-Identifier: GPL-2.0-or-later
# A file that GRUB loads as a Linux kernel (Documentation/arch/x86/boot.rst, 32-bit boot protocol). It writes its
# command line to the first serial port, between the bytes 2 and 3, and ends QEMU by isa-debug-exit.
        .code32
        .text
        .org 0x1f1
        .byte 1                 # setup_sects
        .org 0x1fe
        .word 0xaa55
        .org 0x200
        .byte 0xeb, 0x66
        .ascii "HdrS"
        .word 0x020c            # version of the protocol
        .org 0x211
        .byte 1                 # loadflags: LOADED_HIGH
        .org 0x214
        .long 0x100000          # code32_start
        .org 0x22c
        .long 0x37ffffff        # initrd_addr_max
        .long 0x1000            # kernel_alignment
        .byte 1                 # relocatable_kernel
        .byte 12                # min_alignment, as a power of two
        .org 0x238
        .long 2047              # cmdline_size
        .org 0x258
        .quad 0x100000          # pref_address
        .long 0x10000           # init_size
        .org 0x400
start:
        mov     0x228(%esi), %ebx       # cmd_line_ptr
        mov     $2, %cl
        call    put
next:
        mov     (%ebx), %cl
        test    %cl, %cl
        jz      end
        call    put
        inc     %ebx
        jmp     next
end:
        mov     $3, %cl
        call    put
        mov     $0xf4, %dx
        out     %al, %dx
stop:
        hlt
        jmp     stop
put:
        mov     $0x3fd, %dx
wait:
        in      %dx, %al
        test    $0x20, %al
        jz      wait
        mov     %cl, %al
        mov     $0x3f8, %dx
        out     %al, %dx
        ret
        .org 0x600
