/* Runs of plain tar headers, read quickly. __init__.py says what scan() gives, and tar.py has the walk.
 *
 * Nothing here decides what a header means: whatever is not entirely plain (extension headers, unusual names or numbers, a
 * header that is cut off) ends the run, and the walk in Python takes it from there. All reads stay within the given view, all
 * writes within memory that is sized for the largest run.
 */
#include <Python.h>

#include <stdint.h>
#include <string.h>

enum { BLOCK = 512, NAME = 100, PREFIX = 155, PATH = PREFIX + 1 + NAME + 1, LINK = NAME + 1, MOST_ROWS = 256 };
enum { REGULAR, DIRECTORY, SYMLINK, HARDLINK, DEVICE, FIFO };

typedef struct {
    Py_ssize_t count, names_size, links_size, breaks_count, wanted_count;
    uint64_t sizes[MOST_ROWS], offsets[MOST_ROWS], users[MOST_ROWS], groups[MOST_ROWS];
    int64_t times[MOST_ROWS];
    uint16_t modes[MOST_ROWS];
    uint32_t breaks[MOST_ROWS], wanted[MOST_ROWS];
    char kinds[MOST_ROWS];
    char names[MOST_ROWS * PATH], links[MOST_ROWS * LINK];
    const char *directory; /* of the row before */
    size_t directory_size;
} Run;

/* An octal number of exactly `digits` digits; -1 when the field holds anything else. */
static int64_t octal(const unsigned char *field, int digits)
{
    int64_t value = 0;
    for (int place = 0; place < digits; place++) {
        if (field[place] < '0' || field[place] > '7')
            return -1;
        value = value << 3 | (field[place] - '0');
    }
    return value;
}

/* Whether a byte ends a number, as NUL and the space do. */
static int ends(unsigned char byte)
{
    return byte == 0 || byte == ' ';
}

/* As octal(), for a field whose last byte ends the number. */
static int64_t ended(const unsigned char *field, int size)
{
    return ends(field[size - 1]) ? octal(field, size - 1) : -1;
}

/* Whether the header's checksum is that of its bytes, with spaces in the checksum's own place. */
static int is_sound(const unsigned char *header)
{
    const uint64_t even = 0x00ff00ff00ff00ff;
    uint64_t pairs = 0, word; /* four sums of 16 bits: 64 times two bytes fit each */
    for (int at = 0; at < BLOCK; at += 8) {
        memcpy(&word, header + at, 8);
        pairs += (word & even) + (word >> 8 & even);
    }
    int64_t sum = (int64_t)((pairs & 0xffff) + (pairs >> 16 & 0xffff) + (pairs >> 32 & 0xffff) + (pairs >> 48)) + 8 * ' ';
    for (int at = 148; at < 156; at++)
        sum -= header[at];
    return octal(header + 148, 6) == sum && ends(header[154]) && ends(header[155]);
}

static int kind_of(unsigned char flag)
{
    switch (flag) {
    case '0': return REGULAR;
    case '1': return HARDLINK;
    case '2': return SYMLINK;
    case '3': case '4': return DEVICE;
    case '5': return DIRECTORY;
    case '6': return FIFO;
    default: return -1;
    }
}

/* Copies a field up to its first NUL and returns its length, or -1 when there is more after the NUL. */
static Py_ssize_t text(const unsigned char *field, size_t size, char *target)
{
    const unsigned char *end = memchr(field, 0, size);
    size_t length = end ? (size_t)(end - field) : size;
    for (size_t rest = length; rest < size; rest++)
        if (field[rest])
            return -1;
    memcpy(target, field, length);
    return (Py_ssize_t)length;
}

/* Whether a path is as the index keeps it: no empty, ".", ".." or whiteout component. `last` becomes where its name begins. */
static int is_clean(const char *path, size_t size, size_t *last)
{
    size_t start = 0;
    for (;;) {
        const char *slash = memchr(path + start, '/', size - start);
        size_t end = slash ? (size_t)(slash - path) : size, length = end - start;
        const char *part = path + start;
        if (length == 0 || (part[0] == '.' && (length == 1 || (length == 2 && part[1] == '.'))))
            return 0;
        if (length >= 4 && memcmp(part, ".wh.", 4) == 0)
            return 0;
        if (!slash) {
            *last = start;
            return 1;
        }
        start = end + 1;
    }
}

/* The entry's path, cleaned, at the end of the run's names; its length, or -1 when it is no plain path. */
static Py_ssize_t path_of(Run *run, const unsigned char *header, size_t *last)
{
    char *path = run->names + run->names_size;
    Py_ssize_t before = 0, length;
    if (header[345] && header[262] == 0) {
        if ((before = text(header + 345, PREFIX, path)) < 0)
            return -1;
        path[before++] = '/';
    }
    if ((length = text(header, NAME, path + before)) < 0)
        return -1;
    length += before;
    if (length > 2 && path[0] == '.' && path[1] == '/')
        memmove(path, path + 2, (size_t)(length -= 2));
    while (length > 0 && path[length - 1] == '/')
        length--;
    return length > 0 && is_clean(path, (size_t)length, last) ? length : -1;
}

