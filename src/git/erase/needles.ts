import { cutBytes } from '#domain/removal/spans/cuts.ts';
import type { Erasable } from '#ports/removal.ts';
import type { ObjectId } from '#ports/objects.ts';

/** Shorter contents stand in too many files by chance: only a whole object or file that equals one counts. */
const SHORTEST = 16;
/** The same of a part that was cut out: as few bytes as a search for a secret takes. */
const SHORTEST_PART = 8;
/** A longer content is known by its first so many bytes that vary. */
const LONGEST = 1024 * 1024;
/** A stream is searched in windows of at least this size. */
const WINDOW = 256 * 1024;

/** What was found in some bytes. */
export interface Hits {
  /** One of the contents stands there, whole. */
  readonly content: boolean;
  /** One of the salts, or the id of one of the blobs where those are looked for. */
  readonly trace: boolean;
  /** An object's text names one of the blobs by its id: a note on it, a message that quotes it. */
  readonly named: boolean;
}

export const NO_HITS: Hits = { content: false, trace: false, named: false };

/** Looks through bytes that are there whole, or come in pieces. */
export interface Probe<H> {
  search(bytes: Buffer): H;
  stream(): ProbeStream<H>;
}

/** One search through a stream. */
export interface ProbeStream<H> {
  push(piece: Uint8Array): void;
  end(): H;
}

/** Bytes to look for: contents, and what would let somebody test a guess of one. */
export class Needles implements Probe<Hits> {
  readonly #contents: readonly Family[];
  readonly #short: readonly Buffer[];
  readonly #traces: readonly Buffer[];
  readonly #names: readonly Buffer[];
  /** No shorter bytes can hold one. */
  readonly shortest: number;
  readonly longest: number;

  private constructor(
    { whole, parts }: Sought,
    { traces = [], names = [] }: { readonly traces?: readonly Buffer[]; readonly names?: readonly Buffer[] },
  ) {
    const long = [...whole.filter(({ length }) => length >= SHORTEST), ...parts].map(probeOf);
    this.#contents = familiesOf(long);
    this.#short = whole.filter(({ length }) => length < SHORTEST && length > 0);
    this.#traces = traces;
    this.#names = names;
    const lengths = [...long, ...this.#short, ...traces, ...names].map(({ length }) => length);
    this.shortest = Math.min(Number.MAX_SAFE_INTEGER, ...lengths);
    this.longest = Math.max(1, ...lengths);
  }

  /** For objects: contents and salts, and names of the blobs. */
  static inObjects({ contents, salts }: Erasable): Needles {
    return new Needles(soughtIn(contents), {
      traces: salts.map(fromText),
      names: contents.map(({ blob }) => fromText(blob)),
    });
  }

  /** For files of Git and heddle: the blobs' ids too. */
  static inFiles({ contents, salts }: Erasable): Needles {
    const ids = contents.map(({ blob }) => blob);
    return new Needles(soughtIn(contents), { traces: [...salts, ...ids].map(fromText) });
  }

  /** For files of the user: contents alone, with the line endings that a checkout may give them too. */
  static inWorktrees({ contents }: Erasable): Needles {
    const { whole, parts } = soughtIn(contents);
    const written = { whole: whole.flatMap(withBothEndings), parts: parts.flatMap(withBothEndings) };
    return new Needles(written, {});
  }

  /** For objects that may hold one of these parts among other things. */
  static ofParts(parts: readonly Uint8Array[]): Needles {
    return new Needles({ whole: [], parts: parts.map((part) => Buffer.from(part)) }, {});
  }

  /** For files in which ids stand in binary: the blobs' alone. */
  static ofBinaryIds(ids: Iterable<ObjectId>): Needles {
    return new Needles({ whole: [], parts: [] }, { traces: [...ids].map((id) => Buffer.from(id, 'hex')) });
  }

  /** Looks through bytes that are there whole. */
  search(bytes: Buffer): Hits {
    if (bytes.length < this.shortest) return NO_HITS;
    return {
      content:
        this.#contents.some((family) => holdsOneOf(bytes, family)) ||
        this.#short.some((needle) => needle.equals(bytes)),
      trace: this.#traces.some((needle) => bytes.includes(needle)),
      named: this.#names.some((needle) => bytes.includes(needle)),
    };
  }

  /** Looks through bytes that come in pieces. */
  stream(): NeedleStream {
    return new NeedleStream(this);
  }
}

/** Memory is bounded by the longest needle. */
class NeedleStream implements ProbeStream<Hits> {
  readonly #needles: Needles;
  #held: Buffer[] = [];
  #size = 0;
  #whole = true;
  #hits: Hits = NO_HITS;

