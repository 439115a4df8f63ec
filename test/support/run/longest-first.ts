import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Folders and files that take the longest, the longest first. */
const LONG = [
  'e2e/soak/',
  'e2e/every-verb',
  'property/decision-model',
  'e2e/removal/awkward-files',
  'e2e/landing/',
  'e2e/removal/limits',
  'architecture/bench',
  'contract/git/erase/erase-places',
  'faults/verbs/redact',
  'faults/verbs/',
  'e2e/',
  'faults/',
  'contract/git/',
  'contract/',
  'property/',
] as const;

/** Short files end a run, so that no core stands idle while the last of the long ones goes on. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    return sorted.toSorted((one, other) => rankOf(one) - rankOf(other));
  }
}

function rankOf({ moduleId }: TestSpecification): number {
  const rank = LONG.findIndex((part) => moduleId.includes(`/test/${part}`));
  return rank < 0 ? LONG.length : rank;
}
