import { concatBytes, utf8 } from '#domain/encoding/bytes.ts';
import { isOperation, type CoveredRecord } from '#domain/removal/covered-record.ts';
import { decodeOperationTexts } from '#domain/operation/operation-codec.ts';
import type { ThreadRecord } from '#domain/operation/thread-record.ts';
import { encodeRedactedTexts } from '#domain/removal/redacted-texts.ts';
import type { TombstoneRecord } from '#domain/removal/tombstone-set.ts';
import type { RemovedContent, RemovedSidecar, RemovedTexts } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';
import { changeThreadRecords } from '#usecases/threads/record/thread-records.ts';

/** Takes the sidecars that a tombstone covers out of the logs of this clone. Can be repeated. */
export async function hideLines({ log }: Workspace, { id, declaration }: TombstoneRecord): Promise<void> {
  const lines = declaration.covers.texts.filter(isOperation);
  if (lines.length === 0) return;
  const stub = encodeRedactedTexts(id);
  await log.replaceTexts(new Map(lines.map((line) => [line, stub])));
}

/** Puts them back, but for those that another tombstone hides, whose they are then. Can be repeated. */
export async function restoreLines(
  { log }: Workspace,
  { sidecars }: RemovedTexts,
  hiderOf: (record: CoveredRecord) => TombstoneRecord | undefined,
): Promise<void> {
  const lines = sidecars.flatMap(({ record, bytes }) => (isOperation(record) ? [{ record, bytes }] : []));
  if (lines.length === 0) return;
  const restored = lines.map(({ record, bytes }) => {
    const other = hiderOf(record);
    return [record, other === undefined ? bytes : encodeRedactedTexts(other.id)] as const;
  });
  await log.replaceTexts(new Map(restored));
}

/** A thread's local record has its task too, and would give it to the next capture. Can be repeated. */
export async function forgetTasks(workspace: Workspace, { words }: RemovedTexts): Promise<void> {
  await changeThreadRecords(workspace, (record) =>
    record.task !== null && words.includes(record.task) ? { ...record, task: null } : undefined,
  );
}

/** Gives threads their tasks back where a line that said so is there again. Can be repeated. */
export async function recallTasks(workspace: Workspace, { sidecars }: RemovedTexts): Promise<void> {
  const told = sidecars.flatMap(toldThreads);
  await changeThreadRecords(workspace, (known) => {
    if (known.task !== null) return undefined;
    const said = told.find(
      ({ thread, task, startedAt }) =>
        task !== null && thread === known.thread && startedAt === known.startedAt,
    );
    return said === undefined ? undefined : { ...known, task: said.task };
  });
}

function toldThreads({ record, bytes }: RemovedSidecar): readonly ThreadRecord[] {
  const texts = isOperation(record) ? decodeOperationTexts(bytes) : 'redacted';
  if (texts === 'redacted') return [];
  return texts.effects.flatMap((effect) => (effect.kind === 'thread' ? (effect.record ?? []) : []));
}

/**
 * What of removed texts a purge destroys and looks for: the sidecars, and what was written in them as it is and as JSON
 * has it. Shorter words stand anywhere by chance and are found by nobody.
 */
export function textContents(
  { writer }: Pick<Workspace, 'writer'>,
  { sidecars, words }: RemovedTexts,
): readonly Pick<RemovedContent, 'blob' | 'bytes'>[] {
  const unwritten = writer.batch();
  return [
    ...sidecars.map(({ blob, bytes }: RemovedSidecar) => ({ blob, bytes: concatBytes(bytes) })),
    ...spellingsOf({ words }).map((bytes) => ({ blob: unwritten.add('blob', bytes), bytes })),
  ];
}

/** Words as they are and as JSON has them, those alone that are long enough to be looked for. */
export function spellingsOf({ words }: Pick<RemovedTexts, 'words'>): readonly Uint8Array[] {
  const spellings = new Set(words.flatMap((word) => [word, JSON.stringify(word).slice(1, -1)]));
  return [...spellings].map(utf8).filter(({ length }) => length >= SHORTEST_WORD);
}

/** Bytes. */
const SHORTEST_WORD = 16;
