import { mkdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { formatBase64Url } from '#domain/encoding/base64url.ts';
import { openWholeEngine } from '../../support/tokens/biscuit-engine.ts';
import { Stage } from '../../support/cli/stage.ts';
import { story, type Run } from '../../support/cli/run-heddle.ts';
import { tokenBombs } from '../../support/tokens/token-bombs.ts';
import { newRoot, REPO, TOKENS } from '../../support/tokens.ts';

const PRELOAD = fileURLToPath(new URL('../../support/preload/cpu-preload.mjs', import.meta.url));
const LONGEST = 16_384;
const holder = TOKENS.newHolder();
const OWN = `token_version(1); principal("dev@example.com"); session("session-1"); repo("${REPO}");
  holder(hex:${holder.publicKey}); issued(2026-11-21T12:00:00Z); check if time($time), $time <= 2030-11-22T00:00:00Z;`;

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().begin();
});
afterAll(() => stage.dispose());

/** The token as a credential file that somebody wrote. */
function credentialFile(name: string, token: Uint8Array): string {
  mkdirSync(stage.beside('bombs'), { recursive: true, mode: 0o700 });
  const path = stage.beside('bombs', `${name.replaceAll(' ', '-')}.hcred`);
  const provenance = { madeAt: '2026-11-21T12:00:00.000Z', madeBy: 'dev@example.com' };
  const secret = formatBase64Url(holder.secret);
  const text = {
    holder: holder.publicKey,
    provenance,
    secret,
    token: formatBase64Url(token),
    type: 'credential',
    v: 1,
  };
  writeFileSync(path, JSON.stringify(text), { mode: 0o600 });
  return path;
}

function processorTime({ stderr }: Run): number {
  return Number(/^processor (\d+)$/m.exec(stderr)?.[1]);
}

describe('a credential made to cost its reader much', () => {
  it('is refused by a process that takes no second longer for it, and tells why', async () => {
    const can = ['can', 'state:read', 'acme/core', '--json'];
    const usual = await stage.owner.run(can, { preload: PRELOAD });
    expect(usual.exit, story(usual)).toBe(0);
    const most = processorTime(usual) + 1000;
    const engine = await openWholeEngine();
    const codes = new Map<string, number>();
    for (const [name, token] of tokenBombs(engine, newRoot(), OWN)) {
      const env = { HEDDLE_CREDENTIAL: credentialFile(name, token) };
      const run = await stage.owner.run(can, { env, preload: PRELOAD });
      const code = /"code":"([A-Z_]+)"/.exec(run.stdout + run.stderr)?.[1] ?? '';
      const expected = token.length > LONGEST ? 'CREDENTIAL_FILE_INVALID' : 'CREDENTIAL_MALFORMED';
      expect(`${name}: ${code}`, story(run)).toBe(`${name}: ${expected}`);
      expect(processorTime(run), name).toBeLessThan(most);
      codes.set(code, (codes.get(code) ?? 0) + 1);
    }
    expect(codes.get('CREDENTIAL_MALFORMED') ?? 0).toBeGreaterThan(12);
    expect(codes.get('CREDENTIAL_FILE_INVALID') ?? 0).toBeGreaterThan(2);
  });

  it('may also be a resource that is nested too deeply', async () => {
    const deep = `acme/core@task:${'a/'.repeat(600)}a`;
    const run = await stage.owner.run(['can', 'state:read', deep, '--json'], { preload: PRELOAD });
    expect(run.stdout + run.stderr).toContain('"code":"EVALUATION_LIMIT"');
  });
});
