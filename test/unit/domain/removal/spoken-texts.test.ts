import { describe, expect, it } from 'vitest';
import type { Json } from '#domain/encoding/canonical-json.ts';
import { spokenTexts } from '#domain/removal/spoken-texts.ts';

describe('what somebody wrote in a sidecar', () => {
  it('is found wherever it stands, and nothing that heddle wrote', () => {
    const args = { verb: { intent: 'a', thread: 'task/x', list: [{ reason: 'b' }] }, operationId: null };
    const result = { state: 'hs-1', evidence: ['c', { url: 'd' }], task: null, message: ' ' };
    expect(spokenTexts({ args, result, salt: 's', paths: ['p'] })).toEqual([
      { field: 'intent', text: 'a' },
      { field: 'reason', text: 'b' },
      { field: 'evidence', text: 'c' },
      { field: 'evidence', text: 'd' },
    ]);
  });

  it('is looked for no deeper than any sidecar goes', () => {
    let deep: Json = { reason: 'x' };
    for (let depth = 0; depth < 100; depth += 1) deep = { deeper: deep };
    expect(spokenTexts(deep)).toEqual([]);
  });
});
