// SPDX-License-Identifier: GPL-3.0-or-later
/** Archives of formats that Node cannot write, made with bzip2 and xz (base64). */

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'base64'));

export const TEXT = 'stage0 '.repeat(30);

/** two runs of `bzip2 -c` */
export const BZIP2_TWO_STREAMS: Uint8Array = bytes(
  'QlpoOTFBWSZTWaRjnbsAAACRgEAAASAcACAAIYAMAycu4u5IpwoSFIxzt2BCWmg5MUFZJlNZJooCNAAAAoGADgGI' +
    'ACAAIhhoMAcCmF3JFOFCQJooCNA=',
);

/** `xz -c -C none` */
export const XZ_NONE: Uint8Array = bytes(
  '/Td6WFoAAAD/EtlBAgAhARYAAAB0L+Wj4ADRAA5dADmdCEYJ16dsYxshcAAAAAAAAAEi0gEAAAC8O7jCqAAK/AIA' +
    'AAAAAFla',
);

/** `xz -c -C crc32` */
export const XZ_CRC32: Uint8Array = bytes(
  '/Td6WFoAAAFpIt42AgAhARYAAAB0L+Wj4ADRAA5dADmdCEYJ16dsYxshcAAAAAAAtAHJAAABJtIBAAAAqnkpWT4w' +
    'DYsCAAAAAAFZWg==',
);

/** `xz -c -C crc64` */
export const XZ_CRC64: Uint8Array = bytes(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ADRAA5dADmdCEYJ16dsYxshcAAAAAAAehChByFs7dIAASrSAQAAANG5' +
    '6y6xxGf7AgAAAAAEWVo=',
);

/** `xz -c -C sha256` */
export const XZ_SHA256: Uint8Array = bytes(
  '/Td6WFoAAArh+wyhAgAhARYAAAB0L+Wj4ADRAA5dADmdCEYJ16dsYxshcAAAAAAAi9A2wwkOeGwkuPFACdBtUU81' +
    'U/D1M24y3GIwOdcJFEQAAULSAQAAAOY0TMq26d8cAgAAAAAKWVo=',
);

/** two runs of `xz -c` with eight zeros after each */
export const XZ_PADDING: Uint8Array = bytes(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAFZmlyc3QgAAAA5vUbUSR5EHIAAR4GwS+kHR+2830BAAAAAARZWgAA' +
    'AAAAAAAA/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAFc2Vjb25kAAAAOOiIxcYwtHQAAR4GwS+kHR+2830BAAAA' +
    'AARZWgAAAAAAAAAA',
);

/** `xz -c` of nothing */
export const XZ_EMPTY: Uint8Array = bytes('/Td6WFoAAATm1rRGAAAAABzfRCEftvN9AQAAAAAEWVo=');

/** `xz -c --lzma2=lc=0,lp=4` */
export const XZ_LITERAL_POSITION: Uint8Array = bytes(
  '/Td6WFoAAATm1rRGAgAhARYAAAB0L+Wj4ADRAA4kADmd8U2i8k0TzrjF4AAAAAAAehChByFs7dIAASrSAQAAANG5' +
    '6y6xxGf7AgAAAAAEWVo=',
);

/** `xz -c --format=lzma --lzma1=lc=4,lp=0,pb=4` */
export const LZMA_LITERAL_POSITION: Uint8Array = bytes(
  'uAAAgAD//////////wA5nQhF0TVUuqaZg9/P///s4wAA',
);

