#include <cstdio>
#include "core.hpp"
#include <iconv.h>
#include <stdexcept>
struct Iconv : Filter {
  std::string from, to;
  Iconv(const Options &o) : from(opt(o, "from", "UTF-8")), to(opt(o, "to", "ISO-8859-15")) {}
  std::string apply(const std::string &s) override {
    iconv_t c = iconv_open(to.c_str(), from.c_str());
    if (c == (iconv_t)-1) throw std::runtime_error("no conversion " + from + " -> " + to);
    std::string in = s, out(s.size() * 6 + 32, 0); char *i = in.data(), *o = out.data(); size_t il = in.size(), ol = out.size();
    if (iconv(c, &i, &il, &o, &ol) == (size_t)-1) throw std::runtime_error("bad input");
    iconv(c, nullptr, nullptr, &o, &ol);
    out.resize(out.size() - ol); std::string hex; char b[3];
    for (unsigned char ch : out) { snprintf(b, 3, "%02x", ch); hex += b; }
    return hex;
  }
};
PLUGIN(Iconv)
