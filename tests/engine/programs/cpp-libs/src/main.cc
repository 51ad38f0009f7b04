#include "core.h"
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <iostream>
#include <libconfig.h++>
#include <map>
#include <microhttpd.h>
#include <sstream>
#include <unistd.h>
static libconfig::Config config;
static std::map<std::string, char *(*)(const char *)> plugins;
static std::string slurp(const std::string &path) { std::ifstream in(path); std::stringstream s; s << in.rdbuf(); return in ? s.str() : ""; }
static MHD_Result answer(void *, MHD_Connection *c, const char *url, const char *, const char *, const char *, size_t *, void **) {
  std::string path = url, body, type = "text/plain; charset=utf-8"; unsigned code = 200;
  auto arg = [&](const char *k, const char *other) { const char *v = MHD_lookup_connection_value(c, MHD_GET_ARGUMENT_KIND, k); return std::string(v ? v : other); };
  if (path == "/") { body = slurp(std::string(config.lookup("gateway.share").c_str()) + "/index.html"); type = "text/html"; }
  else if (path == "/self") body = fetch("http://localhost:9110/number?locale=de_DE");
  else if (path == "/file") body = fetch(std::string("file://") + config.lookup("gateway.share").c_str() + "/data.txt");
  else if (path == "/number") body = number(1234567.891, arg("locale", "en_US"));
  else if (path == "/pq") { body = pq(config.lookup("gateway.database").c_str()); type = "application/json"; }
  else if (path.rfind("/plugin/", 0) == 0 && plugins.count(path.substr(8))) { char *s = plugins[path.substr(8)](arg("text", "title").c_str()); body = s; free(s); }
  else { code = 404; body = "none\n"; }
  auto *r = MHD_create_response_from_buffer(body.size(), (void *)body.data(), MHD_RESPMEM_MUST_COPY);
  MHD_add_response_header(r, "Content-Type", type.c_str()); auto done = MHD_queue_response(c, code, r); MHD_destroy_response(r); return done;
}
int main(int argc, char **argv) {
  const char *path = getenv("GATEWAY_CONFIG"); signal(SIGTERM, [](int) { _exit(0); });
  try { config.setIncludeDir("/etc/gateway"); config.readFile(path ? path : "/etc/gateway/gateway.conf"); }
  catch (const std::exception &e) { std::cerr << "config: " << e.what() << "\n"; return 1; }
  const auto &names = config.lookup("gateway.plugins");
  for (int i = 0; i < names.getLength(); i++) {
    std::string name = names[i].c_str(), file = std::string("/usr/local/lib/gateway/") + name + ".so";
    void *h = dlopen(file.c_str(), RTLD_NOW); if (!h) { std::cerr << dlerror() << "\n"; return 2; }
    plugins[name] = (char *(*)(const char *))dlsym(h, "apply");
  }
  auto *d = MHD_start_daemon(MHD_USE_THREAD_PER_CONNECTION | MHD_USE_INTERNAL_POLLING_THREAD, (int)config.lookup("gateway.port"), nullptr, nullptr, answer, nullptr, MHD_OPTION_END);
  if (!d) return 3;
  pause();
}
