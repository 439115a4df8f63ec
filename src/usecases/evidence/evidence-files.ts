import { HeddleError } from '#domain/error.ts';
import {
  decodeEvidenceIndex,
  encodeEvidenceIndex,
  type EvidenceIndex,
} from '#domain/evidence/evidence-codec.ts';
import { decodeTar, encodeTar } from '#domain/evidence/tar.ts';
import { parseDigest, parseId, type Digest } from '#domain/id.ts';
import type { EvidenceParts, EvidenceReader } from '#ports/boundary/evidence.ts';
import type { ObjectId } from '#ports/objects.ts';
import type { EvidenceLines } from './judge-evidence.ts';

const PAGE = 'README.txt';
const INDEX = 'evidence.json';

/** An evidence as it was read; nothing of it is verified. */
export interface EvidenceFiles {
  readonly index: EvidenceIndex;
  readonly page: Uint8Array;
  readonly lines: EvidenceLines;
  readonly objects: ReadonlyMap<ObjectId, Uint8Array>;
}

/** The bytes of an evidence: the same for the same things. */
export function encodeEvidence(
  { encodeObject }: Pick<EvidenceParts, 'encodeObject'>,
  {
    index,
    page,
    lines: { lines, chains },
    reader,
  }: Omit<EvidenceFiles, 'objects'> & { readonly reader: Pick<EvidenceReader, 'taken'> },
): Uint8Array {
  const files = new Map<string, Uint8Array>([
    [PAGE, page],
    [INDEX, encodeEvidenceIndex(index)],
  ]);
  for (const [digest, chain] of chains) files.set(`chains/${digest}`, chain);
  for (const [id, line] of lines) files.set(`lines/${id}.json`, line);
  for (const object of reader.taken()) files.set(`objects/${object.id}`, encodeObject(object));
  return encodeTar(files);
}

/** Reads an evidence strictly; throws `FORMAT_INVALID`, `FORMAT_UNKNOWN`. */
export function decodeEvidence(bytes: Uint8Array): EvidenceFiles {
  const files = new Map(decodeTar(bytes));
  const take = (name: string): Uint8Array => {
    const content = files.get(name);
    if (content === undefined) throw invalid(`has no ${name}`);
    files.delete(name);
    return content;
  };
  const [page, index] = [take(PAGE), decodeEvidenceIndex(take(INDEX))];
  const chains = new Map<Digest, Uint8Array>();
  const lines = new Map<string, Uint8Array>();
  const objects = new Map<ObjectId, Uint8Array>();
  for (const [name, content] of files) {
    const [, folder = '', rest = ''] = /^(chains|lines|objects)\/([^/]+)$/.exec(name) ?? [];
    if (folder === 'chains') chains.set(parseDigest(rest), content);
    else if (folder === 'lines' && rest.endsWith('.json'))
      lines.set(parseId('ho', rest.slice(0, -5)), content);
    else if (folder === 'objects' && /^[0-9a-f]{40}$/.test(rest)) objects.set(rest, content);
    else throw invalid(`holds ${name.slice(0, 100)}`);
  }
  return { index, page, lines: { lines, chains }, objects };
}

/** What a file holds that is no evidence of this kind. */
function invalid(why: string): HeddleError {
  return new HeddleError('FORMAT_INVALID', `the evidence ${why}`, { facts: { record: 'evidence' } });
}
