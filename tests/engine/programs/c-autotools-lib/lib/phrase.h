#ifndef PHRASE_H
#define PHRASE_H
#include <stddef.h>

/* A file of phrases, KEY: TEXT a line. */
struct phrases;
struct phrases *phrases_open(const char *path);
const char *phrases_find(const struct phrases *all, const char *key);
size_t phrases_count(const struct phrases *all);
void phrases_close(struct phrases *all);

/* From UTF-8 to another encoding; the number of bytes, or -1 where there is no such encoding. */
int phrase_encode(const char *text, const char *encoding, unsigned char *out, size_t room);

/* What a module in pkglibdir has to have. */
typedef int (*phrase_module)(const char *text, char *out, size_t room);
#endif
