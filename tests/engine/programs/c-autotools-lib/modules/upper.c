#include "config.h"
#include "phrase.h"
#include <stdlib.h>
#include <wchar.h>
#include <wctype.h>

/* In the locale's own letters. */
int phrase_apply(const char *text, char *out, size_t room) {
    wchar_t wide[512];
    if (mbstowcs(wide, text, 512) == (size_t) -1) return -1;
    for (wchar_t *c = wide; *c; c++) *c = towupper(*c);
    return wcstombs(out, wide, room) == (size_t) -1 ? -1 : 0;
}
