/** Where something that was looked for stands. Never holds the thing itself. */
export interface Finding {
  /** Name that the caller gave to the secret or identifier. */
  readonly what: string;
  /** As it was given to the scanner: absolute, below one of its directories. */
  readonly file: string;
  /** `raw`, `name`, `loose object <id>`, `pack entry <id>`, `level block`, …; nested ones joined by ` > `. */
  readonly layer: string;
  /** `plain`, `base64+1`, `hex`, `utf16le`, …; after `percent-decoded` or `unescaped` where that was undone first. */
  readonly encoding: string;
}

/** How much of each kind was seen: a clean report that saw nothing is worth nothing. */
export interface Counts {
  files: number;
  bytes: number;
  links: number;
  looseObjects: number;
  packs: number;
  packEntries: number;
  deltas: number;
  packIndexes: number;
  indexes: number;
  indexEntries: number;
  indexExtensions: number;
  reflogLines: number;
  jsonLines: number;
  levelTables: number;
  levelBlocks: number;
  levelRecords: number;
  gzipMembers: number;
  /** Streams that were cut out of damaged packs. */
  carved: number;
}

export interface ScanReport {
  readonly findings: readonly Finding[];
  readonly saw: Readonly<Counts>;
  /** What could not be read whole. A test that claims absence asserts that there is nothing, or only the expected. */
  readonly problems: readonly string[];
}

/** An object that was read out of Git's storage. */
export interface SeenObject {
  readonly id: string;
  readonly type: string;
  readonly content: Buffer;
  readonly file: string;
}

export function noCounts(): Counts {
  return {
    files: 0,
    bytes: 0,
    links: 0,
    looseObjects: 0,
    packs: 0,
    packEntries: 0,
    deltas: 0,
    packIndexes: 0,
    indexes: 0,
    indexEntries: 0,
    indexExtensions: 0,
    reflogLines: 0,
    jsonLines: 0,
    levelTables: 0,
    levelBlocks: 0,
    levelRecords: 0,
    gzipMembers: 0,
    carved: 0,
  };
}
