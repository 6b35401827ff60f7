// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * The configuration of a climb: what live-bootstrap's rootfs.py writes to steps/bootstrap.cfg for
 * `--chroot --external-sources --cores 1`.
 *
 * Nobody is asked anything, nothing is downloaded, no kernel is built, and there is one job at a
 * time, as there is one processor.
 */
export const CONFIGURATION: ReadonlyMap<string, string> = new Map([
  ['ARCH', 'x86'],
  ['ARCH_DIR', 'x86'],
  ['FORCE_TIMESTAMPS', 'False'],
  ['CHROOT', 'True'],
  ['UPDATE_CHECKSUMS', 'False'],
  ['JOBS', '1'],
  ['SWAP_SIZE', '0'],
  ['FINAL_JOBS', '1'],
  ['INTERNAL_CI', 'False'],
  ['INTERACTIVE', 'False'],
  ['QEMU', 'False'],
  ['BARE_METAL', 'False'],
  ['DISK', 'sda1'],
  ['KERNEL_BOOTSTRAP', 'False'],
  ['BUILD_KERNELS', 'False'],
  ['CONFIGURATOR', 'False'],
]);

/** The file's text. */
export function configurationText(): string {
  return [...CONFIGURATION].map(([name, value]) => `${name}=${value}\n`).join('');
}
