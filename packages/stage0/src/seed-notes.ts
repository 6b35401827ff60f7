// SPDX-License-Identifier: GPL-3.0-or-later
/**
 * What each instruction of upstream's hex0-seed is for: offset in the seed → a note, in our
 * words.
 *
 * The notes belong to one program, which is identified by its digest: `hex0-seed` of x86, 181
 * bytes, since stage0-posix 1.6.0. Invariant: every instruction of it has a note (a test counts
 * them).
 */

/** Digest of a program → its notes. */
export const SEED_NOTES: ReadonlyMap<string, ReadonlyMap<number, string>> = new Map([
  [
    'f74dcf9cef2aee9eb7723eca755849d474fccd89662947021d1aa08429d23c13',
    new Map([
      [0x2c, 'These eight bytes are in two headers at once. That saves eight bytes.'],
      [0x4c, 'The number of words on the command line. Nobody looks at it.'],
      [0x4d, 'The name of the program itself, which is not needed.'],
      [0x4e, 'The name of the input.'],
      [0x4f, 'How to open it: 0, for reading.'],
      [
        0x51,
        '5 is the call `open`. With the pop that follows: three bytes, where mov eax, 5 has five.',
      ],
      [0x53, 'And that is the 5.'],
      [0x54, 'eax is 5, so edx is 0 now. One byte.'],
      [0x55, 'open(input, 0, 0): eax is the number of the file from now on.'],
      [0x57, 'The name of the output.'],
      [0x58, 'The number of the input stays on top of the stack as long as the program runs.'],
      [
        0x59,
        '577 is 1, 64 and 512: to write, to make the file, to empty it. The upper half is 0 already.',
      ],
      [0x5d, '448 is 0700: its owner may read, write and run the output, which is a program.'],
      [0x61, '5 is `open`, again.'],
      [0x63, 'As above.'],
      [0x64, 'open(output, 577, 0700).'],
      [0x66, 'The number of the file is not negative, so edx is 0.'],
      [0x67, 'edx is 1, and stays so: every read and every write is of one byte.'],
      [
        0x68,
        'The number of the output is in edi from now on. Its sign will count digits. One byte.',
      ],
      [0x69, 'A new byte begins: no digit of it has been seen.'],
      [0x6b, 'A line has ended. esi becomes 1, and 0 in the next instruction: no comment.'],
      [0x6d, 'Who comes from above gets 0. Who comes from # or ; has 0, and gets -1: a comment.'],
      [0x6e, 'The next character. The number of the input comes off the stack,'],
      [
        0x6f,
        'and the character goes where the stack ends now: the word after the arguments, which is free.',
      ],
      [0x71, '3 is the call `read`.'],
      [0x73, 'As above.'],
      [0x74, 'read(input, the free word, 1): eax is 1, or 0 at the end of the file.'],
      [0x76, 'The number of the input goes back on the stack.'],
      [0x77, 'Was there a character?'],
      [0x79, 'If so, go on with it at 0x8048080.'],
      [0x7b, 'There was none: eax was 0, and 1 is the call `exit`.'],
      [0x7c, 'Exit status 0: all went well.'],
      [0x7e, 'exit(0). Nothing comes after this.'],
      [0x80, 'The character. eax was 1, so its other bytes are 0.'],
      [0x82, 'Is it the end of a line (10)?'],
      [0x84, 'Then a comment ends.'],
      [0x86, 'Is this in a comment?'],
      [0x88, 'Then it does not count: the next character.'],
      [0x8a, 'Is it a # (35)?'],
      [0x8c, 'Then a comment begins.'],
      [0x8e, 'Is it a ; (59)?'],
      [0x90, 'The same.'],
      [0x92, 'The characters 0 to 9 are 48 to 57: they become 0 to 9.'],
      [0x94, 'And now -10 to -1. All others are 0 or more, or far below.'],
      [0x96, 'It was below 10: a digit.'],
      [0x98, 'A to F become 0 to 5, and a to f 32 to 37.'],
      [0x9a, 'Bit 32 is what small letters have and capitals do not: off with it.'],
      [0x9c, 'Below 7? That is A to F, and G too: an oddity. Nobody uses G.'],
      [0x9e, 'All else is skipped: blanks, signs, other letters.'],
      [0xa0, 'A digit. The one before, if there was one, moves up; at first this is 0.'],
      [0xa3, '-10 to -1 become 0 to 9, and 0 to 5 become 10 to 15: the value.'],
      [0xa5, 'Both digits together.'],
      [0xa7, 'The sign of edi remembers whether this was the first digit or the second.'],
      [0xa9, 'Negative: the first. The next character.'],
      [0xab, 'The second: the byte is whole, and goes where characters are read to.'],
      [0xad, 'The number of the output, positive again.'],
      [0xaf, '4 is the call `write`; the rest of eax is 0.'],
      [0xb1, 'write(output, the byte, 1).'],
      [0xb3, 'And from the start, with a new byte.'],
    ]),
  ],
]);
