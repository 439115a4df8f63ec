import { CLIENT_HOOKS } from '#domain/hooks/hook-name.ts';
import { parseId } from '#domain/id.ts';
import type { HookFileResult } from '#domain/results/hooks/hook-results.ts';
import type { Samples } from './sample-types.ts';

const operation = parseId('ho', `ho-9t3c1w8q${'6'.repeat(43)}0`);
const directory = '/home/dev/core/.git/hooks';
const digest = 'a1'.repeat(32);
const hooks: readonly HookFileResult[] = CLIENT_HOOKS.map((hook) => ({
  hook,
  status: 'installed',
  chained: hook === 'pre-commit',
  digest,
}));
const missing = CLIENT_HOOKS.map((hook): HookFileResult => ({
  hook,
  status: 'missing',
  chained: false,
  digest: null,
}));
const manager = {
  name: 'husky',
  hook: 'pre-push',
  file: '.husky/pre-push',
  line: 'heddle hook run pre-push -- "$@"',
  asks: false,
} as const;

export const HOOK_SAMPLES: Samples<'hook-install' | 'hook-uninstall' | 'hook-status' | 'hook-run'> = {
  'hook-install': [
    { directory, operation, written: CLIENT_HOOKS, hooks, managers: [manager] },
    { directory, operation: null, written: [], hooks, managers: [{ ...manager, asks: true }] },
  ],
  'hook-uninstall': [{ directory, operation, removed: CLIENT_HOOKS, hooks: missing }],
  'hook-status': [
    {
      ok: false,
      installed: true,
      mode: 'enforce',
      directory,
      program: '/usr/lib/node_modules/heddle-vcs/bin/heddle.js',
      settings: [{ scope: 'environment', value: '/dev/null' }],
      hooks,
      managers: [manager],
      findings: [{ kind: 'hook', subject: 'core.hooksPath', message: 'hooks do not run' }],
    },
    {
      ok: false,
      installed: false,
      mode: 'observe',
      directory,
      program: null,
      settings: [],
      hooks: missing,
      managers: [],
      findings: [],
    },
  ],
  'hook-run': [
    { hook: 'pre-commit', mode: 'observe', refused: 'SCOPE_OPERATION', operation },
    { hook: 'reference-transaction', mode: 'enforce', refused: null, operation: null },
  ],
};
