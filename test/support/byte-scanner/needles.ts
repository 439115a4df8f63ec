/** One way in which something that is looked for may be written. */
export interface Needle {
  readonly what: string;
  readonly encoding: string;
  readonly bytes: Buffer;
}

const CROCKFORD = '0123456789abcdefghjkmnpqrstvwxyz';
/** Below this an encoding may be so short that chance finds it. */
export const SHORTEST = 8;

/** Every way in which a secret is looked for; throws where it is too short to be told from chance. */
export function secretNeedles(what: string, secret: string | Uint8Array): readonly Needle[] {
  const bytes = Buffer.from(secret);
  if (bytes.length < SHORTEST) throw new Error(`${what} is too short to be looked for`);
  return distinct(what, [
    ['plain', bytes],
    ...base64Forms(bytes),
    ...hexForms(bytes),
    ...utf16Forms(bytes),
    ...urlForms(bytes),
    ...jsonForms(bytes),
  ]);
}

/** Every way in which an id or a salt is looked for, which is given as bytes or in hexadecimal digits. */
export function identifierNeedles(what: string, identifier: string | Uint8Array): readonly Needle[] {
  const bytes = typeof identifier === 'string' ? fromHex(what, identifier) : Buffer.from(identifier);
  if (bytes.length < SHORTEST) throw new Error(`${what} is too short to be looked for`);
  return distinct(what, [
    ['binary', bytes],
    ...hexForms(bytes),
    ...base64Forms(bytes),
    ['base32', Buffer.from(base32(bytes))],
  ]);
}

function fromHex(what: string, text: string): Buffer {
  const bytes = Buffer.from(text, 'hex');
  if (bytes.toString('hex') !== text.toLowerCase()) throw new Error(`${what} is not hexadecimal`);
  return bytes;
}

type Form = readonly [encoding: string, bytes: Buffer];

function distinct(what: string, forms: readonly Form[]): readonly Needle[] {
  const seen = new Set<string>();
  return forms.flatMap(([encoding, bytes]) => {
    const key = bytes.toString('latin1');
    if (seen.has(key)) return [];
    seen.add(key);
    return [{ what, encoding, bytes }];
  });
}

/**
 * The letters that are the same whatever stands before and after: for each of the three places in a group of
 * three bytes where the secret can begin.
 */
function base64Forms(bytes: Buffer): readonly Form[] {
  return [0, 1, 2].flatMap((shift): Form[] => {
    const text = Buffer.concat([Buffer.alloc(shift), bytes]).toString('base64');
    const sure = text.slice(Math.ceil((shift * 8) / 6), Math.floor(((shift + bytes.length) * 8) / 6));
    const url = sure.replaceAll('+', '-').replaceAll('/', '_');
    return [
      [`base64+${shift}`, Buffer.from(sure)],
      [`base64url+${shift}`, Buffer.from(url)],
    ];
  });
}

function hexForms(bytes: Buffer): readonly Form[] {
  const text = bytes.toString('hex');
  return [
    ['hex', Buffer.from(text)],
    ['HEX', Buffer.from(text.toUpperCase())],
  ];
}

/** The secret as characters; bytes that are no UTF-8 are taken as Latin-1. */
function characters(bytes: Buffer): string {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : bytes.toString('latin1');
}

function utf16Forms(bytes: Buffer): readonly Form[] {
  const little = Buffer.from(characters(bytes), 'utf16le');
  return [
    ['utf16le', little],
    ['utf16be', Buffer.from(little).swap16()],
  ];
}

function urlForms(bytes: Buffer): readonly Form[] {
  const write = (isKept: (byte: number) => boolean, upper: boolean): Buffer =>
    Buffer.from(
      [...bytes]
        .map((byte) => {
          if (isKept(byte)) return String.fromCodePoint(byte);
          const digits = byte.toString(16).padStart(2, '0');
          return `%${upper ? digits.toUpperCase() : digits}`;
        })
        .join(''),
    );
  const isUnreserved = (byte: number): boolean => /[\w.~-]/.test(String.fromCodePoint(byte)) && byte < 128;
  return [
    ['url', write(isUnreserved, true)],
    ['url (small letters)', write(isUnreserved, false)],
    ['url, every byte', write(() => false, true)],
    ['url, every byte (small letters)', write(() => false, false)],
  ];
}

function jsonForms(bytes: Buffer): readonly Form[] {
  const text = characters(bytes);
  const escape = (unit: string): string => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
  const every = text.split('').map(escape).join('');
  const quoted = JSON.stringify(text).slice(1, -1);
  return [
    ['json', Buffer.from(quoted)],
    ['json in ASCII', Buffer.from(quoted.replaceAll(/[\u0080-\uffff]/g, escape))],
    ['json, every character', Buffer.from(every)],
    ['json, every character (capitals)', Buffer.from(every.toUpperCase().replaceAll('\\U', '\\u'))],
  ];
}

function base32(bytes: Buffer): string {
  let text = '';
  let held = 0;
  let bits = 0;
  for (const byte of bytes) {
    held = (held << 8) | byte;
    bits += 8;
    while (bits >= 5) {
      bits -= 5;
      text += CROCKFORD.charAt((held >> bits) & 31);
    }
    held &= (1 << bits) - 1;
  }
  return bits > 0 ? text + CROCKFORD.charAt((held << (5 - bits)) & 31) : text;
}
