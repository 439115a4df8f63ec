import type { SecretPlace } from '#domain/results/removal-results.ts';
import type { FoundFiles, FoundObjects, SecretLook } from '#ports/removal.ts';
import type { Workspace } from '#ports/workspace.ts';

/** What a place has that is of no state. */
export const NOT_OF_A_STATE = { thread: null, state: null, states: 0, fix: null } as const;

/** Files of the work trees and of the Git directory. */
export function fileLines(
  { places }: Pick<Workspace, 'places'>,
  look: SecretLook,
  files: FoundFiles['files'],
): readonly SecretPlace[] {
  return files.map(({ area, directory, path, forms, compressed, named }) => {
    const elsewhere = area === 'worktree' && directory !== places.worktree;
    const notes = [
      ...(named ? ['its name holds it'] : []),
      ...(compressed ? ['compressed'] : []),
      ...(elsewhere ? [`in ${look.mask(directory)}`] : []),
    ];
    const note = notes.length === 0 ? null : notes.join(', ');
    return { ...NOT_OF_A_STATE, place: area, where: look.maskPath(path), forms, note };
  });
}

/** Refs, and paths in any history, that are named after it. */
export function nameLines(look: SecretLook, { names, refs }: FoundObjects): readonly SecretPlace[] {
  return [
    ...refs.map(({ name, forms }) => ({
      ...NOT_OF_A_STATE,
      place: 'ref' as const,
      where: look.mask(name),
      forms,
      note: null,
    })),
    ...names.map(({ name, forms }) => ({
      ...NOT_OF_A_STATE,
      place: 'name' as const,
      where: look.maskPath(name),
      forms,
      note: 'a path in history is named after it: `heddle redact --name PATH` hides that',
    })),
  ];
}
