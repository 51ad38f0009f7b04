#include "core.h"
#include <curl/curl.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <unicode/numfmt.h>
#include <unicode/unistr.h>
static size_t take(char *data, size_t size, size_t n, void *to) { static_cast<std::string *>(to)->append(data, size * n); return size * n; }
std::string fetch(const std::string &url) {
  std::string body; CURL *c = curl_easy_init();
  curl_easy_setopt(c, CURLOPT_URL, url.c_str()); curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take); curl_easy_setopt(c, CURLOPT_WRITEDATA, &body); curl_easy_setopt(c, CURLOPT_TIMEOUT, 10L);
  CURLcode code = curl_easy_perform(c); curl_easy_cleanup(c);
  return code ? std::string("curl: ") + curl_easy_strerror(code) : body;
}
std::string pq(const std::string &info) {
  char *error = nullptr; PQconninfoOption *all = PQconninfoParse(info.c_str(), &error); json_t *out = json_object();
  if (!all) json_object_set_new(out, "error", json_string("bad"));
  else for (auto *o = all; o->keyword; o++) if (o->val) json_object_set_new(out, o->keyword, json_string(o->val));
  PGconn *c = PQconnectdb("host=127.0.0.1 port=9199 connect_timeout=2 dbname=x user=y sslmode=disable");
  json_object_set_new(out, "connected", json_boolean(PQstatus(c) == CONNECTION_OK)); PQfinish(c);
  char *text = json_dumps(out, JSON_SORT_KEYS); std::string s = text; free(text); json_decref(out); if (all) PQconninfoFree(all); return s;
}
std::string number(double n, const std::string &locale) {
  UErrorCode code = U_ZERO_ERROR; icu::NumberFormat *f = icu::NumberFormat::createCurrencyInstance(icu::Locale(locale.c_str()), code);
  if (U_FAILURE(code)) return u_errorName(code);
  icu::UnicodeString s; f->format(n, s); delete f; std::string out; s.toUTF8String(out); return out;
}
std::string upper(const std::string &text, const std::string &locale) { std::string out; icu::UnicodeString::fromUTF8(text).toUpper(icu::Locale(locale.c_str())).toUTF8String(out); return out; }
