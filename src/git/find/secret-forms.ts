import type { SecretForm } from '#domain/results/removal-results.ts';

/** One way in which bytes may stand for a secret. */
export interface FormNeedle {
  readonly form: SecretForm;
  readonly bytes: Buffer;
}

/** Bytes that people, editors and mail put between the pieces of a line that was broken. */
const BETWEEN = new Set(Buffer.from('\t\n\r "#\'*+,>\\`|'));
/** Fewer bytes, with all of those taken out, stand in too many files by chance. */
const SHORTEST_SQUEEZED = 12;
const UNRESERVED = /[A-Za-z0-9\-._~]/;

/**
 * What to look for where somebody wants to find a secret: its bytes, and what they are in base64 at any offset, in hex,
 * in a URL, in UTF-16 and in JSON. Each once.
 */
export function secretForms(secret: Buffer): readonly FormNeedle[] {
  const text = utf8Text(secret);
  const needles: FormNeedle[] = [
    { form: 'plain', bytes: secret },
    ...[0, 1, 2].flatMap((offset) => base64At(secret, offset)),
    ...[secret.toString('hex'), secret.toString('hex').toUpperCase()].map(ascii('hex')),
    ...urlForms(secret).map(ascii('url')),
    ...utf16Forms(text ?? secret.toString('latin1')),
    ...(text === undefined ? [] : jsonForms(text)),
  ];
  const once = new Map(needles.toReversed().map((needle) => [needle.bytes.toString('latin1'), needle]));
  return [...once.values()].toReversed();
}

/** The same for a text from which {@link squeeze} took what may stand between two lines. */
export function splitForms(secret: Buffer): readonly FormNeedle[] {
  return secretForms(secret)
    .filter(({ form }) => form !== 'utf-16')
    .map(({ bytes }) => ({ form: 'split' as const, bytes: squeeze(bytes) }))
    .filter(({ bytes }) => bytes.length >= SHORTEST_SQUEEZED);
}

/** Bytes without line ends, and without what is put beside them where a line is broken. */
export function squeeze(bytes: Uint8Array): Buffer {
  const kept = Buffer.allocUnsafe(bytes.length);
  let length = 0;
  for (const byte of bytes) {
    if (BETWEEN.has(byte)) continue;
    kept[length] = byte;
    length += 1;
  }
  return kept.subarray(0, length);
}

/** What of base64 the secret alone decides, where so many bytes stand before it. */
function base64At(secret: Buffer, offset: number): readonly FormNeedle[] {
  const whole = Buffer.concat([Buffer.alloc(offset), secret]);
  const first = Math.ceil((8 * offset) / 6);
  const letters = whole.toString('base64').slice(first, Math.floor((8 * whole.length) / 6));
  const url = letters.replaceAll('+', '-').replaceAll('/', '_');
  return [letters, url].map(ascii('base64'));
}

/** With what has to be escaped, and with every byte, in small and large letters; and as a form sends a space. */
function urlForms(secret: Buffer): readonly string[] {
  const percent = (byte: number): string => `%${byte.toString(16).padStart(2, '0')}`;
  const literal = (byte: number): string | undefined => {
    const letter = String.fromCharCode(byte);
    return UNRESERVED.test(letter) ? letter : undefined;
  };
  const written = [
    [...secret].map((byte) => literal(byte) ?? percent(byte)),
    [...secret].map((byte) => literal(byte) ?? percent(byte).toUpperCase()),
    [...secret].map(percent),
    [...secret].map((byte) => percent(byte).toUpperCase()),
  ].map((letters) => letters.join(''));
  return [...written, ...written.map((text) => text.replaceAll('%20', '+'))];
}

function utf16Forms(text: string): readonly FormNeedle[] {
  const little = Buffer.from(text, 'utf16le');
  return [little, Buffer.from(little).swap16()].map((bytes) => ({ form: 'utf-16', bytes }));
}

/** As a string in JSON, with what may be escaped and need not be; and as such a string inside another. */
function jsonForms(text: string): readonly FormNeedle[] {
  const plain = inJson(text);
  const once = [
    plain,
    plain.replaceAll('/', '\\/'),
    ...[false, true].flatMap((upper) => [
      toUnits(plain, /[^\x20-\x7e]/g, upper),
      toUnits(text, /[\s\S]/g, upper),
    ]),
  ];
  return [...once, ...once.map(inJson)].map((form) => ({ form: 'json', bytes: Buffer.from(form) }));
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function toUnits(text: string, which: RegExp, upper: boolean): string {
  return text.replace(which, (letter) => {
    const hex = letter.charCodeAt(0).toString(16).padStart(4, '0');
    return `\\u${upper ? hex.toUpperCase() : hex}`;
  });
}

function ascii(form: SecretForm): (text: string) => FormNeedle {
  return (text) => ({ form, bytes: Buffer.from(text, 'latin1') });
}

function utf8Text(bytes: Buffer): string | undefined {
  const text = bytes.toString('utf8');
  return Buffer.from(text).equals(bytes) ? text : undefined;
}
