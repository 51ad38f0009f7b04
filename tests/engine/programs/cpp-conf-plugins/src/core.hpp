#pragma once
#include <map>
#include <string>
using Options = std::map<std::string, std::string>;
struct Filter {
  virtual ~Filter() = default;
  virtual std::string apply(const std::string &) = 0;
};
std::string opt(const Options &, const std::string &key, const std::string &otherwise);
#define PLUGIN(T) extern "C" Filter *make_filter(const Options &o) { return new T(o); }
