import { encodeObject, nowhereOf, readerOf, sourceOf } from '#git/read-only/evidence-objects.ts';
import { READ_ONLY } from '#git/read-only/read-only.ts';
import type { EvidenceParts } from '#ports/boundary/evidence.ts';
import type { Workspace } from '#ports/workspace.ts';
import { NO_CLONE } from '#storage/no-clone.ts';

/** What evidences are made of and verified with, elsewhere than in a repository. */
export function evidenceParts(machine: Workspace): EvidenceParts {
  return { nowhere: nowhereOf({ ...machine, ...READ_ONLY, ...NO_CLONE }), readerOf, sourceOf, encodeObject };
}
