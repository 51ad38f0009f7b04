#include "config.h"
#include "phrase.h"
#include <arpa/inet.h>
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <libintl.h>
#include <locale.h>
#include <netdb.h>
#include <pwd.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#define _(text) gettext(text)

static struct phrases *config, *phrases;
static const char *config_path = SYSCONFDIR "/phrased.conf";
static volatile sig_atomic_t reload_wanted, stop_wanted;

static void on_signal(int number) { if (number == SIGHUP) reload_wanted = 1; else stop_wanted = number; }
static const char *setting(const char *key, const char *otherwise) { const char *found = phrases_find(config, key); return found ? found : otherwise; }

static int load(void) {
    struct phrases *new_config = phrases_open(config_path);
    if (!new_config) { fprintf(stderr, "phrased: %s: %s\n", config_path, strerror(errno)); return -1; }
    phrases_close(config); config = new_config;
    phrases_close(phrases); phrases = phrases_open(setting("phrases", PKGDATADIR "/phrases.txt"));
    if (!phrases) { fprintf(stderr, "phrased: %s\n", _("no phrases")); return -1; }
    fprintf(stderr, "phrased: %zu %s\n", phrases_count(phrases), _("phrases"));
    return 0;
}

static void module(FILE *out, const char *name, const char *text) {
    char path[512], result[1024];
    snprintf(path, sizeof path, "%s/%s.so", setting("modules", MODULEDIR), name);
    void *handle = strchr(name, '/') ? NULL : dlopen(path, RTLD_NOW);
    phrase_module apply = handle ? (phrase_module) dlsym(handle, "phrase_apply") : NULL;
    if (!apply) { fprintf(out, "- %s: %s\n", _("no such module"), name); if (handle) dlclose(handle); return; }
    if (apply(text, result, sizeof result)) fprintf(out, "- %s\n", _("failed")); else fprintf(out, "+ %s\n", result);
    dlclose(handle);
}

static void answer(FILE *in, FILE *out) {
    char line[600];
    while (fputs("", out), fflush(out), fgets(line, sizeof line, in)) {
        line[strcspn(line, "\r\n")] = 0;
        char *word = strtok(line, " "), *first = strtok(NULL, " "), *rest = strtok(NULL, "");
        if (!word) continue;
        if (!strcmp(word, "quit")) { fprintf(out, "+ %s\n", _("goodbye")); break; }
        else if (!strcmp(word, "say") && first) { const char *text = phrases_find(phrases, first); if (text) { fputs("+ ", out); fprintf(out, text, rest ? rest : "?"); fputc('\n', out); } else fprintf(out, "- %s\n", _("no such phrase")); }
        else if (!strcmp(word, "mod") && first && rest) module(out, first, rest);
        else if (!strcmp(word, "enc") && first && rest) {
            unsigned char bytes[1024]; int n = phrase_encode(rest, first, bytes, sizeof bytes);
            if (n < 0) fprintf(out, "- %s\n", n == -1 ? _("no such encoding") : _("cannot be written so"));
            else { fputs("+", out); for (int i = 0; i < n; i++) fprintf(out, " %02x", bytes[i]); fputc('\n', out); }
        }
        else if (!strcmp(word, "motd")) {
            FILE *motd = fopen(setting("motd", PKGDATADIR "/motd"), "r"); char text[200];
            while (motd && fgets(text, sizeof text, motd)) fprintf(out, "+ %s", text);
            if (motd) fclose(motd); else fprintf(out, "- %s\n", strerror(errno));
        }
        else if (!strcmp(word, "num") && first) fprintf(out, "+ %'.2f\n", atof(first) );
        else if (!strcmp(word, "who")) {
            struct passwd *me = getpwuid(geteuid()); struct group *group = getgrgid(getegid()); char here[256];
            fprintf(out, "+ %s %s %s %s\n", me ? me->pw_name : "?", group ? group->gr_name : "?", me ? me->pw_dir : "?", getcwd(here, sizeof here) ? here : "?");
        }
        else if (!strcmp(word, "open") && first) { FILE *file = fopen(first, "r"); if (file) { fprintf(out, "+ %s\n", _("opened")); fclose(file); } else fprintf(out, "- %s\n", strerror(errno)); }
        else fprintf(out, "- %s: %s\n", _("unknown"), word);
    }
    fflush(out);
}

static int become(const char *name) {
    struct passwd *who = getpwnam(name);
    if (!who) { fprintf(stderr, "phrased: %s: %s\n", _("no such user"), name); return -1; }
    if (geteuid() == 0 && (initgroups(who->pw_name, who->pw_gid) || setgid(who->pw_gid) || setuid(who->pw_uid))) { perror("phrased"); return -1; }
    if (chdir(who->pw_dir)) { fprintf(stderr, "phrased: %s: %s\n", who->pw_dir, strerror(errno)); return -1; }
    return 0;
}

int main(int count, char **words) {
    int option, check = 0;
    setlocale(LC_ALL, ""); setlocale(LC_NUMERIC, getenv("LC_NUMERIC") ? getenv("LC_NUMERIC") : "");
    bindtextdomain(PACKAGE, LOCALEDIR); textdomain(PACKAGE);
    while ((option = getopt(count, words, "f:tV")) != -1) switch (option) {
        case 'f': config_path = optarg; break;
        case 't': check = 1; break;
        case 'V': printf("%s\n", PACKAGE_STRING); return 0;
        default: return 64;
    }
    if (load()) return 78;
    if (check) { puts(_("the configuration is well")); return 0; }
    struct servent *service = getservbyname(setting("service", "phrased"), "tcp");
    if (!service) { fprintf(stderr, "phrased: %s\n", _("no such service")); return 69; }
    int listener = socket(AF_INET, SOCK_STREAM, 0), yes = 1;
    struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = service->s_port, .sin_addr.s_addr = INADDR_ANY };
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    if (bind(listener, (struct sockaddr *) &at, sizeof at) || listen(listener, 16)) { perror("phrased"); return 71; }
    if (become(setting("user", "nobody"))) return 77;
    struct sigaction act = { .sa_handler = on_signal };
    sigaction(SIGHUP, &act, NULL); sigaction(SIGTERM, &act, NULL); sigaction(SIGQUIT, &act, NULL); sigaction(SIGINT, &act, NULL);
    signal(SIGPIPE, SIG_IGN); signal(SIGCHLD, SIG_IGN);
    fprintf(stderr, "phrased: %s %d\n", _("listening on"), ntohs(service->s_port));
    while (!stop_wanted) {
        int client = accept(listener, NULL, NULL);
        if (reload_wanted) { reload_wanted = 0; load(); }
        if (client < 0) continue;
        if (fork() == 0) {
            close(listener);
            FILE *in = fdopen(client, "r"), *out = fdopen(dup(client), "w");
            answer(in, out); fclose(in); fclose(out);
            _exit(0);
        }
        close(client);
    }
    fprintf(stderr, "phrased: %s\n", _("stopped"));
    return stop_wanted == SIGQUIT ? 0 : 3;
}
