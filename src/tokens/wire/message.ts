import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';
import { malformed } from './refusal.ts';

/** A field's wire form; `s` for repeated ones. */
type FieldForm = 'number' | 'bytes' | 'bytess';
/** Every field that a message may have, by number. */
export type MessageShape = Readonly<Record<number, FieldForm>>;

/**
 * One protobuf message read against its shape: an unknown field, another wire type, a field given twice,
 * or a number of 2⁵³ and above refuses the token. Order and spelling of numbers are not checked here: the
 * readers encode what they read again and compare.
 */
export class Message {
  readonly #numbers = new Map<number, number>();
  readonly #bytes = new Map<number, Uint8Array[]>();
  readonly #what: string;

  constructor(bytes: Uint8Array, shape: MessageShape, what: string) {
    this.#what = what;
    try {
      this.#readAll(new BinaryReader(bytes), shape);
    } catch {
      // The library's own errors say nothing that a user could act upon.
      throw malformed(`${what} is not the protobuf message it should be`);
    }
  }

  optionalNumber(field: number): number | undefined {
    return this.#numbers.get(field);
  }

  number(field: number): number {
    return this.#require(this.#numbers.get(field), field);
  }

  optionalBytes(field: number): Uint8Array | undefined {
    return this.#bytes.get(field)?.[0];
  }

  bytes(field: number): Uint8Array {
    return this.#require(this.optionalBytes(field), field);
  }

  list(field: number): readonly Uint8Array[] {
    return this.#bytes.get(field) ?? [];
  }

  #readAll(reader: BinaryReader, shape: MessageShape): void {
    while (reader.pos < reader.len) {
      const [field, wire] = reader.tag();
      const form = shape[field];
      const seen = this.#numbers.has(field) || this.#bytes.has(field);
      if (form === undefined || (seen && form !== 'bytess')) throw malformed('field');
      if (wire !== (form === 'number' ? WireType.Varint : WireType.LengthDelimited)) throw malformed('wire');
      if (form === 'number') this.#numbers.set(field, readNumber(reader));
      else this.#keep(field, reader.bytes());
    }
  }

  #keep(field: number, bytes: Uint8Array): void {
    const list = this.#bytes.get(field);
    if (list === undefined) this.#bytes.set(field, [bytes]);
    else list.push(bytes);
  }

  #require<T>(value: T | undefined, field: number): T {
    if (value === undefined) throw malformed(`${this.#what} lacks field ${field}`);
    return value;
  }
}

function readNumber(reader: BinaryReader): number {
  const value = Number(reader.uint64());
  if (!Number.isSafeInteger(value)) throw malformed('number');
  return value;
}

/** What a field is written from: a number, or bytes of a text or of an inner message. */
export type FieldValue = number | Uint8Array;

/** Writes fields in the order given; an absent one is left out. Numbers below 2⁵³, not negative. */
export function writeMessage(
  fields: readonly (readonly [field: number, value: FieldValue | undefined])[],
): Uint8Array {
  const writer = new BinaryWriter();
  for (const [field, value] of fields) {
    if (value === undefined) continue;
    if (typeof value === 'number') writer.tag(field, WireType.Varint).uint64(value);
    else writer.tag(field, WireType.LengthDelimited).bytes(value);
  }
  return writer.finish();
}