  constructor(needles: Needles) {
    this.#needles = needles;
  }

  push(piece: Uint8Array): void {
    this.#held.push(Buffer.from(piece));
    this.#size += piece.length;
    if (this.#size < Math.max(WINDOW, 4 * this.#needles.longest)) return;
    const window = this.#search();
    this.#whole = false;
    const tail = window.subarray(Math.max(0, window.length - this.#needles.longest + 1));
    this.#held = [Buffer.from(tail)];
    this.#size = tail.length;
  }

  end(): Hits {
    this.#search();
    return this.#hits;
  }

  #search(): Buffer {
    const [only] = this.#held;
    const window = this.#held.length === 1 && only !== undefined ? only : Buffer.concat(this.#held);
    // A short content counts only where it is everything.
    const found = this.#needles.search(window);
    const short = !this.#whole && window.length < SHORTEST;
    this.#hits = {
      content: this.#hits.content || (found.content && !short),
      trace: this.#hits.trace || found.trace,
      named: this.#hits.named || found.named,
    };
    return window;
  }
}

/** What goes, as bytes to look for. */
interface Sought {
  readonly whole: readonly Buffer[];
  /** Parts that were cut out of contents: they are looked for in whatever else may hold them. */
  readonly parts: readonly Buffer[];
}

function soughtIn(contents: Erasable['contents']): Sought {
  return {
    whole: contents.map(({ bytes }) => Buffer.from(bytes)),
    parts: contents
      .flatMap(({ bytes, cuts = [] }) => cutBytes(bytes, cuts))
      .filter(({ length }) => length >= SHORTEST_PART)
      .map((part) => Buffer.from(part)),
  };
}

/** Versions of a file mostly begin alike: what they have in common is looked for once. */
interface Family {
  readonly beginning: Buffer;
  readonly members: readonly Buffer[];
}

function familiesOf(needles: readonly Buffer[]): readonly Family[] {
  const families = new Map<string, Buffer[]>();
  for (const needle of needles) {
    const beginning = needle.toString('latin1', 0, SHORTEST);
    const members = families.get(beginning);
    if (members === undefined) families.set(beginning, [needle]);
    else members.push(needle);
  }
  return [...families.values()].map((members) => {
    const [first = Buffer.alloc(0)] = members;
    return { beginning: members.length === 1 ? first : first.subarray(0, SHORTEST), members };
  });
}

function holdsOneOf(bytes: Buffer, { beginning, members }: Family): boolean {
  for (let at = bytes.indexOf(beginning); at !== -1; at = bytes.indexOf(beginning, at + 1)) {
    if (members.some((needle) => bytes.subarray(at, at + needle.length).equals(needle))) return true;
  }
  return false;
}

/** All of a content, or of a long one the mebibyte after its leading run of one byte. */
function probeOf(content: Buffer): Buffer {
  if (content.length <= LONGEST) return content;
  let at = 0;
  while (at < content.length - LONGEST && content[at] === content[0]) at += 1;
  return content.subarray(at, at + LONGEST);
}

function withBothEndings(content: Buffer): readonly Buffer[] {
  const plain = content.includes('\n') && !content.includes('\r\n') && !content.includes(0);
  return plain
    ? [content, Buffer.from(content.toString('latin1').replaceAll('\n', '\r\n'), 'latin1')]
    : [content];
}

function fromText(text: string): Buffer {
  return Buffer.from(text, 'latin1');
}

/** Ids of the contents' blobs, and of all that something is put in the place of. */
export function blobIds({ contents, replacements }: Erasable): ReadonlySet<ObjectId> {
  return new Set([...contents.map(({ blob }) => blob), ...replacements.keys()]);
}
