import { instantWords, isInstant } from '#domain/time.ts';
import type { TokenDifference } from './token-diff.ts';
import { joinWords } from './token-words.ts';

type Words = (difference: TokenDifference) => string;

const LOST: Readonly<Record<TokenDifference['what'], Words>> = {
  operations: ({ parent, child }) => `may no longer ${joinWords(without(parent, child), 'or')}`,
  resources: ({ child }) => `is only within ${joinWords(child, 'or')}`,
  expires: ({ parent, child }) => `ends ${time(child)}${rather(parent.map(timeAt))}`,
  depth: ({ parent, child }) => `may add ${agents(child)}${rather(parent)}`,
  budget: ({ parent, child }) => `may use up at most ${joinWords(child, 'and')}${rather(parent)}`,
  provider: ({ child }) => `is only for provider ${joinWords(child, 'or')}`,
  model: ({ child }) => `is only for model ${joinWords(child, 'or')}`,
  actor: ({ child }) => `acts as ${child.at(-1) ?? 'its principal'}, whatever it does`,
};

const GAINED: Readonly<Record<TokenDifference['what'], Words>> = {
  operations: ({ parent, child }) => `may ${joinWords(without(child, parent), 'and')}`,
  resources: ({ parent }) => `is not bound to ${joinWords(parent, 'or')}`,
  expires: ({ parent, child }) => `ends ${time(child)}${rather(parent.map(timeAt))}`,
  depth: ({ parent, child }) => `may add ${agents(child)}${rather(parent)}`,
  budget: ({ parent, child }) =>
    child.length === 0
      ? `need not keep to ${joinWords(parent, 'and')}`
      : `may use up ${joinWords(child, 'and')}${rather(parent)}`,
  provider: ({ parent }) => `is not only for provider ${joinWords(parent, 'or')}`,
  model: ({ parent }) => `is not only for model ${joinWords(parent, 'or')}`,
  actor: ({ parent }) => `need not act as ${parent.at(-1) ?? 'nobody'}`,
};

/** What a token lost against another one, as a clause that continues "it …". */
export function describeLoss(difference: TokenDifference): string {
  return LOST[difference.what](difference);
}

/** The same for what it has and the other one has not. */
export function describeGain(difference: TokenDifference): string {
  return GAINED[difference.what](difference);
}

function without(all: readonly string[], some: readonly string[]): readonly string[] {
  return all.filter((item) => !some.includes(item));
}

function time([at]: readonly string[]): string {
  return at === undefined ? 'at no time' : timeAt(at);
}

function timeAt(at: string): string {
  return isInstant(at) ? instantWords(at) : at;
}

function agents([count]: readonly string[]): string {
  if (count === undefined) return 'any number of agents';
  return count === '1' ? '1 more agent' : `${count} more agents`;
}

/** Nothing where the other one was not limited. */
function rather([other]: readonly string[]): string {
  return other === undefined ? '' : `, not ${other}`;
}
