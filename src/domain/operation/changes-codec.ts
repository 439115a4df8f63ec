import type { Json } from '#domain/encoding/canonical-json.ts';
import { claimJson, readClaim } from '#domain/claim/claim-record.ts';
import { parseId, type StateId } from '#domain/id.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
import {
  pendingLandingJson,
  readPendingLanding,
  type PendingLanding,
} from '#domain/landing/pending-landing.ts';
import { MOST_EXCEPTIONS, readException } from '#domain/secrets/secret-exception.ts';
import type { Effect, OperationTexts, RefChange } from './operation.ts';
import { readThreadName, readThreadRecord, threadRecordJson } from './thread-record.ts';

/** What an operation moves: the part of its sidecar that recovery repeats and undo reverses. */
export type Changes = Pick<OperationTexts, 'refs' | 'effects'>;

const EFFECT_KINDS = [
  'worktree',
  'checkout',
  'leave',
  'discard',
  'thread',
  'follow',
  'veil',
  'unveil',
  'purge',
  'restore',
  'claim',
  'index',
  'landing',
  'exceptions',
] as const;
const MOST_CHANGES = 10_000;
const LONGEST_PATH = 16_384;
const GIT_ID = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** The JSON form: fields `refs` and `effects`. */
export function changesJson(changes: Changes): { readonly [key: string]: Json } {
  return {
    refs: changes.refs.map((ref) => ({ name: ref.name, old: ref.old, new: ref.new })),
    effects: changes.effects.map(effectJson),
  };
}

/** Reads `refs` and `effects` strictly; throws `FORMAT_INVALID`. The caller ends the reader. */
export function readChanges(reader: JsonReader): Changes {
  return {
    refs: reader.list('refs', readRefChange, MOST_CHANGES),
    effects: reader.list('effects', readEffect, MOST_CHANGES),
  };
}

/** Every field of an effect is JSON as it is, but for the records in some of them. */
function effectJson(effect: Effect): Json {
  if (effect.kind === 'thread' || effect.kind === 'claim') return recordJson(effect);
  if (effect.kind === 'landing') {
    const pending = effect.pending === null ? null : pendingLandingJson(effect.pending);
    return { kind: effect.kind, gitDir: effect.gitDir, pending };
  }
  if (effect.kind === 'exceptions') return { kind: effect.kind, add: effect.add.map((one) => ({ ...one })) };
  return { ...effect };
}

function recordJson(effect: Recorded): Json {
  const { kind, thread } = effect;
  if (kind === 'claim')
    return { kind, thread, claim: effect.claim === null ? null : claimJson(effect.claim) };
  return { kind, thread, record: effect.record === null ? null : threadRecordJson(effect.record) };
}

function readRefChange(item: Json): RefChange {
  const reader = new JsonReader(item, 'operation texts.refs');
  const change: RefChange = {
    name: reader.string('name'),
    old: readGitId(reader, 'old'),
    new: readGitId(reader, 'new'),
  };
  reader.end();
  return change;
}

function readEffect(item: Json): Effect {
  const reader = new JsonReader(item, 'operation texts.effects');
  const kind = reader.oneOf('kind', EFFECT_KINDS);
  const effect = isRecorded(kind)
    ? readRecorded(reader, kind)
    : isPlaced(kind)
      ? readPlaced(reader, kind)
      : readEffectFields(reader, kind);
  reader.end();
  return effect;
}

function readEffectFields(
  reader: JsonReader,
  kind: Exclude<Effect['kind'], Recorded['kind'] | Placed['kind']>,
): Effect {
  switch (kind) {
    case 'worktree': {
      const gitDir = reader.string('gitDir', LONGEST_PATH);
      const thread = reader.nullableString('thread');
      return { kind, gitDir, thread, state: readState(reader) };
    }
    case 'checkout': {
      return {
        kind,
        directory: reader.string('directory', LONGEST_PATH),
        commit: readGitId(reader, 'commit'),
        tree: readGitId(reader, 'tree'),
        thread: readThreadName(reader, 'thread'),
        state: readState(reader),
      };
    }
    case 'exceptions': {
      return { kind, add: reader.list('add', readException, MOST_EXCEPTIONS) };
    }
    case 'leave': {
      return { kind, directory: reader.string('directory', LONGEST_PATH) };
    }
    case 'discard': {
      const directory = reader.string('directory', LONGEST_PATH);
      const thread = readThreadName(reader, 'thread');
      return { kind, directory, thread, state: readState(reader), tree: readGitId(reader, 'tree') };
    }
    case 'veil':
    case 'unveil':
    case 'purge': {
      return { kind, tombstone: parseId('hr', reader.string('tombstone')) };
    }
  }
}

type Recorded = Extract<Effect, { readonly kind: 'thread' | 'claim' }>;

function isRecorded(kind: Effect['kind']): kind is Recorded['kind'] {
  return kind === 'thread' || kind === 'claim';
}

type Placed = Extract<Effect, { readonly kind: 'follow' | 'index' | 'landing' | 'restore' }>;

function isPlaced(kind: Effect['kind']): kind is Placed['kind'] {
  return ['follow', 'index', 'landing', 'restore'].includes(kind);
}

/** What happens in a worktree whose Git directory is named. */
function readPlaced(reader: JsonReader, kind: Placed['kind']): Placed {
  const gitDir = reader.string('gitDir', LONGEST_PATH);
  if (kind === 'landing') return { kind, gitDir, pending: readPending(reader) };
  if (kind === 'follow') {
    return {
      kind,
      gitDir,
      from: readGitId(reader, 'from'),
      to: readGitId(reader, 'to'),
      state: readState(reader),
      files: reader.oneOf('files', ['move', 'stay'] as const),
    };
  }
  const snapshot = readGitId(reader, 'snapshot');
  if (snapshot === null) throw reader.invalid('has no snapshot');
  return { kind, gitDir, snapshot, to: reader.oneOf('to', ['before', 'after'] as const) };
}

function readPending(parent: JsonReader): PendingLanding | null {
  const reader = parent.nullableObject('pending');
  if (reader === null) return null;
  const pending = readPendingLanding(reader);
  reader.end();
  return pending;
}

function readRecorded(reader: JsonReader, kind: Recorded['kind']): Recorded {
  const thread = readThreadName(reader, 'thread');
  if (kind === 'claim') return { kind, thread, claim: readClaimed(reader) };
  return { kind, thread, record: readRecord(reader) };
}

function readRecord(parent: JsonReader): Extract<Effect, { readonly kind: 'thread' }>['record'] {
  const reader = parent.nullableObject('record');
  if (reader === null) return null;
  const record = readThreadRecord(reader);
  reader.end();
  return record;
}

function readClaimed(parent: JsonReader): Extract<Effect, { readonly kind: 'claim' }>['claim'] {
  const reader = parent.nullableObject('claim');
  if (reader === null) return null;
  const claim = readClaim(reader);
  reader.end();
  return claim;
}

function readState(reader: JsonReader): StateId | null {
  const state = reader.nullableString('state');
  return state === null ? null : parseId('hs', state);
}

function readGitId(reader: JsonReader, name: string): string | null {
  const id = reader.nullableString(name, 64);
  if (id !== null && !GIT_ID.test(id)) throw reader.invalid(`has no proper ${name}`);
  return id;
}
