/** The hooks that heddle has in a clone, in the order in which people read them. */
export const CLIENT_HOOKS = [
  'pre-commit',
  'prepare-commit-msg',
  'post-checkout',
  'post-merge',
  'pre-push',
  'reference-transaction',
] as const;
export type ClientHook = (typeof CLIENT_HOOKS)[number];

/** Tells whether a word names one of them. */
export function isClientHook(word: string): word is ClientHook {
  return CLIENT_HOOKS.some((hook) => hook === word);
}

/** The hooks that git hands lines to on standard input. */
export function readsInput(hook: ClientHook): boolean {
  return hook === 'reference-transaction' || hook === 'pre-push';
}
