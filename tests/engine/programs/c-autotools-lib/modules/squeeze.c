#include "config.h"
#include "phrase.h"
#include <stdio.h>
#include <string.h>
#include <zlib.h>

int phrase_apply(const char *text, char *out, size_t room) {
    unsigned char packed[2048]; uLongf length = sizeof packed;
    if (compress2(packed, &length, (const Bytef *) text, strlen(text), 9) != Z_OK) return -1;
    snprintf(out, room, "%zu->%lu adler %08lx", strlen(text), length, adler32(adler32(0, NULL, 0), (const Bytef *) text, strlen(text)));
    return 0;
}
