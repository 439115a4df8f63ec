import type { CanResult } from '#domain/results/decision-results.ts';
import type {
  EffectiveScope,
  TokenAttenuateResult,
  TokenBlockResult,
  TokenDiff,
  TokenInspectResult,
  TokenListResult,
  TokenMintResult,
  TokenSummary,
  TokenVerifyResult,
} from '#domain/results/token-results.ts';
import type { Allowance } from '#domain/decision/decision.ts';
import { denialLines } from '#cli/denial-text.ts';
import { escapeBlock, type Terminal } from '#cli/terminal-text.ts';
import {
  budgetsText,
  countText,
  fieldLines,
  findingLines,
  onlyText,
  roleText,
  whoText,
  type TextOf,
} from './shared-lines.ts';

/** Text of `token mint`; with `--stdout` the credential alone. */
export const tokenMintText: TextOf<TokenMintResult> = (result, terminal) =>
  madeLines(result.principal, result, terminal);

/** Text of `token attenuate`; with `--stdout` the credential alone. */
export const tokenAttenuateText: TextOf<TokenAttenuateResult> = (result, terminal) =>
  madeLines(result.agent, result, terminal);

function madeLines(
  whose: string,
  result: Pick<TokenMintResult, 'file' | 'descriptor' | 'credential' | 'plain'>,
  terminal: Terminal,
): readonly string[] {
  if (result.credential !== null) return [escapeBlock(result.credential).trimEnd()];
  return [
    result.descriptor === null
      ? `a token for ${terminal.safe(whose)} is in ${terminal.safe(result.file ?? 'no file')}`
      : `a token for ${terminal.safe(whose)} went to descriptor ${result.descriptor}`,
    ...result.plain.map((line) => `  ${terminal.safe(line)}`),
  ];
}

const TRUST: Readonly<Record<TokenInspectResult['trust'], string>> = {
  trusted: 'signed by a key that is registered here',
  'unknown-root': 'signed by a key that is not registered here',
  revoked: 'revoked here',
  'wrong-repository': 'made for another repository',
  unchecked: 'signatures are sound; no repository here to ask who is trusted',
};

/** Text of `token inspect`. */
export const tokenInspectText: TextOf<TokenInspectResult> = (result, terminal) => [
  ...fieldLines({
    principal: terminal.safe(result.principal),
    session: terminal.safe(result.session),
    repository: result.repo === '*' ? 'any' : terminal.safe(result.repo),
    trust: terminal.paint(result.trust === 'trusted' ? 'good' : 'warn', TRUST[result.trust]),
    sealed: result.sealed ? 'cannot be narrowed further' : null,
  }),
  ...result.blocks.flatMap((block) => blockLines(block, terminal)),
  'together:',
  ...scopeFields(result.effective, terminal),
  ...(result.diff === null ? [] : differenceLines(result.diff, terminal)),
];

/** What all blocks of a token leave together. */
export function scopeFields(scope: EffectiveScope, terminal: Terminal): readonly string[] {
  return fieldLines({
    may: scope.operations === null ? 'every operation' : terminal.safe(scope.operations.join(', ')),
    only: onlyText(scope.resources, terminal),
    expires:
      scope.expires === null ? null : `${terminal.time(scope.expires)}, ${terminal.distance(scope.expires)}`,
    depth: scope.depthLeft === null ? null : `${scope.depthLeft} more`,
    budget: budgetsText(scope.budgets),
  });
}

const RELATION: Readonly<Record<TokenDiff['relation'], string>> = {
  same: 'the same token',
  descendant: 'its parent',
  ancestor: 'made from this one',
  unrelated: 'not its parent',
};

/** What a token gains and loses against another. */
export function differenceLines(
  { relation, gains, loses, ...parent }: TokenDiff,
  terminal: Terminal,
): readonly string[] {
  const some = (differences: TokenDiff['gains']): readonly string[] =>
    differences.length === 0 ? ['  nothing'] : differences.map(({ plain }) => `  it ${terminal.safe(plain)}`);
  return [
    `against the token of ${whoText(parent.principal, parent.via, terminal)}, ${RELATION[relation]}:`,
    terminal.paint('head', 'gains'),
    ...some(gains),
    terminal.paint('head', 'loses'),
    ...some(loses),
  ];
}

