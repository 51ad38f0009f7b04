#include "config.h"
#include "phrase.h"
#include <string.h>

int phrase_apply(const char *text, char *out, size_t room) {
    size_t n = strlen(text);
    if (n >= room) return -1;
    for (size_t i = 0; i < n; i++) out[i] = text[n - 1 - i];
    out[n] = 0;
    return 0;
}
