import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { showInPager } from '#platform/pager.ts';

const directory = mkdtempSync(join(tmpdir(), 'heddle-pager-'));
afterAll(() => rmSync(directory, { recursive: true, force: true }));
const PATH = process.env['PATH'] ?? '';

describe('the pager', () => {
  it('is a shell line, gets all of the text, and is waited for', async () => {
    const file = join(directory, 'shown');
    const text = 'line\n'.repeat(100_000);
    expect(await showInPager(`cat > '${file}'; true`, text, { PATH })).toBe(true);
    expect(readFileSync(file, 'utf8')).toBe(text);
  });

  it('may be left early', async () => {
    expect(await showInPager('true', 'line\n'.repeat(100_000), { PATH })).toBe(true);
  });

  it('that is not there says so, so that the text is printed', async () => {
    expect(await showInPager('heddle-no-such-pager 2>&-', 'text', { PATH })).toBe(false);
  });

  it('is not looked up where the user stands', async () => {
    const file = join(directory, 'found');
    await showInPager(`printf %s "$PATH" > '${file}'`, '', { PATH: `.::bin:${PATH}` });
    expect(
      readFileSync(file, 'utf8')
        .split(':')
        .filter((entry) => !entry.startsWith('/')),
    ).toEqual([]);
  });

  it('tells less to leave short text on the screen, unless the user told it something', async () => {
    const file = join(directory, 'less');
    await showInPager(`printf %s "$LESS" > '${file}'`, '', { PATH });
    expect(readFileSync(file, 'utf8')).toBe('FRX');
    await showInPager(`printf %s "$LESS" > '${file}'`, '', { PATH, LESS: 'S' });
    expect(readFileSync(file, 'utf8')).toBe('S');
  });

  it('leaves no listener for interrupts behind', async () => {
    const before = process.listenerCount('SIGINT');
    await showInPager('true', '', { PATH });
    expect(process.listenerCount('SIGINT')).toBe(before);
  });
});
