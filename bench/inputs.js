// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * Made-up inputs of a given size for every tool, shaped like the real ones: the same text for the
 * same size.
 */
import { execFileSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';

const encode = (text) => new TextEncoder().encode(text);

/** A small generator of pseudo-random numbers, so that inputs do not compress to nothing. */
function numbers(seed) {
  let state = seed;
  return (limit) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return (state >>> 8) % limit;
  };
}

function lines(bytes, line) {
  const random = numbers(7);
  const parts = [];
  let size = 0;
  for (let index = 0; size < bytes; index++) {
    const text = line(index, random);
    parts.push(text);
    size += text.length;
  }
  return encode(parts.join(''));
}

const hex = (random) => random(256).toString(16).padStart(2, '0').toUpperCase();

/** Commented hex0, as x86/hex0_x86.hex0 is: a few bytes and a comment a line. */
export const hex0Source = (bytes) =>
  lines(
    bytes,
    (_, random) => `\t${hex(random)} ${hex(random)}${hex(random)}   # mov_eax, the next of them\n`,
  );

export const hex1Source = (bytes) =>
  lines(bytes, (index, random) =>
    index % 20 === 0
      ? `:${'abcdefgh'[(index / 20) % 8]} # label\n`
      : `${hex(random)} ${hex(random)} %a\n`,
  );

/** hex2 as M1 prints it: a label every dozen lines, references to labels all over the file. */
export function hex2Source(bytes) {
  const labels = Math.max(1, Math.floor(bytes / 400));
  return lines(bytes, (index, random) =>
    index % 12 === 0 && index / 12 < labels
      ? `:FUNCTION_label_${index / 12}\n`
      : `${hex(random)}${hex(random)} %FUNCTION_label_${random(labels)} \n`,
  );
}

const DEFINES = Array.from(
  { length: 200 },
  (_, at) => `DEFINE opcode_${at},ebx ${(4096 + at * 7).toString(16).toUpperCase()}\n`,
).join('');

/** M1 as M2-Planet prints it, after two hundred DEFINEs. */
export function m1Source(bytes) {
  const body = lines(bytes, (index, random) =>
    index % 15 === 0
      ? `:FUNCTION_f${index / 15}\n`
      : `opcode_${random(200)},ebx %${random(9)} # a comment\ncall %FUNCTION_f${Math.floor(index / 15)}\n`,
  );
  return Buffer.concat([encode(`${DEFINES}DEFINE call E8\n`), body, encode(':ELF_end\n')]);
}

/**
 * M1 of which half are DEFINEs, thousands of them, and half their uses; a long string now and then.
 */
export function m1Definitions(bytes) {
  const names = Math.max(1, Math.floor(bytes / 70));
  const definitions = lines(
    bytes / 2,
    (index, random) => `DEFINE name_${index % names},ebp_${index} ${hex(random)}${hex(random)}\n`,
  );
  const count = definitions.reduce((total, byte) => total + (byte === 0x0a ? 1 : 0), 0);
  const uses = lines(bytes / 2, (index, random) => {
    if (index % 100 === 0) return `"${'a long string '.repeat(20)}"\n`;
    const at = random(count);
    return `name_${at % names},ebp_${at} %${index}\n`;
  });
  return Buffer.concat([definitions, uses]);
}

/** C of many globals, constants and long strings, and small functions that use them. */
export const cGlobals = (bytes) =>
  lines(bytes, (index, random) => {
    const seen = random(index + 1);
    return `int global_${index};\nchar* text_${index};\nenum { CONSTANT_${index} = ${index} };\nint get_${index}()\n{\n\ttext_${index} = "${'a string that is long, as those of messages are '.repeat(2)}";\n\tglobal_${index} = global_${seen} + CONSTANT_${seen};\n\treturn global_${index};\n}\n\n`;
  });

/** C of which a third are macros, and which uses them; conditions around functions. */
export const cMacros = (bytes) =>
  lines(bytes, (index, random) => {
    const seen = random(index + 1);
    return `#define LIMIT_${index} (${random(1000)} + ${index})\n#ifdef LIMIT_${seen}\nint f${index}(int a) /* one of many */\n{\n\tif(a > LIMIT_${seen}) return LIMIT_${index};\n\treturn a; // as it is\n}\n#else\nint never${index};\n#endif\n\n`;
  });

/**
 * C in the language that cc_x86 and M2-Planet have in common: functions of a dozen lines, each
 * calling the one before.
 */
export const cSource = (bytes) =>
  lines(bytes, (index, random) => {
    const call = index === 0 ? '0' : `f${index - 1}(a, b)`;
    return `int f${index}(int a, char* b)\n{\n\tint i;\n\tint sum;\n\ti = 0;\n\tsum = ${random(1000)};\n\twhile(i < a)\n\t{\n\t\tsum = sum + b[i];\n\t\tif(sum > ${random(99)}) sum = ${call};\n\t\ti = i + 1;\n\t}\n\treturn sum;\n}\n\n`;
  });

export const kaemScript = (bytes) =>
  lines(bytes, (index, random) =>
    `NAME_${random(50)}="value \${NAME_${random(50)}:-none} ${index}" # set\n`
      .slice(0, 90)
      .replace(/[^\n]$/, '$&\n'),
  );

export const text = (bytes) =>
  lines(
    bytes,
    (index, random) => `line ${index} of the text says ${random(1e6)} and ${random(50)}\n`,
  );

export const gzip = (bytes) => gzipSync(text(bytes), { level: 9 });
export const bzip2 = (bytes) =>
  execFileSync('bzip2', ['-9c'], { input: text(bytes), maxBuffer: 2 ** 30 });
export const xz = (bytes) =>
  execFileSync('xz', ['-6c'], { input: text(bytes), maxBuffer: 2 ** 30 });
export const tar = (bytes) => {
  const blocks = [];
  const content = text(1000);
  for (let size = 0; size < bytes; size += 1536) {
    const header = Buffer.alloc(512);
    header.write(`folder/file-${blocks.length}`, 0);
    header.write('0000644\0', 100);
    header.write('00000001750\0', 124);
    header.write('00000000000\0', 136);
    header.write('        0ustar\x0000', 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    const body = Buffer.alloc(1024);
    body.set(content.subarray(0, 1000));
    blocks.push(header, body);
  }
  return Buffer.concat([...blocks, Buffer.alloc(1024)]);
};
