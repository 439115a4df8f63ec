import type { Needle } from './needles.ts';
import { joinLines, squeeze, undoEscapes } from './plain-text.ts';
import { noCounts, type Counts, type Finding, type ScanReport } from './report.ts';

/** A text without blanks and quotes holds shorter ones by chance. */
const SHORTEST_JOINED = 12;

/** Looks for all needles in whatever is handed to it, and gathers what a scan has to report. */
export class Search {
  readonly saw: Counts = noCounts();
  /** Length of the longest needle. */
  readonly longest: number;
  readonly #needles: readonly (Needle & { readonly joined: Buffer })[];
  readonly #findings = new Map<string, Finding>();
  readonly #problems: string[] = [];

  constructor(needles: readonly Needle[]) {
    this.#needles = needles.map((needle) => ({ ...needle, joined: squeeze(needle.bytes) }));
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
    const joined = joinLines(bytes);
    for (const { bytes: needle, joined: whole, what, encoding } of this.#needles) {
      if (bytes.includes(needle)) this.#note({ ...place, what, encoding });
      else if (whole.length >= SHORTEST_JOINED && joined?.includes(whole) === true)
        this.#note({ ...place, what, encoding: `${encoding}, split over lines` });
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
