#define PCRE2_CODE_UNIT_WIDTH 8
#include "core.hpp"
#include <pcre2.h>
#include <stdexcept>
struct Match : Filter {
  std::string p, w;
  Match(const Options &o) : p(opt(o, "pattern", "\\p{Lu}")), w(opt(o, "with", "<$0>")) {}
  std::string apply(const std::string &s) override {
    int e; PCRE2_SIZE off; auto *re = pcre2_compile((PCRE2_SPTR)p.c_str(), p.size(), PCRE2_UTF | PCRE2_UCP, &e, &off, nullptr);
    if (!re) throw std::runtime_error("pattern");
    std::string out(s.size() * 8 + 64, 0); PCRE2_SIZE n = out.size();
    int r = pcre2_substitute(re, (PCRE2_SPTR)s.c_str(), s.size(), 0, PCRE2_SUBSTITUTE_GLOBAL, nullptr, nullptr, (PCRE2_SPTR)w.c_str(), w.size(), (PCRE2_UCHAR *)out.data(), &n);
    if (r < 0) throw std::runtime_error("substitute");
    out.resize(n); return out;
  }
};
PLUGIN(Match)
