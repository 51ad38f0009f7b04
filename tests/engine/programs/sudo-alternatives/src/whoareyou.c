#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <unistd.h>
int main(void) {
  struct passwd *r = getpwuid(getuid());
  printf("real %s", r ? r->pw_name : "?");
  struct passwd *e = getpwuid(geteuid());
  printf(" effective %s\n", e ? e->pw_name : "?");
  struct group *g = getgrnam("clerks");
  for (char **m = g ? g->gr_mem : 0; m && *m; m++) printf("clerk %s\n", *m);
  return 0;
}