/** Filter options of xz → the compressed form of {@link machineCode}. */
export const FILTERED: Readonly<Record<string, Uint8Array>> = {
  '--x86': bytes(
    '/Td6WFoAAAFpIt42AgEEACEBFgANhjUf4AL/AeNdAHQBPBg3APR0owrbAdQghXSxdOGUTSMhiXbAs5RAAxSQsk9A' +
      '0RC5aIYr7l65qVK6ff4A4qfXqM/NNNErDLzAslZ2vqOcznh1OBzNxeFi5jC5wGGPAEJjogEeRKPaDyXssSWMQYx/' +
      'UQ9dxWu7/rv/6Ce+hS24N2TDheYGPz/6uiqFycgU3jU9rRHJ3Md/l+HZR+wgFzkzy599d0jRGcwKTzN9q5kNYpBx' +
      '/2wYjA+tZhQf7s3NqmCBIh04qZvFgXj4ogcRxlhvuxL6Iu80T2JijvbGMgQIf3nXOwm64pcT7O6PqhvXW85Eze9k' +
      'Scy3vT99lNHg4agP4KgT4UY7OrSxtqoXPWHiUBXE3eV4PXrr1iC19qDU4R+nlGs1LBlIjPMpDHVnhY9gU4clHJoS' +
      'PPSzStkZoLttaSTgrY5lIO2iU0zoyhBOPWCoJKgKgMtYDbvZS+IJPs6keehtritMk8cxIFKX0iLtp3c2y8NruxOt' +
      'KDnNrTxfTSCre3hgfOHvYwvk379nEGR+cgqgsId1VpVKOpvTfEjtnOji95YyIrImEfJx2/J0N9HcwsF8erIYl2kZ' +
      'KiuZjCDWw2myC61YOyZK5SSrCXleiqZCmmQZXu7lPKEdjU/hvkbHHSB/VJk6paOvkBP6EgAAForwBQAB+wOABgAA' +
      'Xo10Ej4wDYsCAAAAAAFZWg==',
  ),
  '--arm': bytes(
    '/Td6WFoAAAFpIt42AgEHACEBFgCj9KGZ4AL/AeFdAHQAMB/wDsk5IyjTuzabPj4fmIWSLspQno5R6zzpdD8P3Rkt' +
      'GxwWrvVjixER5op+NI2iR7Qlp1nWWy4mrOSMAaJL5r8CQaI68DAPT0H65SfQAXsKNk53qfZmvCiDdNmQjutXZAkK' +
      'Y5lE3y7AA8yndM5iGr7NEJrmm9mVJEatGyXX7InJMu0cpcy8ylv3okaIDG6FHEFpbrCUaN+zVhtUHlDfuydjp3el' +
      'mWQl6KOLjGG9s1Uv394F1m4MBt9HiSTnnv8jVNMD5kp2ef+AtsLZhBR50IwJ+AKeDbhYUTfXexgh8kdW5tXRSuDQ' +
      'TieDQekHjA33Nw2wJbOibhkiLyZYm/6tDYSFYX9iCzyoPLJVZQrHZMw3VzcnuktThQZU9Asw5kwDRji+VLstB/5a' +
      '0CWYZmR2BBS14cj4cpCurbxEr0bEEXPbTOM8+1NJ11E4ko6MxulJ/hk8T8EFefq0SvOcgysvm4fygQckWU+w3w8y' +
      'cc+LyX8PqMGSiLPPmWmd1H28TumU9+X3rYzRSePRDkBN+BdzIdMXaI0no9z+NZ/xI1o3eg25OtLeV5fKM/ei/+kl' +
      'yxcgfs0pBenLgUT13RpWoOvWPJG9YPf0MtBqybz6QNeaFP/f0CqaPi5oDXzRBp/W+t8AAAAAForwBQAB+QOABgAA' +
      'VSy8Xz4wDYsCAAAAAAFZWg==',
  ),
  '--armthumb': bytes(
    '/Td6WFoAAAFpIt42AgEIACEBFgB2Rvdo4AL/AeRdAHQAMB/wDsUaIyjTuzabPlX+VHaNLspQno5R62ing0nvlpVP' +
      'YTY47OCJm+iKUx+Hj02oBLqguFpJ7WL8Fdkrz4TDH8SiZcSGSSfhd7wIBNDUOLL5HFv9fjag3fi/WSC0ncr+Y7QY' +
      '/WhifJ3Vue81XDlhQR/ikfMnRXm+7jJVM/FqDvKpqn4fVaPJQcm93ZFH/hoyzxi0MFbx4oX7o9R4nC5xcEfCZXMv' +
      'AACE/0oGi97iWDlfcGrDxguPnRr58kuBFRDB2avtPZLhmRYuVGgYm7irCmIXOrhiWSDhrT3v2mdyWuLYOgO7Gh89' +
      'C5BMsOzNKcFNfDjs31MdS05YBjpKQh1oFQGQqrM+r5y33DeyP7pODLg2yauWNH0kcPh4UapGGvVqOpvc9swCxMC6' +
      'RA3E71Vdium1w9JhMo7HpdvL7CUr37au7sIbvjWW5Xkm2bh2jWQCmIEQbRxT0/8nrLUsY6e0QJZL1C8wMDe1BRPJ' +
      'uZakycssZlBYJjIAVhIKW00R3RIPFaUP5vMOBRLot6lpD07Wk2mjIJrOm91OPyv8VcnudkCDoE8ujrLTy2bMfLVc' +
      'dSAXqV5qGuhcaqU4IRUIIgJSWB4p+aGJuKyFhcN+A1QDq9jIRplWdy7vK/i+lKrcvtZX6RwAForwBQAB/AOABgAA' +
      '5r1xDz4wDYsCAAAAAAFZWg==',
  ),
  '--arm64': bytes(
    '/Td6WFoAAAFpIt42AgEKACEBFgB95z8l4AL/AeFdAHQAMB/wDsUaIyjTuzabPj4fmIWt4IpQno5R6zzpdD8P3Rkt' +
      'GxwWrvVjixER5op+FM9dXM3bVS+VzOwBhD7OJkE0RIFojyBaxBB7g12FC8eD/vkeh2qFpHyPJghbR52V+rhLdS0J' +
      '2XHMiS26NvYQjUGRZUvSOC/vZ8T16q1hGE/Sz5Q+kQ8L4djN6Cykva3TYRLRMAg+dVFGW6xX/Gpa30FwelIKFjWw' +
      '3Yr5Ohbh9BkLd6PeV1L1L5GpCqu9BeIBIT4wfDW9EZEUTtoER5HyTXh5U3tet5zhRaXHidkk8xB3WVmZTT0X2K6l' +
      'pR7lejyfD2fOj3QIDoTvb+I8BsnNozRlSAjxyarGpgQBVfmyhsCL/FU8LlCg5I0RToQbm2Nt3jVdwZaf3mu12KYb' +
      '+3oCjwt6R5Ua81r4gP3HuplUpQIuHS2Qc+SiC39vdRIOBLW2Uo91DCzZ59yMI3/2Lr66jpjc4751bKZVc2gOKvKc' +
      'tT2v5WwXh1uislop7ognjHAZUpefL4UkW/l8XkYDniGaVRrVVQkgLnBWPH3AiRj70KnSvwobJXJfc2qtsEOT39HJ' +
      'pJIKZljCy2hFCCl7mtbW7c7F0/l/AZDC2ILwu4aOnRolaFUE/tCnUiJU2mJ/7QvnaTEAAAAAForwBQAB+QOABgAA' +
      'VSy8Xz4wDYsCAAAAAAFZWg==',
  ),
  '--sparc': bytes(
    '/Td6WFoAAAFpIt42AgEJACEBFgDTlauj4AL/AfldAHQAMB/wDsUaIyjTuzabPj4fmIWSLspQno5R6zzpdFdY7Le6' +
      'rqyvDew1OEh53va0uENDBtkIPq4vWYpxlQtbTA0eIfAwyh2HjsJHvEOLZIfIIeN1IRsoJ6YDz1amSOyRLc+r3+kl' +
      '+DB0iYFwLwhBXfT25+okOabxRIhzf88DIa9LKozSMy37C5hervyJPvbf4MYViphfZZMCdQ2m3m8tp3I+U8DXx6wu' +
      'L5sh536ME7tdSBjhVQAEy/v0M3GgC9NLz8vb/kRNNg0yiVHsnux7cpn9ets/lhCpyj0ajsOB/cPap3G+Kh7tqgSd' +
      'jCzMT/PsQfMciFFJ5B3B8P2RcteQAFVknRVP6nFuNMKYCxUcdipLIGhh6sHQfnJ8+e1vTspNuyWymR6gactYay6H' +
      '+9mlY1IIq3joBTrd6DOWdyJgc0J6cqBZM43mHBCB+sqZzkDhNWyTDQh071a9mm26Lzj+/xvnWSC3YZCn9goEgX7V' +
      'V4ArcmfNowG1yPeuD6duSUHXcm0XprUJT28Vea0traw0mnyXRMzXAk+hvfyTYEX1Neoa4lymyTxrE7a6+tBvAvaj' +
      'UQj9wKH6MKC9KPnE+w5JEJ27V/a7sMAVktFtmcwddkxLZwPLxSwJwqUhUOuqyf7JvCYFQjC2KQtBdoUbFLmOS+O5' +
      'IYZsRHrNyAAAAAAAForwBQABkQSABgAAcn07CT4wDYsCAAAAAAFZWg==',
  ),
  '--powerpc': bytes(
    '/Td6WFoAAAFpIt42AgEFACEBFgCoVWnU4AL/AeRdAHQAMB/wDsUaIyjTuzabPj4fmIWSLspQno5R6zzpdD8P3Rkt' +
      'GxwYYjGku3VkeDNNd+JIaKcJ2BqKei7o1Od1RNNp4lP+tKG4x3Lr+qFYgWIvubC4JHK9FMN5CR8OghpeV+FtoWv2' +
      'W3qW5qGaU7GjF+sclFSWhxvrO48YNbD9dmQIBbYm0UdB5XtI1BJ/lNy4uweQqBWCYd+1+tedicdpKhIwq+rDUqyR' +
      'wM9iDwM97DUQ2T+OYFnLA2HmWRvzCEfxkGKJBJSzSJzDqSTfxGtiYU/t4uoYiyK08UTI9blBPpBQHS9gOecAST0p' +
      'dhVpNfTQOKaPqcoJx5Rx2sANQvTFOaaCwZHg8T0F16wvaMAtDQj5wrrxSCZDTCy7SzidLaF59QkSveBlykzw7q8b' +
      '/YBA/KXE7M4LLq21LkeE1ei6ico4II2OXACELyc19Z/yDkHvES62nYiKvA/uz5CUrkNmWgDPisrd9Cz5N5KauaNe' +
      'D/LmDBWzHfnxXMq/e9sA6uwq/sAYG9AgiFpMTCjt8GJf88T0s40GIi5HXDRUW8oN/vn81UoopwuDujb2jojhx6dx' +
      'VKXeQyfEevzLMl1HOtLCngMhUJMyonwOOBLFNJyT2tto5zRHnEMQI21yixT1C338zX4b4T8AForwBQAB/AOABgAA' +
      '5r1xDz4wDYsCAAAAAAFZWg==',
  ),
  '--delta=dist=8': bytes(
    '/Td6WFoAAAFpIt42AgEDAQchARbAGBNz4AL/AjldAHQAMB/wDt3UIyjTyKA0WB7tCCfdFffv4nb+GcQqSuU+3NWS' +
      'pLprTFkwy0e21yxct5BGCRd8mgOptBP8SLSApud56r2ddCXW4TPz8MgvczUdmyJExDIWHY9GumlWuU9CiRxlTs68' +
      '1JmISJOW+7iLPUPoaotdfD2zbHlvQ6JeZqI3fYn2pISm/gnE9snpQEhZKP1Zi54dSzdtlhA6VHLOEA9zyrJbLHE2' +
      'uUuIhKzxnbNwzji3CVRCOwLLsrETztgTsohyhMk/RTeTBpsVITwt0VSC1brF/vlLphUvRlZf5w5VrcCk3Z2BgUuf' +
      'ccOA4wa8uG+aqirN2USr14WmAX3gWz6ln/90NGbhY6o2ddkzT402iD5q049yYA4kUfasq8KzFQyMxoC7YCgvDUuQ' +
      'wlb6AcklGqrMZp941Mj+XcIfxINxmYDHZ19flElixrzUjQlJE6VxivoMFjTsElC/gfW7Y5Z9b21BlLdBoCyzCxhJ' +
      'FwwpupgJXKACs4AGjuh7hnazrGCdpHKf8nlivWsqmCzs1ioyf/hSls4Q6nCIcyMuC94GZhVIjXUTElIWHp5865fb' +
      'n3B049rur0r5C44XHykffr1zaVMvweDzhyxUn05GHg0qZDhLgjC0k9lCetG00va43rJVflGoDmldHZhfPBLCG+YI' +
      'DFJ+AkaLlVKRjSZYP/LAGr7MWtkj1Ag2WzGR5WHRQ0rxF74Cz8A7ju5GoITm0DFlOEp+Ru0CQXzqQfanpbTFtXPO' +
      'uN/GGEgAAAAAABaK8AUAAdEEgAYAAB53YwY+MA2LAgAAAAABWVo=',
  ),
  '--x86=start=4096': bytes(
    '/Td6WFoAAAFpIt42AwEEBAAQAAAhARYAXLHI++AC/wHkXQB0AT3wCDWY4ZPCsk4yLSziarEmuKAk1hW9EwHsPWn8' +
      'v/j/Buw2IQ9aCcNqUv5E79WphXRrfA5N11s4C+o15nMaFK2EvcysP9BQOzCvEv+1vno7BpUxrdiVPq5N2pZi47/r' +
      'e1KO2GPtjYHJrXU+k6c8AS62FMZCnamx1OQr5mLITudaKVbspdnCDy9efjH07FiIypQPsG8uG+4qIbfp7Y84o9eV' +
      'tP0i0JxRsJvYSF+Ha224MQahrtxKxK0IcMmCMgVBO66Sw/NRGc6GDk7PcdXlpGZMi3dg5G9QWxdYfqaatoOC+7F7' +
      'Ch7MAJI5S3EriMJn/kqDRatUC2VNdsqhiaPniAXLKWWufOf3tiwkmPU+gsWCTTkuaBsDeZLFXKclD6DCzW1qmBUO' +
      '8EO2Yeec9EKSguGTPiN54hxemiLlWxPURcPzSaX/Hp+YF+OjhECMvxJP2rVFsAJXacr1MnUETX0OmF9f6Xee/SD5' +
      'PtYrYTVG4Lign542dozo5cUdJT6+UeMyfbCzSL14jkZP+Gjw//ldwJ2Iawxj6PbwSqxiSss0Nzz6Hvt17N0nSKAx' +
      'VkTyx+7sAYXR0UIePjWQhD2YPEKi/AZS+zvSig8UG9Zu4GPw6kslhOtg7GbjwNUK4sqaZ4NXXt1XABaK8AUAAYAE' +
      'gAYAAEysscE+MA2LAgAAAAABWVo=',
  ),
};

