/** Splits what git writes with `-z` at its NULs; each ends with one. */
export function splitRecords(output: Buffer): readonly Buffer[] {
  const records: Buffer[] = [];
  for (let start = 0; start < output.length;) {
    const nul = output.indexOf(0, start);
    const end = nul === -1 ? output.length : nul;
    records.push(output.subarray(start, end));
    start = end + 1;
  }
  return records;
}

/** Joins paths as git reads them with `-z`. */
export function* joinRecords(paths: Iterable<Uint8Array>): Generator<Uint8Array> {
  const batch: Uint8Array[] = [];
  let size = 0;
  for (const path of paths) {
    batch.push(path, NUL);
    size += path.length + 1;
    if (size < BATCH_BYTES) continue;
    yield Buffer.concat(batch.splice(0));
    size = 0;
  }
  yield Buffer.concat(batch);
}

const NUL = Uint8Array.of(0);
const BATCH_BYTES = 65_536;
