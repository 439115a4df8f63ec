import { jsonField } from '#domain/encoding/json-field.ts';
import { shortId } from '#domain/id.ts';
import type { OperationKind } from '#domain/operation/operation.ts';
import type { Target } from './reversal.ts';

/** What has no way back, and what to do instead. */
const FINAL: Partial<Record<OperationKind, { readonly what: string; readonly instead: string }>> = {
  purge: { what: 'a purge', instead: 'the content is gone from this clone' },
  'token-revoke': {
    what: 'the revocation of a token',
    instead: 'make another one with `heddle token mint` or `heddle token attenuate`',
  },
  'key-revoke': {
    what: 'the revocation of keys',
    instead: 'make others with `heddle key new --replace` and register them with `heddle key add`',
  },
  'key-rotate': {
    what: 'a rotation of keys',
    instead: 'the keys from before are revoked; `heddle key rotate` takes up new ones',
  },
  push: {
    what: 'a push',
    instead: 'others may have taken it over; name the operation before it that you mean',
  },
  review: {
    what: 'a review',
    instead: 'take it back with `heddle review THREAD --withdraw`, or review it again',
  },
  approve: { what: 'an approval', instead: 'take back what it gave' },
};

/** Why `undo` stops at such an operation; undefined for one that it passes over: whoever says it may mean just this. */
export function stopsUndo({ line }: Target): string | undefined {
  const final = FINAL[line.op];
  return final === undefined
    ? undefined
    : `${final.what} cannot be undone, nor passed over unnamed: ${final.instead}`;
}

/** Why an operation that was named has no way back. Of what a request made, the command that takes it back is known. */
export function whyFinal({ id, line, texts }: Target): string {
  const gives = jsonField(texts.result, 'gives');
  const [grant, block] = [jsonField(gives, 'grant'), jsonField(gives, 'block')];
  if (line.op === 'undo') return `an undo is taken back with \`heddle redo ${shortId(id)}\``;
  if (line.op === 'request') return 'a request is taken back with `heddle deny`';
  if (typeof grant === 'string') return `take the grant back with \`heddle grant remove ${shortId(grant)}\``;
  if (typeof block === 'string') return `take the token back with \`heddle token revoke --block ${block}\``;
  const final = FINAL[line.op];
  return final === undefined
    ? `${line.op} cannot be undone`
    : `${final.what} cannot be undone: ${final.instead}`;
}
