import { utf8 } from '#domain/encoding/bytes.ts';
import { encodeEvidenceIndex } from '#domain/evidence/evidence-codec.ts';
import { encodeTar } from '#domain/evidence/tar.ts';
import type { AuthorityId, StateId } from '#domain/id.ts';
import { hexBytes, textBytes, type Example } from './example-text.ts';

/** The index of an evidence of one state, and what its tar has in front of a file. */
export function evidenceExample({
  repo,
  state,
}: {
  readonly repo: AuthorityId;
  readonly state: StateId;
}): Example {
  const index = encodeEvidenceIndex({
    genesis: repo,
    scope: { kind: 'state', name: state },
    refs: [
      { name: 'refs/heddle/authority', id: 'a'.repeat(40) },
      { name: 'refs/heddle/threads/task/login', id: 'b'.repeat(40) },
    ],
    since: null,
    contents: 'left-out',
  });
  const header = encodeTar(new Map([['README.txt', utf8('x\n')]])).subarray(0, 345);
  return [
    ...textBytes('`evidence.json`', index),
    ...hexBytes('Header of `README.txt` with two bytes, without the zeros at its end', header),
  ];
}
