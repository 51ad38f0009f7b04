#include <cstdlib>
#include "core.hpp"
#include <cwchar>
#include <cwctype>
#include <vector>
struct Upper : Filter {
  Upper(const Options &) {}
  std::string apply(const std::string &s) override {
    std::vector<wchar_t> w(s.size() + 1); size_t n = mbstowcs(w.data(), s.c_str(), w.size());
    if (n == (size_t)-1) return "?" + s;
    for (auto &c : w) c = towupper(c);
    std::vector<char> o(n * 4 + 1); wcstombs(o.data(), w.data(), o.size()); return o.data();
  }
};
PLUGIN(Upper)