/* Whether a file's name is one of those whose content may be asked for: by its last four bytes, or by what is in it. */
static int is_wanted(const char *path, size_t size, size_t last, const uint32_t *tails, Py_ssize_t count)
{
    if (size - last <= 4 || path[0] == '.')
        return 1;
    uint32_t tail;
    memcpy(&tail, path + size - 4, 4);
    for (Py_ssize_t low = 0, high = count; low < high;) {
        Py_ssize_t middle = low + (high - low) / 2;
        if (tails[middle] == tail)
            return 1;
        if (tails[middle] < tail)
            low = middle + 1;
        else
            high = middle;
    }
    const char *end = path + size;
    for (const char *dot = memchr(path, '.', size); dot; dot = memchr(dot + 1, '.', (size_t)(end - dot - 1))) {
        if (dot[-1] == '/' || (end - dot > 2 && ((dot[1] == 's' && dot[2] == 'o') || (dot[1] == 'd' && dot[2] == '/'))))
            return 1;
    }
    return 0;
}

/* Adds the entry of one header; 0 when it is not plain. */
static int add(Run *run, const unsigned char *header, uint64_t content, uint64_t *stored, const uint32_t *tails,
               Py_ssize_t tail_count)
{
    int kind = kind_of(header[156]);
    int64_t mode = ended(header + 100, 8), user = ended(header + 108, 8), group = ended(header + 116, 8);
    int64_t size = ended(header + 124, 12), time = ended(header + 136, 12);
    if (kind < 0 || memcmp(header + 257, "ustar", 5) || (header[262] != 0 && header[262] != ' '))
        return 0;
    if (mode < 0 || user < 0 || group < 0 || size < 0 || time < 0 || !is_sound(header))
        return 0;
    size_t last = 0;
    Py_ssize_t length = path_of(run, header, &last), linked = 0;
    if (length < 0)
        return 0;
    if (kind == SYMLINK || kind == HARDLINK) {
        char *link = run->links + run->links_size;
        if ((linked = text(header + 157, NAME, link)) <= 0)
            return 0;
        link[linked++] = 0;
    }
    char *path = run->names + run->names_size;
    Py_ssize_t row = run->count++;
    path[length] = 0;
    if (row == 0 || last != run->directory_size || memcmp(path, run->directory, last))
        run->breaks[run->breaks_count++] = (uint32_t)row;
    run->directory = path, run->directory_size = last;
    run->names_size += length + 1, run->links_size += linked;
    *stored = kind == REGULAR ? (uint64_t)size : 0;
    run->kinds[row] = (char)kind, run->sizes[row] = *stored, run->offsets[row] = content;
    run->modes[row] = (uint16_t)(mode & 07777), run->users[row] = (uint64_t)user, run->groups[row] = (uint64_t)group;
    run->times[row] = time;
    if (tail_count && *stored && is_wanted(path, (size_t)length, last, tails, tail_count))
        run->wanted[run->wanted_count++] = (uint32_t)row;
    return 1;
}

/* Formats with a length, "y#", would not do: compiled with Python 3.13 or later they fail in 3.11 and 3.12. */
static PyObject *bytes(const void *start, Py_ssize_t size)
{
    return PyBytes_FromStringAndSize(start, size);
}

static PyObject *result(const Run *run, Py_ssize_t position)
{
    Py_ssize_t count = run->count, wide = count * 8;
    return Py_BuildValue("nNNNNNNNNNNN", position, bytes(run->names, run->names_size), bytes(run->kinds, count),
                         bytes(run->sizes, wide), bytes(run->offsets, wide), bytes(run->modes, count * 2),
                         bytes(run->users, wide), bytes(run->groups, wide), bytes(run->times, wide),
                         bytes(run->links, run->links_size), bytes(run->breaks, run->breaks_count * 4),
                         bytes(run->wanted, run->wanted_count * 4));
}

static PyObject *scan(PyObject *module, PyObject *arguments)
{
    Py_buffer view, tails;
    Py_ssize_t position;
    unsigned long long base;
    (void)module;
    if (!PyArg_ParseTuple(arguments, "y*nKy*", &view, &position, &base, &tails))
        return NULL;
    PyObject *found = NULL;
    Run *run = PyMem_Malloc(sizeof *run);
    if (!run) {
        PyErr_NoMemory();
        goto done;
    }
    run->count = run->names_size = run->links_size = run->breaks_count = run->wanted_count = 0;
    while (run->count < MOST_ROWS && position >= 0 && view.len - position >= BLOCK) {
        uint64_t stored, content = base + (uint64_t)position + BLOCK;
        if (!add(run, (const unsigned char *)view.buf + position, content, &stored, tails.buf, tails.len / 4))
            break;
        position += BLOCK + (Py_ssize_t)((stored + BLOCK - 1) / BLOCK * BLOCK);
    }
    found = result(run, position);
done:
    PyMem_Free(run);
    PyBuffer_Release(&view);
    PyBuffer_Release(&tails);
    return found;
}

static PyMethodDef methods[] = {
    {"scan", scan, METH_VARARGS, "Reads a run of plain tar headers."},
    {NULL, NULL, 0, NULL},
};
static struct PyModuleDef module = {PyModuleDef_HEAD_INIT, "_scan", NULL, 0, methods, NULL, NULL, NULL, NULL};

PyMODINIT_FUNC PyInit__scan(void)
{
    return PyModuleDef_Init(&module);
}
