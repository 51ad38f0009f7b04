#include "core.hpp"
std::string opt(const Options &o, const std::string &k, const std::string &d) { auto i = o.find(k); return i == o.end() ? d : i->second; }
