import type {
  FreezeResult,
  KeyRevokeResult,
  KeyRotateResult,
  UnfreezeResult,
} from '#domain/results/key-results.ts';
import type { TokenRevokeResult } from '#domain/results/token-results.ts';
import { fieldLines, whoText, type TextOf } from './shared-lines.ts';

const BLOCK_LETTERS = 16;

/** Somebody on a bad day may have mistyped it. */
const UNKNOWN = 'no token of it was used or made here: compare it with `heddle token list`';

/** Text of `token revoke`. */
export const tokenRevokeText: TextOf<TokenRevokeResult> = (result, terminal) => {
  const what =
    result.session === null
      ? `block ${(result.block ?? '').slice(0, BLOCK_LETTERS)}…`
      : `session ${terminal.safe(result.session)}`;
  const whose = result.principal === null ? '' : ` of ${whoText(result.principal, result.via, terminal)}`;
  if (result.id === null) return [`${what}${whose} was revoked already`];
  return [
    `${what}${whose} is revoked, with everything that was made from it (record ${terminal.id(result.id)})`,
    ...(result.principal === null ? [`${terminal.paint('warn', '!')} ${UNKNOWN}`] : []),
  ];
};

/** Text of `key revoke`. */
export const keyRevokeText: TextOf<KeyRevokeResult> = (result, terminal) => [
  `the keys of ${terminal.safe(result.principal)} are revoked, with every token that they signed (record ${terminal.id(result.id)})`,
  ...fieldLines({ 'root key': `ed25519:${result.root.slice(0, BLOCK_LETTERS)}…` }),
];

/** Text of `key rotate`. */
export const keyRotateText: TextOf<KeyRotateResult> = (result, terminal) => [
  `${terminal.safe(result.principal)} has new keys (record ${terminal.id(result.id)}); every token of the old ones has ended`,
  ...fieldLines({
    'root key': `ed25519:${result.root.slice(0, BLOCK_LETTERS)}…`,
    replaced: `ed25519:${result.replaced.slice(0, BLOCK_LETTERS)}…`,
  }),
  'log in again with `heddle login`',
];

/** Text of `freeze`. */
export const freezeText: TextOf<FreezeResult> = (result, terminal) => [
  `the repository is frozen by ${terminal.safe(result.by)}${result.breakGlass ? ' as break-glass' : ''} (record ${terminal.id(result.id)})`,
  ...fieldLines({ reason: result.reason === null ? null : terminal.safe(result.reason) }),
  `until ${result.breakGlass ? 'an owner runs ' : ''}\`heddle unfreeze\`, nobody changes anything but what ends an incident`,
  `other clones are frozen when they hear of it: run \`heddle push\`${result.breakGlass ? ', which passes on the freeze alone unless an owner does,' : ''} and \`heddle pull\` there`,
];

/** Text of `unfreeze`. */
export const unfreezeText: TextOf<UnfreezeResult> = ({ id, frozen }, terminal) => [
  `work goes on: the freeze by ${terminal.safe(frozen.by)} of ${terminal.time(frozen.since)} is lifted (record ${terminal.id(id)})`,
];
