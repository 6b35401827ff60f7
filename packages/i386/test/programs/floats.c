// SPDX-License-Identifier: GPL-3.0-or-later
/* Floating point as programs use it: printing, reading, conversions, functions, sorting. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static int compare(const void *a, const void *b) {
  double x = *(const double *)a, y = *(const double *)b;
  return (x > y) - (x < y);
}

static void show(void) {
  double v[] = {3.5,   -1e300, 1e-310,    0.1,    1.0 / 3, 12345678901234.5,
                -0.0, 1e22,   4.9e-324, DBL_MAX};
  long double w[] = {1.0L / 3, LDBL_MAX, LDBL_MIN, 1e-4940L, 3.14159265358979323846L};
  int n = sizeof v / sizeof *v;
  for (int i = 0; i < n; i++) {
    printf("%g %e %f %a %.17g\n", v[i], v[i], fabs(v[i]) < 1e20 ? v[i] : 0, v[i], v[i]);
  }
  for (int i = 0; i < 5; i++) printf("%Lg %.21Lg %La\n", w[i], w[i], w[i]);
  qsort(v, n, sizeof *v, compare);
  for (int i = 0; i < n; i++) printf("%g ", v[i]);
  puts("");
}

static void read_numbers(void) {
  printf("%g %g %g\n", strtod("1.7976931348623157e308", 0), strtod("0x1.8p-3", 0),
         strtod("nan", 0));
  printf("%Lg %g\n", strtold("1.18973149535723176502e+4932", 0),
         (double)strtof("3.4028236e38", 0));
}

static void functions(int one) {
  printf("%g %g %g %g %g\n", sqrt(2), floor(-1.5), ceil(1.2), fmod(7.5, 2), rint(2.5));
  // exp, log, pow and atan of double are made of f2xm1, fyl2x and fpatan in this libc.
  printf("%.17g %.17g %.17g %.17g\n", sin(one), cos(one), tan(one), cbrt(one + 1));
  printf("%.9g %.9g %.9g %.21Lg\n", expf(one), logf(one + 9), powf(one + 1, 0.5f), sinl(one));
  printf("%d %d %d %d\n", isnan(0.0 / 0.0 * one), isinf(1.0 / (one - 1)), (int)lrint(2.5 * one),
         (int)(3.99 * one));
  printf("%lld %llu %u\n", (long long)(1e18 * one), (unsigned long long)(1.8e19 * one),
         (unsigned)(4e9 * one));
  float f = 0.1f;
  double sum = 0;
  for (int i = 0; i < 1000; i++) sum += f * i;
  int exponent;
  double part = frexp(1234.5 * one, &exponent);
  printf("%.17g %g %d %g\n", sum, part, exponent, ldexp(part, 3));
  printf("%g %g %g\n", nextafter(1, 2) - 1, scalbn(1, -1074), hypot(3, 4 * one));
}

int main(int argc, char **argv) {
  (void)argv;
  show();
  read_numbers();
  functions(argc);
  return 0;
}
