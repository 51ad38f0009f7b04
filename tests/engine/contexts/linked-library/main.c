/* Prints a checksum that a shared library makes. */
#include <stdio.h>

extern unsigned long crc32(unsigned long before, const unsigned char *text, unsigned int length);

int main(void) {
    printf("%08lx\n", crc32(0, (const unsigned char *)"layers", 6));
    return 0;
}
