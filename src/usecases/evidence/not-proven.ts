import type { EvidenceIndex } from '#domain/evidence/evidence-codec.ts';

/** What an evidence cannot prove, whatever it holds; clauses. */
export function notProvenBy({ contents, since }: EvidenceIndex, leftOut: number): readonly string[] {
  return [
    ...(contents === 'left-out' && leftOut > 0
      ? [`what is in files: ${leftOut} contents were left out, and only their ids are here`]
      : []),
    ...(since === null ? [] : ['what stands before the range']),
    'that nothing is missing: what was captured, revoked or removed elsewhere, or since it was made',
    'what logs say beside the lines that are here, what was reviewed, and what was landed',
  ];
}
