// SPDX-License-Identifier: GPL-3.0-or-later
/* What programs ask of a kernel and of the processor beside arithmetic: pointers to functions,
   jump tables, jumps out of functions, signals, pipes, forks, memory, files, a program that is
   executed. Ends by abort(). */
#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static jmp_buf back;
static volatile int got;

static void handler(int number) { got += number; }
static void jumper(int number) { siglongjmp(back, number); }

static int add(int a, int b) { return a + b; }
static int sub(int a, int b) { return a - b; }
static int mul(int a, int b) { return a * b; }
static int (*const operations[])(int, int) = {add, sub, mul};

static int choose(int n) {
  switch (n) {
  case 0: return 10;
  case 1: return 21;
  case 2: return 32;
  case 3: return 43;
  case 4: return 54;
  case 5: return 65;
  default: return -1;
  }
}

static int compare(const void *a, const void *b) { return *(const int *)a - *(const int *)b; }

static void compute(void) {
  int total = 0, a[200];
  unsigned x = 1;
  for (int i = 0; i < 3000; i++) total = operations[i % 3](total, i) & 0xffff;
  printf("%d\n", total);
  for (int i = -1; i < 7; i++) printf("%d ", choose(i));
  for (int i = 0; i < 200; i++) a[i] = (x = x * 1103515245 + 12345) >> 16;
  qsort(a, 200, sizeof *a, compare);
  printf("%d %d %d\n", a[0], a[100], a[199]);
  printf("%llx %lld\n", 0x123456789abcdefULL * 3, -1000000000000LL / 7);
}

static void signals(void) {
  volatile int jumps = 0;
  if (setjmp(back) < 3) longjmp(back, ++jumps);
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  sigaction(SIGUSR1, &action, 0);
  sigaction(SIGCHLD, &action, 0);
  raise(SIGUSR1);
  kill(getpid(), SIGUSR1);
  signal(SIGUSR2, jumper);
  int number = sigsetjmp(back, 1);
  if (number == 0) raise(SIGUSR2);
  printf("%d jumps, got %d, out of a handler: %d\n", jumps, got, number);
}

static void processes(const char *self) {
  int ends[2], status;
  char buffer[32] = {0};
  got = 0;
  if (pipe(ends) != 0) exit(1);
  fflush(stdout);
  pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], 1);
    execl(self, self, "again", (char *)0);
    _exit(99);
  }
  close(ends[1]);
  int size = read(ends[0], buffer, sizeof buffer - 1);
  while (waitpid(child, &status, 0) < 0 && errno == EINTR);
  printf("%d %s %d, SIGCHLD %d\n", size, buffer, WEXITSTATUS(status), got);
}

static void memory(void) {
  char *mapped = mmap(0, 100000, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  memset(mapped, 'x', 100000);
  char *large = malloc(5000000);
  memset(large, 1, 5000000);
  large = realloc(large, 9000000);
  printf("%c %d\n", mapped[99999], large[4999999]);
  munmap(mapped, 100000);
  free(large);
}

static void files(void) {
  char line[32];
  struct stat about;
  FILE *file = fopen("out", "w");
  for (int i = 0; i < 1000; i++) fprintf(file, "line %d\n", i);
  fclose(file);
  stat("out", &about);
  file = fopen("out", "r");
  fseek(file, -9, SEEK_END);
  printf("%ld %s", (long)about.st_size, fgets(line, sizeof line, file));
  fclose(file);
  unlink("out");
  errno = 0;
  int missing = access("out", F_OK);
  printf("%d %s\n", missing, strerror(errno));
  int count = 0;
  DIR *folder = opendir(".");
  while (readdir(folder)) count++;
  closedir(folder);
  time_t when = 86400 * 365;
  strftime(line, sizeof line, "%Y-%m-%d", gmtime(&when));
  printf("%d %s\n", count, line);
}

int main(int argc, char **argv) {
  if (argc > 1) {
    write(1, argv[1], strlen(argv[1]));
    return 7;
  }
  compute();
  signals();
  processes(argv[0]);
  memory();
  files();
  fflush(stdout);
  abort();
}
