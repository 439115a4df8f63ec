import { constants, gunzipSync, inflateSync, type ZlibOptions } from 'node:zlib';

const LARGEST = 2 ** 30;

export interface Inflated {
  readonly bytes: Buffer;
  /** How many bytes the stream took; undefined where it is damaged or does not end. */
  readonly taken: number | undefined;
}

/** True where a zlib stream may begin (RFC 1950). */
export function mayBeZlib(bytes: Buffer, at = 0): boolean {
  if (bytes.length < at + 2) return false;
  const first = bytes.readUInt8(at);
  return (first & 15) === 8 && first >> 4 <= 7 && bytes.readUInt16BE(at) % 31 === 0;
}

/** Inflates the stream that begins there; of a damaged or cut one what comes before the damage. */
export function inflateAt(bytes: Buffer, at: number): Inflated | undefined {
  if (!mayBeZlib(bytes, at)) return undefined;
  const input = bytes.subarray(at);
  try {
    // `info` makes it return the engine too, which is not in the types.
    const options: ZlibOptions & { readonly info: true } = { info: true, maxOutputLength: LARGEST };
    const { buffer, engine } = inflateSync(input, options) as unknown as {
      readonly buffer: Buffer;
      readonly engine: { readonly bytesWritten: number };
    };
    return { bytes: buffer, taken: engine.bytesWritten };
  } catch {
    const begun = asFarAs(input, (part) =>
      inflateSync(part, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: LARGEST }),
    );
    return begun === undefined ? undefined : { bytes: begun, taken: undefined };
  }
}

/** The same for a gzip member; later members of the same file are found at their own beginnings. */
export function gunzipAt(bytes: Buffer, at: number): Buffer | undefined {
  return asFarAs(bytes.subarray(at), (part) =>
    gunzipSync(part, { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: LARGEST }),
  );
}

/** What the longest beginning that can be read at all gives. */
function asFarAs(input: Buffer, read: (part: Buffer) => Buffer): Buffer | undefined {
  const tryRead = (length: number): Buffer | undefined => {
    try {
      return read(input.subarray(0, length));
    } catch {
      return undefined;
    }
  };
  const whole = tryRead(input.length);
  if (whole !== undefined) return whole.length === 0 ? undefined : whole;
  let best: Buffer | undefined;
  let good = 0;
  let bad = input.length;
  while (good + 1 < bad) {
    const middle = (good + bad) >> 1;
    const bytes = tryRead(middle);
    if (bytes === undefined) {
      bad = middle;
    } else {
      good = middle;
      best = bytes;
    }
  }
  return best === undefined || best.length === 0 ? undefined : best;
}
