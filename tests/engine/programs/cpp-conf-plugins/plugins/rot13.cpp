#include "core.hpp"
struct Rot : Filter {
  Rot(const Options &) {}
  std::string apply(const std::string &s) override { std::string r = s; for (auto &c : r) { if (c >= 'a' && c <= 'z') c = 'a' + (c - 'a' + 13) % 26; else if (c >= 'A' && c <= 'Z') c = 'A' + (c - 'A' + 13) % 26; } return r; }
};
PLUGIN(Rot)
