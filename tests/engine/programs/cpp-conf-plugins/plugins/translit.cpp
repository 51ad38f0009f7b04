#include <memory>
#include "core.hpp"
#include <stdexcept>
#include <unicode/translit.h>
struct Translit : Filter {
  std::string id;
  Translit(const Options &o) : id(opt(o, "id", "Any-Latin; Latin-ASCII")) {}
  std::string apply(const std::string &s) override {
    UErrorCode e = U_ZERO_ERROR;
    std::unique_ptr<icu::Transliterator> t(icu::Transliterator::createInstance(icu::UnicodeString::fromUTF8(id), UTRANS_FORWARD, e));
    if (U_FAILURE(e)) throw std::runtime_error(u_errorName(e));
    auto u = icu::UnicodeString::fromUTF8(s); t->transliterate(u); std::string r; return u.toUTF8String(r);
  }
};
PLUGIN(Translit)