function blockLines(block: TokenBlockResult, terminal: Terminal): readonly string[] {
  const whose = block.agent === null ? '' : ` for ${terminal.safe(block.agent)}`;
  return [
    terminal.paint('head', `block ${block.index}: ${block.kind}${whose}`),
    ...block.plain.map((line) => `  ${terminal.safe(line)}`),
    ...block.datalog.map((line) => terminal.paint('faint', `    ${terminal.safe(line)}`)),
  ];
}

/** Text of `token verify`. */
export const tokenVerifyText: TextOf<TokenVerifyResult> = ({ ok, principal, findings }, terminal) => [
  ...findingLines(findings, terminal),
  ok ? `good: it speaks for ${whoText(principal, [], terminal)}` : 'not good',
];

const STATUS_PAINT = { live: 'good', ended: 'faint', expired: 'faint', revoked: 'bad' } as const;

/** Text of `token list`: a few lines for each. */
export const tokenListText: TextOf<TokenListResult> = ({ tokens }, terminal) =>
  tokens.length === 0
    ? ['no token was made here']
    : tokens.flatMap((token) => [
        `${terminal.paint(STATUS_PAINT[token.status], token.status)} ${tokenWho(token, terminal)}, ${tokenEnd(token, terminal)}`,
        `  ${usedText(token, terminal)}`,
        ...leftLines(token),
        terminal.paint('faint', `  session ${terminal.safe(token.session)}`),
        // Whole: `token revoke --block` takes it.
        terminal.paint('faint', `  block ${terminal.safe(token.revocationId)}`),
      ]);

function tokenWho({ principal, agent, via }: TokenSummary, terminal: Terminal): string {
  return whoText(principal, agent === null ? via : [...via, agent], terminal);
}

function tokenEnd({ expires }: TokenSummary, terminal: Terminal): string {
  return expires === null ? 'without end' : `ends ${terminal.time(expires)}, ${terminal.distance(expires)}`;
}

function leftLines({ budgets }: TokenSummary): readonly string[] {
  const text = budgetsText(budgets);
  return text === null ? [] : [`  ${text}`];
}

function usedText({ lastSeen, ...use }: TokenSummary, terminal: Terminal): string {
  if (lastSeen === null) return 'never used here';
  const counts = [
    countText(use.states, 'state'),
    countText(use.operations, 'operation'),
    countText(use.denials, 'denial'),
  ];
  return `${counts.join(', ')}, last seen ${terminal.distance(lastSeen)}`;
}

/** Text of `can`. */
export const canText: TextOf<CanResult> = ({ decision, denial }, terminal) => [
  ...(decision === null ? [] : allowanceLines(decision, terminal)),
  ...(denial === null ? [] : denialLines(denial, { terminal, lead: terminal.paint('bad', 'no:') })),
];

function allowanceLines(decision: Allowance, terminal: Terminal): readonly string[] {
  const agents = decision.via.map(({ agent }) => agent);
  const { held } = decision;
  return [
    `${terminal.paint('good', 'yes:')} ${terminal.safe(decision.operation)} on ${decision.resources.map(terminal.safe).join(', ')}`,
    ...fieldLines({
      principal: whoText(decision.principal, agents, terminal),
      required: roleText(decision.required, terminal),
      held:
        held === null
          ? null
          : `${roleText(held, terminal)} (grant ${terminal.id(held.grant)}, by ${terminal.safe(held.by)}, ${held.since.slice(0, 10)})`,
    }),
    ...decision.scope.flatMap(({ block, plain }) =>
      plain.map((line) => `  block ${block}: ${terminal.safe(line)}`),
    ),
    ...decision.warnings.map(
      (warning) => `  ${terminal.paint('warn', 'asked for:')} ${terminal.safe(warning)}`,
    ),
  ];
}
