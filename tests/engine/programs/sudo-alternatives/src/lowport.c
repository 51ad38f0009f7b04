#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(void) {
  FILE *f = fopen("/proc/self/status", "r");
  char l[200];
  while (f && fgets(l, sizeof l, f)) if (!strncmp(l, "CapEff", 6)) fputs(l, stdout);
  printf("uid %d\n", (int)geteuid());
  return 0;
}
