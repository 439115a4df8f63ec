import type { SecretForm } from '#domain/results/removal-results.ts';
import { escapePath } from '#domain/encoding/percent-escape.ts';
import { secretForms, splitForms, squeeze, type FormNeedle } from './secret-forms.ts';

/** In which forms a secret was found; empty where it was not. */
export type Sighting = ReadonlySet<SecretForm>;

const MASK = '[secret]';

/** Looks for a secret in any of its forms. */
export class SecretProbe {
  readonly #whole: readonly FormNeedle[];
  readonly #split: readonly FormNeedle[];

  constructor(secret: Uint8Array) {
    const bytes = Buffer.from(secret);
    this.#whole = secretForms(bytes);
    this.#split = splitForms(bytes);
  }

  /** Looks through bytes that are there whole. */
  search(bytes: Uint8Array): Sighting {
    const stream = this.stream();
    stream.push(bytes);
    return stream.end();
  }

  /** Looks through bytes that come in pieces; holds no more of them than the longest form is long. */
  stream(): SecretStream {
    return new SecretStream(this.#whole, this.#split);
  }

  /** A text that may be shown: without the secret. */
  mask(text: string): string {
    return this.#masked(Buffer.from(text)).toString('utf8');
  }

  /** The same of a path in raw bytes. An escaped one would be in no form that is known: escapes are escaped again. */
  maskPath(path: Uint8Array): string {
    return this.mask(escapePath(this.#masked(Buffer.from(path))));
  }

  #masked(bytes: Buffer): Buffer {
    let text = bytes.toString('latin1');
    for (const needle of this.#whole) text = text.replaceAll(needle.bytes.toString('latin1'), MASK);
    const masked = Buffer.from(text, 'latin1');
    return this.search(masked).size === 0 ? masked : Buffer.from(MASK);
  }
}

/** One search through a stream. */
class SecretStream {
  readonly #whole: Windows;
  readonly #split: Windows;
  readonly #found = new Set<SecretForm>();

  constructor(whole: readonly FormNeedle[], split: readonly FormNeedle[]) {
    this.#whole = new Windows(whole);
    this.#split = new Windows(split);
  }

  push(piece: Uint8Array): void {
    this.#whole.push(Buffer.from(piece), this.#found);
    // What stands whole is not split besides.
    if (this.#found.size === 0) this.#split.push(squeeze(piece), this.#found);
  }

  end(): Sighting {
    return this.#found;
  }
}

class Windows {
  readonly #needles: readonly FormNeedle[];
  readonly #overlap: number;
  #tail = Buffer.alloc(0);

  constructor(needles: readonly FormNeedle[]) {
    this.#needles = needles;
    this.#overlap = Math.max(0, ...needles.map(({ bytes }) => bytes.length - 1));
  }

  push(piece: Buffer, found: Set<SecretForm>): void {
    const window = this.#tail.length === 0 ? piece : Buffer.concat([this.#tail, piece]);
    for (const { form, bytes } of this.#needles) {
      if (!found.has(form) && window.includes(bytes)) found.add(form);
    }
    // A copy: pieces are views of a buffer that is reused.
    this.#tail = Buffer.from(window.subarray(Math.max(0, window.length - this.#overlap)));
  }
}
