#include "core.h"
#include <cstdlib>
#include <cstring>
extern "C" char *apply(const char *text) { return strdup(upper(text, "tr").c_str()); }
