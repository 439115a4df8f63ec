import type { QuarantinedContent, RemovedContent, RemovedTexts } from '#ports/removal.ts';
import type { RemovedName } from '#ports/removal/names.ts';

/** What a quarantine is given: what is not there is left out. */
export function toKeep({
  contents,
  texts,
  names,
}: {
  readonly contents: readonly RemovedContent[];
  readonly texts: RemovedTexts | undefined;
  readonly names: readonly RemovedName[];
}): QuarantinedContent {
  return {
    contents,
    ...(texts === undefined ? {} : { texts }),
    ...(names.length === 0 ? {} : { names }),
  };
}

/** What a quarantine holds already, with what has come to be hidden since. */
export function joinKept(before: QuarantinedContent, now: QuarantinedContent): QuarantinedContent {
  const contents = new Map(before.contents.map((content) => [content.blob, content]));
  for (const content of now.contents) {
    const known = contents.get(content.blob);
    const entries = new Map(
      [...(known?.entries ?? []), ...content.entries].map((entry) => [entry.file, entry]),
    );
    contents.set(content.blob, { ...content, entries: [...entries.values()] });
  }
  const texts = joinTexts(before.texts, now.texts);
  const names = new Map([...(now.names ?? []), ...(before.names ?? [])].map((name) => [name.nameId, name]));
  return toKeep({ contents: [...contents.values()], texts, names: [...names.values()] });
}

/** Whether a quarantine holds already what has come to be hidden since. */
export function addsNothing(before: QuarantinedContent, now: QuarantinedContent): boolean {
  const files = new Set(
    before.contents.flatMap(({ blob, entries }) => entries.map(({ file }) => blob + file)),
  );
  const sidecars = new Set(before.texts?.sidecars.map(({ record }) => record));
  const names = new Set(before.names?.map(({ nameId }) => nameId));
  return (
    now.contents.every(({ blob, entries }) => entries.every(({ file }) => files.has(blob + file))) &&
    (now.texts?.sidecars ?? []).every(({ record }) => sidecars.has(record)) &&
    (now.names ?? []).every(({ nameId }) => names.has(nameId))
  );
}

function joinTexts(
  before: RemovedTexts | undefined,
  now: RemovedTexts | undefined,
): RemovedTexts | undefined {
  if (before === undefined || now === undefined) return before ?? now;
  const sidecars = new Map([...now.sidecars, ...before.sidecars].map((one) => [one.record, one]));
  return { sidecars: [...sidecars.values()], words: [...new Set([...before.words, ...now.words])] };
}
