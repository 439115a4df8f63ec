import { describe, expect, it } from 'vitest';
import { RESULT_SAMPLES } from '../../support/samples/results/result-samples.ts';
import { resultText } from '#cli/text/result-text.ts';
import { terminalText } from '#cli/terminal-text.ts';
import type { OperationKind } from '#domain/operation/operation.ts';
import type { UndoPreviewResult } from '#domain/results/undo-results.ts';

const terminal = terminalText({ color: false, now: 0 });
const [UNDO] = RESULT_SAMPLES.undo;
const [REDO] = RESULT_SAMPLES.redo;
const PREVIEW = RESULT_SAMPLES['undo-preview'].find(({ plan }) => plan !== null);
if (!UNDO || !REDO || !PREVIEW) throw new Error('there are samples');

const undone = (op: OperationKind): string =>
  resultText({ kind: 'undo', result: { ...UNDO, op, states: [] } }, terminal).join('\n');
const redone = (op: OperationKind): string =>
  resultText({ kind: 'redo', result: { ...REDO, op, states: [] } }, terminal).join('\n');
const preview = (op: OperationKind, more: Partial<UndoPreviewResult>): string => {
  const result = { ...PREVIEW, target: { ...PREVIEW.target, op }, ...more };
  return resultText({ kind: 'undo-preview', result }, terminal).join('\n');
};

describe('what redo says of what is done anew', () => {
  it('is what came of it', () => {
    expect(redone('thread-drop')).toContain('its thread is out of the list again; `heddle undo` has it back');
    expect(redone('restore')).toContain('its files are restored again');
    expect(redone('land')).toContain('its commits are on the branch again');
    expect(redone('capture')).not.toMatch(/out of the list|restored|branch/);
  });
});

describe('what undo says of a landing', () => {
  it('is that it waits again', () => {
    expect(undone('continue')).toContain('the landing waits again: `heddle continue` lands it');
    expect(undone('abort')).toContain('the landing waits again: `heddle continue` lands it');
    expect(undone('land-conflict')).not.toContain('waits');
  });

  it('is beforehand that files stay where they do', () => {
    expect(preview('capture', {})).toContain('; files of the work tree stay');
    expect(preview('continue', {})).toContain('; files of the work tree stay');
    expect(preview('thread-split', {})).not.toContain('stay');
  });
});

describe('what undo and redo say of the freeze', () => {
  it('is what came of it', () => {
    expect(undone('unfreeze')).toContain('the repository is frozen again');
    expect(undone('freeze')).toContain('the repository is no longer frozen');
    expect(redone('freeze')).toContain('the repository is frozen again');
    expect(redone('unfreeze')).toContain('the repository is no longer frozen');
    expect(undone('capture') + redone('capture')).not.toContain('frozen');
  });

  it('is said beforehand too, but not to whom it is denied', () => {
    expect(preview('unfreeze', { does: 'undo' })).toContain('the repository would be frozen again');
    expect(preview('unfreeze', { does: 'redo' })).toContain('the repository would be no longer frozen');
    expect(preview('freeze', { does: 'undo' })).toContain('the repository would be no longer frozen');
    const denied = { does: 'undo', denied: 'ROLE_INSUFFICIENT', plan: null } as const;
    expect(preview('unfreeze', denied)).not.toContain('frozen again');
    expect(preview('capture', {})).not.toContain('frozen');
  });
});
