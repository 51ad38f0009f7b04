#include "config.h"
#include "phrase.h"
#include <iconv.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct phrases { size_t count; struct { char *key, *text; } *one; };

struct phrases *phrases_open(const char *path) {
    FILE *file = fopen(path, "r");
    if (!file) return NULL;
    struct phrases *all = calloc(1, sizeof *all);
    char *line = NULL; size_t room = 0; ssize_t length;
    while ((length = getline(&line, &room, file)) > 0) {
        if (line[length - 1] == '\n') line[length - 1] = 0;
        char *colon = strchr(line, ':');
        if (line[0] == '#' || !colon) continue;
        *colon++ = 0;
        while (*colon == ' ') colon++;
        all->one = realloc(all->one, (all->count + 1) * sizeof *all->one);
        all->one[all->count].key = strdup(line);
        all->one[all->count++].text = strdup(colon);
    }
    free(line); fclose(file);
    return all;
}

const char *phrases_find(const struct phrases *all, const char *key) {
    for (size_t i = 0; i < all->count; i++) if (!strcmp(all->one[i].key, key)) return all->one[i].text;
    return NULL;
}

size_t phrases_count(const struct phrases *all) { return all->count; }

void phrases_close(struct phrases *all) {
    if (!all) return;
    for (size_t i = 0; i < all->count; i++) { free(all->one[i].key); free(all->one[i].text); }
    free(all->one); free(all);
}

int phrase_encode(const char *text, const char *encoding, unsigned char *out, size_t room) {
    iconv_t to = iconv_open(encoding, "UTF-8");
    if (to == (iconv_t) -1) return -1;
    char *in = (char *) text, *at = (char *) out; size_t left = strlen(text), free_ = room;
    size_t done = iconv(to, &in, &left, &at, &free_);
    if (done != (size_t) -1) done = iconv(to, NULL, NULL, &at, &free_);
    iconv_close(to);
    return done == (size_t) -1 ? -2 : (int) (room - free_);
}
