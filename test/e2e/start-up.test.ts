import * as nodeModule from 'node:module';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Stage } from '../support/cli/stage.ts';

/** Says at the end which files of the bundle were loaded, and whether V8 took the code that was compiled for each. */
const REPORTER = `import vm from 'node:vm';
  import { writeSync } from 'node:fs';
  const loaded = [];
  vm.Script = class extends vm.Script {
    constructor(code, options) {
      super(code, options);
      loaded.push([options.filename, this.cachedDataRejected === false]);
    }
  };
  process.on('exit', () => writeSync(2, JSON.stringify(loaded)));`;

let stage: Stage;
beforeAll(async () => {
  stage = await new Stage().withDev();
  await stage.dev.ok(['capture', '-m', 'first']);
});
afterAll(() => stage.dispose());

// A Node that has a compile cache of its own uses that.
describe.skipIf('enableCompileCache' in nodeModule)('a verb of every day', () => {
  // Where flags of V8 change on the way, it refuses the code of all that is loaded afterwards.
  it.each([
    ['can', 'state:capture', 'acme/core@task/login'],
    ['log', '-n', '5'],
  ])('%s loads no file of rarer ones, and compiles nothing', async (...argv) => {
    const preload = `data:text/javascript,${encodeURIComponent(REPORTER)}`;
    const { exit, stderr } = await stage.dev.run(argv, { preload });
    expect(exit, stderr).toBe(0);
    const files = JSON.parse(stderr) as readonly (readonly [string, boolean])[];
    const rest = files.filter(([name]) => !name.endsWith('/main.cjs'));
    expect(rest.filter(([, taken]) => !taken)).toEqual([]);
    expect(rest.filter(([name]) => name.includes('/shared-'))).toEqual([]);
    expect(rest.length).toBeGreaterThan(4);
  });
});

describe('a user without a home', () => {
  const nobody = `import os from 'node:os';
    import { syncBuiltinESMExports } from 'node:module';
    os.homedir = os.userInfo = () => { throw new Error('no entry'); };
    syncBuiltinESMExports();`;

  it('is told what to set', async () => {
    const preload = `data:text/javascript,${encodeURIComponent(nobody)}`;
    const env = { HEDDLE_HOME: '', HOME: '', XDG_CONFIG_HOME: '', XDG_STATE_HOME: '', XDG_DATA_HOME: '' };
    const { exit, stderr } = await stage.dev.run(['status', '--json'], { preload, env });
    expect(exit, stderr).toBe(78);
    expect(JSON.parse(stderr)).toMatchObject({ code: 'HOME_MISSING' });
  });
});
