import type { Needle } from './needles.ts';
import { ManyNeedles } from './many-needles.ts';
import { joinLines, squeeze, undoEscapes } from './plain-text.ts';
import { noCounts, type Counts, type Finding, type ScanReport } from './report.ts';

/** A text without blanks and quotes holds shorter ones by chance. */
const SHORTEST_JOINED = 12;

/** Looks for all needles in whatever is handed to it, and gathers what a scan has to report. */
export class Search {
  readonly saw: Counts = noCounts();
  /** Length of the longest needle. */
  readonly longest: number;
  readonly #needles: readonly Needle[];
  readonly #whole: ManyNeedles;
  /** The same without what may stand between two lines. */
  readonly #joined: ManyNeedles;
  /** Which needle each of those is. */
  readonly #joinedOf: readonly number[];
  readonly #findings = new Map<string, Finding>();
  readonly #problems: string[] = [];

  constructor(needles: readonly Needle[]) {
    this.#needles = needles;
    this.#whole = new ManyNeedles(needles.map(({ bytes }) => bytes));
    const joined = needles
      .map(({ bytes }, index) => ({ bytes: squeeze(bytes), index }))
      .filter(({ bytes }) => bytes.length >= SHORTEST_JOINED);
    this.#joined = new ManyNeedles(joined.map(({ bytes }) => bytes));
    this.#joinedOf = joined.map(({ index }) => index);
    this.longest = Math.max(0, ...needles.map(({ bytes }) => bytes.length));
  }

  look(bytes: Buffer, file: string, layer: string): void {
    if (this.#needles.length === 0) return;
    this.#lookFor(bytes, { file, layer, how: '' });
    for (const { how, bytes: text } of undoEscapes(bytes)) {
      this.#lookFor(text, { file, layer, how: `${how}, ` });
    }
  }

  #lookFor(
    bytes: Buffer,
    place: { readonly file: string; readonly layer: string; readonly how: string },
  ): void {
    const whole = this.#whole.findIn(bytes);
    const found = [...whole].map((index) => ({ index, split: '' }));
    const joined = joinLines(bytes);
    for (const at of joined === undefined ? [] : this.#joined.findIn(joined)) {
      const index = this.#joinedOf[at] ?? -1;
      if (!whole.has(index)) found.push({ index, split: ', split over lines' });
    }
    for (const { index, split } of found.toSorted((one, other) => one.index - other.index)) {
      const needle = this.#needles[index];
      if (needle !== undefined)
        this.#note({ ...place, what: needle.what, encoding: `${needle.encoding}${split}` });
    }
  }

  #note({ what, file, layer, how, encoding }: Finding & { readonly how: string }): void {
    const finding = { what, file, layer, encoding: `${how}${encoding}` };
    this.#findings.set(Object.values(finding).join('\0'), finding);
  }

  problem(file: string, message: string): void {
    this.#problems.push(`${file}: ${message}`);
  }

  /** Does it, or tells that it could not be done. */
  attempt<Result>(file: string, work: () => Result): Result | undefined {
    try {
      return work();
    } catch (error) {
      this.problem(file, error instanceof Error ? error.message : String(error));
      return undefined;
    }
  }

  report(): ScanReport {
    return { findings: [...this.#findings.values()], saw: { ...this.saw }, problems: [...this.#problems] };
  }
}
