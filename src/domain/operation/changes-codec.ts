import type { Json } from '#domain/encoding/canonical-json.ts';
import { claimJson, readClaim } from '#domain/claim/claim-record.ts';
import { parseId, type StateId } from '#domain/id.ts';
import { JsonReader } from '#domain/encoding/json-reader.ts';
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

function effectJson(effect: Effect): Json {
  switch (effect.kind) {
    case 'worktree': {
      return { kind: effect.kind, gitDir: effect.gitDir, thread: effect.thread, state: effect.state };
    }
    case 'checkout': {
      const { kind, directory, commit, tree, thread, state } = effect;
      return { kind, directory, commit, tree, thread, state };
    }
    case 'leave': {
      return { kind: effect.kind, directory: effect.directory };
    }
    case 'discard': {
      const { kind, directory, thread, state, tree } = effect;
      return { kind, directory, thread, state, tree };
    }
    case 'follow': {
      const { kind, gitDir, from, to, state, files } = effect;
      return { kind, gitDir, from, to, state, files };
    }
    case 'veil':
    case 'unveil':
    case 'purge': {
      return { kind: effect.kind, tombstone: effect.tombstone };
    }
    case 'restore': {
      return { kind: effect.kind, gitDir: effect.gitDir, snapshot: effect.snapshot, to: effect.to };
    }
    case 'thread':
    case 'claim': {
      return recordJson(effect);
    }
  }
}

function recordJson(effect: Extract<Effect, { readonly kind: 'thread' | 'claim' }>): Json {
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
  const effect =
    kind === 'thread' || kind === 'claim' ? readRecorded(reader, kind) : readEffectFields(reader, kind);
  reader.end();
  return effect;
}

function readEffectFields(
  reader: JsonReader,
  kind: Exclude<(typeof EFFECT_KINDS)[number], 'thread' | 'claim'>,
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
    case 'leave': {
      return { kind, directory: reader.string('directory', LONGEST_PATH) };
    }
    case 'discard': {
      const directory = reader.string('directory', LONGEST_PATH);
      const thread = readThreadName(reader, 'thread');
      return { kind, directory, thread, state: readState(reader), tree: readGitId(reader, 'tree') };
    }
    case 'follow': {
      return {
        kind,
        gitDir: reader.string('gitDir', LONGEST_PATH),
        from: readGitId(reader, 'from'),
        to: readGitId(reader, 'to'),
        state: readState(reader),
        files: reader.oneOf('files', ['move', 'stay'] as const),
      };
    }
    case 'veil':
    case 'unveil':
    case 'purge': {
      return { kind, tombstone: parseId('hr', reader.string('tombstone')) };
    }
    case 'restore': {
      const gitDir = reader.string('gitDir', LONGEST_PATH);
      const snapshot = readGitId(reader, 'snapshot');
      if (snapshot === null) throw reader.invalid('has no snapshot');
      return { kind, gitDir, snapshot, to: reader.oneOf('to', ['before', 'after'] as const) };
    }
  }
}

function readRecorded(
  reader: JsonReader,
  kind: 'thread' | 'claim',
): Extract<Effect, { readonly kind: 'thread' | 'claim' }> {
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
