import { SAMPLE } from './shared-samples.ts';
import type { Samples } from './sample-types.ts';

const UNDO_TARGET = {
  id: SAMPLE.operation,
  at: SAMPLE.at,
  op: 'capture',
  principal: 'dev@example.com',
  agent: 'worker',
  resource: 'acme/core@task/login',
} as const;

/** Answers about undo and redo. */
export const UNDO_SAMPLES: Samples<'undo' | 'undo-list' | 'undo-preview' | 'redo'> = {
  undo: [
    { operation: SAMPLE.operation, undone: SAMPLE.operation, op: 'capture', states: [SAMPLE.parent] },
    { operation: SAMPLE.operation, undone: SAMPLE.operation, op: 'thread-start', states: [] },
    { operation: SAMPLE.operation, undone: SAMPLE.operation, op: 'redact', states: [SAMPLE.state] },
  ],
  'undo-list': [
    {
      operations: [
        { ...UNDO_TARGET, status: 'stands', why: null, by: null },
        {
          ...UNDO_TARGET,
          status: 'undone',
          why: 'undone; `heddle redo` does it again',
          by: SAMPLE.operation,
        },
        { ...UNDO_TARGET, status: 'blocked', why: 'something was done there since', by: SAMPLE.operation },
        {
          ...UNDO_TARGET,
          op: 'purge',
          agent: null,
          resource: null,
          status: 'final',
          why: 'gone',
          by: null,
        },
        { ...UNDO_TARGET, status: 'gone', why: 'it is void', by: SAMPLE.operation },
      ],
    },
    { operations: [] },
  ],
  'undo-preview': [
    {
      does: 'undo',
      target: UNDO_TARGET,
      own: true,
      needs: { operation: 'undo', resources: ['acme/core@task/login'] },
      denied: null,
      plan: {
        threads: [
          {
            thread: 'task/login',
            from: SAMPLE.state,
            to: SAMPLE.parent,
            changed: [{ path: 'src/a.ts', change: 'modified' }],
          },
          { thread: 'task/x', from: null, to: null, changed: [] },
        ],
        record: false,
      },
    },
    {
      does: 'redo',
      target: { ...UNDO_TARGET, op: 'grant-add', agent: null },
      own: false,
      needs: { operation: 'grant:write', resources: ['acme/core'] },
      denied: null,
      plan: { threads: [], record: true },
    },
    {
      does: 'undo',
      target: UNDO_TARGET,
      own: false,
      needs: { operation: 'undo', resources: ['acme/core@task/login'] },
      denied: 'ROLE_INSUFFICIENT',
      plan: null,
    },
  ],
  redo: [
    {
      operation: SAMPLE.operation,
      undo: SAMPLE.operation,
      redone: SAMPLE.operation,
      op: 'capture',
      states: [SAMPLE.state],
    },
    {
      operation: SAMPLE.operation,
      undo: SAMPLE.operation,
      redone: SAMPLE.operation,
      op: 'grant-add',
      states: [],
    },
  ],
};