/** Calls and branches of six machines, in turn. */
export function machineCode(): Uint8Array {
  const code: number[] = [];
  const little = (value: number, count: number) => {
    for (let i = 0; i < count; i++) code.push((value >>> (8 * i)) & 0xff);
  };
  const big = (value: number) => {
    for (let i = 3; i >= 0; i--) code.push((value >>> (8 * i)) & 0xff);
  };
  for (let i = 0; i < 96; i++) {
    const x = Math.imul(i, 2654435761) >>> 0;
    if (i % 6 === 0) {
      code.push(0xe8);
      little(x, 3);
      little((i & 8) === 0 ? 0xff : 0, 4);
    } else if (i % 6 === 1) {
      little(x, 3);
      little(0xeb, 4);
      code.push(0);
    } else if (i % 6 === 2) {
      little(0xf000 | (x & 0x7ff), 2);
      little(0xf800 | ((x >>> 11) & 0x7ff), 2);
      little(0, 4);
    } else if (i % 6 === 3) {
      little(0x94000000 | (x & 0x3ffffff), 4);
      little(0x90000000 | (x & 0x600000e0) | 0x10, 4);
    } else if (i % 6 === 4) {
      big(0x40000000 | (x & 0x3fffff));
      big(0x7fc00000 | (x & 0x3fffff));
    } else {
      big(0x48000001 | (x & 0x3fffffc));
      big(0);
    }
  }
  return Uint8Array.from(code);
}
