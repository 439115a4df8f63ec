import type { Hasher } from '#domain/hash.ts';
import type { Digest, TombstoneId } from '#domain/id.ts';
import { actDigest, decodeAct, decodeActTexts, type ActKind } from '#domain/removal/act-codec.ts';
import { decodeReceipt, decodeReceiptTexts, receiptDigest } from '#domain/removal/receipt-codec.ts';
import type { ActRecord, DecodedTombstone, ReceiptRecord } from '#domain/removal/tombstone-set.ts';
import { decodeTombstone, decodeTombstoneTexts, tombstoneId } from '#domain/removal/tombstone.ts';
import { decodeAttestation } from '#domain/state/attestation.ts';
import type { RecordFiles } from '#usecases/signed-sets/set-files.ts';
import { assertTexts, fileOf, invalidRecord } from '#usecases/signed-sets/signed-record.ts';
import type { TombstoneFiles } from './read-set.ts';

/** A tombstone without what was said about it later. */
export type BareTombstone = Omit<DecodedTombstone, 'lifts' | 'purges' | 'receipts'>;

/** Decodes a tombstone's own files and recomputes its id; throws `FORMAT_INVALID`, `FORMAT_UNKNOWN`. */
export function decodeBareTombstone(
  hasher: Hasher,
  { id, declaration: files }: TombstoneFiles,
): BareTombstone {
  const bytes = fileOf(files, 'declaration.json');
  if (tombstoneId(hasher, bytes) !== id) throw invalidRecord('its declaration is another one');
  const declaration = decodeTombstone(bytes);
  const texts = decodeTombstoneTexts(fileOf(files, 'texts.json'));
  if (texts !== 'redacted') assertTexts(hasher, files, declaration.texts);
  return {
    id,
    declaration,
    texts,
    attestation: decodeAttestation(fileOf(files, 'attestation.json')),
    chain: fileOf(files, 'chain'),
  };
}

/** Where a record about a tombstone lies: which tombstone, by which name. */
export interface RecordPlace {
  readonly tombstone: TombstoneId;
  readonly digest: Digest;
}

/** Decodes a lift or purge and recomputes its digest; throws `FORMAT_INVALID`, `FORMAT_UNKNOWN`. */
export function decodeActRecord(
  hasher: Hasher,
  kind: ActKind,
  { files, tombstone, digest }: RecordPlace & { readonly files: RecordFiles },
): ActRecord {
  const bytes = fileOf(files, `${kind}.json`);
  if (actDigest(hasher, kind, bytes) !== digest) throw invalidRecord(`its ${kind} is another one`);
  const act = decodeAct(kind, bytes);
  if (act.tombstone !== tombstone) throw invalidRecord(`its ${kind} is of another tombstone`);
  assertTexts(hasher, files, act.texts);
  return {
    id: digest,
    act,
    texts: decodeActTexts(kind, fileOf(files, 'texts.json')),
    attestation: decodeAttestation(fileOf(files, 'attestation.json')),
    chain: fileOf(files, 'chain'),
  };
}

/** Decodes a receipt and recomputes its digest; throws `FORMAT_INVALID`, `FORMAT_UNKNOWN`. */
export function decodeReceiptRecord(
  hasher: Hasher,
  { files, tombstone, digest }: RecordPlace & { readonly files: RecordFiles },
): ReceiptRecord {
  const bytes = fileOf(files, 'receipt.json');
  if (receiptDigest(hasher, bytes) !== digest) throw invalidRecord('its receipt is another one');
  const receipt = decodeReceipt(bytes);
  if (receipt.tombstone !== tombstone) throw invalidRecord('its receipt is of another tombstone');
  assertTexts(hasher, files, receipt.texts);
  return {
    id: digest,
    receipt,
    texts: decodeReceiptTexts(fileOf(files, 'texts.json')),
    attestation: decodeAttestation(fileOf(files, 'attestation.json')),
  };
}
