// SPDX-License-Identifier: GPL-3.0-or-later
/** The exponent that fits times best: 1 is linear, 2 quadratic. */

/** Slope of log(time) over log(factor), by least squares. */
export function exponent(factors, times) {
  const points = times.map((time, at) => [Math.log(factors[at]), Math.log(time)]);
  const mean = (index) => points.reduce((sum, point) => sum + point[index], 0) / points.length;
  const [mx, my] = [mean(0), mean(1)];
  const above = points.reduce((sum, [x, y]) => sum + (x - mx) * (y - my), 0);
  return above / points.reduce((sum, [x]) => sum + (x - mx) ** 2, 0);
}
