#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
int main(void) {
  int s = socket(AF_INET, SOCK_STREAM, 0), one = 1;
  struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(88)};
  setsockopt(s, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
  if (bind(s, (struct sockaddr *)&a, sizeof a)) { perror("bind"); return 1; }
  FILE *f = fopen("/run/low/pid", "w"), *g = fopen("/spool/x", "w");
  struct stat st; stat("/spool", &st);
  listen(s, 5);
  for (;;) {
    int c = accept(s, 0, 0); char body[64], text[200];
    snprintf(body, 64, "%d %d %o\n", !!f, !!g, st.st_mode);
    snprintf(text, 200, "HTTP/1.0 200 OK\r\nContent-Length: %zu\r\n\r\n%s", strlen(body), body);
    write(c, text, strlen(text)); close(c);
  }
}
