#include "core.hpp"
#include <INIReader.h>
#include <clocale>
#include <cstring>
#include <ctime>
#include <dirent.h>
#include <dlfcn.h>
#include <iostream>
#include <iterator>
#include <libintl.h>
#include <memory>
#include <set>
#include <sstream>
#define _(s) gettext(s)

static std::string dir_of(const INIReader &ini) { return ini.Get("main", "plugins", PLUGINDIR); }

int main(int argc, char **argv) try {
  if (!setlocale(LC_ALL, "")) std::cerr << "locale not usable\n";
  bindtextdomain("transcribe", LOCALEDIR);
  textdomain("transcribe");
  std::string conf = "/etc/transcribe.conf";
  int i = 1;
  if (i + 1 < argc && std::string(argv[i]) == "-c") conf = argv[i + 1], i += 2;
  INIReader ini(conf);
  if (ini.ParseError()) { std::cerr << _("cannot read the configuration") << ": " << conf << "\n"; return 2; }
  std::string cmd = i < argc ? argv[i++] : "help";
  if (cmd == "help") { std::cout << _("Usage: transcribe [-c FILE] list|run|now|sort TEXT...") << "\n"; return 0; }
  if (cmd == "list") {
    std::set<std::string> names;
    if (DIR *d = opendir(dir_of(ini).c_str())) { while (auto *e = readdir(d)) if (e->d_name[0] != '.') names.insert(e->d_name); closedir(d); }
    for (auto &n : names) std::cout << n << "\n";
    std::cout << names.size() << " " << ngettext("plugin", "plugins", names.size()) << "\n";
    return names.empty();
  }
  if (cmd == "now") {
    time_t t = 1709287200; char b[200];
    strftime(b, sizeof b, "%A %d %B %Y, %x %H:%M %Z", localtime(&t));
    std::cout << b << "\n"; std::cout.imbue(std::locale("")); std::cout << std::fixed << 1234567.5 << "\n";
    return 0;
  }
  if (cmd == "sort") {
    auto less = [](const std::string &a, const std::string &b) { return strcoll(a.c_str(), b.c_str()) < 0; };
    std::multiset<std::string, decltype(less)> s(less);
    for (; i < argc; i++) s.insert(argv[i]);
    for (auto &x : s) std::cout << x << " ";
    std::cout << "\n";
    return 0;
  }
  if (cmd != "run") { std::cerr << _("unknown command") << ": " << cmd << "\n"; return 64; }
  std::string text;
  for (; i < argc; i++) text += (text.empty() ? "" : " ") + std::string(argv[i]);
  if (text.empty()) text.assign(std::istreambuf_iterator<char>(std::cin), {});
  std::istringstream chain(ini.Get("main", "chain", ""));
  for (std::string name; chain >> name;) {
    void *h = dlopen((dir_of(ini) + "/" + name + ".plug").c_str(), RTLD_NOW);
    if (!h) { std::cerr << _("cannot load") << ": " << name << "\n"; if (ini.GetBoolean("main", "strict", true)) return 3; continue; }
    auto make = (Filter * (*)(const Options &)) dlsym(h, "make_filter");
    Options o;
    for (auto k : {"from", "to", "pattern", "with", "id"}) if (ini.HasValue(name, k)) o[k] = ini.Get(name, k, "");
    text = std::unique_ptr<Filter>(make(o))->apply(text);
  }
  std::cout << text << "\n";
} catch (const std::exception &e) { std::cerr << _("failed") << ": " << e.what() << "\n"; return 70; }
