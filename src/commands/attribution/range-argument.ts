import type { RangeNames } from '#usecases/attribution/commit-range.ts';

/** `main..topic`; what has a slash beside its dots is a path, and no range. */
const RANGE = /^(.*?[^/.])\.\.([^/.].*)?$/;

/** What is typed for a commit or a range of commits. */
export function parseRange(text: string): RangeNames {
  const [, since, until = 'HEAD'] = RANGE.exec(text) ?? [];
  return since === undefined ? { since: null, until: text } : { since, until };
}
