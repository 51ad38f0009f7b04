#include <algorithm>
#include <cstring>
#include <string>
extern "C" char *apply(const char *text) { std::string s(text); std::reverse(s.begin(), s.end()); return strdup(s.c_str()); }
