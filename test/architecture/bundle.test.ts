import { fileURLToPath } from 'node:url';
import { rolldown, type OutputChunk } from 'rolldown';
import { beforeAll, describe, expect, it } from 'vitest';
import config from '../../rolldown.config.mjs';

let chunks: readonly OutputChunk[];

beforeAll(async () => {
  const { output, ...input } = config;
  const bundle = await rolldown({ ...input, cwd: fileURLToPath(new URL('../..', import.meta.url)) });
  const { output: parts } = await bundle.generate(Array.isArray(output) ? output[0] : output);
  await bundle.close();
  chunks = parts.filter((part) => part.type === 'chunk');
});

/** Everything that is loaded with a chunk. */
function loadedWith(name: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(name)) return seen;
  seen.add(name);
  for (const next of chunks.find(({ fileName }) => fileName === name)?.imports ?? []) loadedWith(next, seen);
  return seen;
}

const holding = (part: string): readonly string[] =>
  chunks.filter(({ moduleIds }) => moduleIds.some((id) => id.includes(part))).map(({ fileName }) => fileName);

describe('the bundle', () => {
  it.each(['node_modules/isomorphic-git/', 'node_modules/diff/', 'src/git/pure/'])(
    'has %s in one file of its own, which nothing loads but a process without git',
    (part) => {
      const [file = '', ...more] = holding(part);
      expect(more).toEqual([]);
      const loading = chunks.filter(({ fileName }) => fileName !== file && loadedWith(fileName).has(file));
      expect(loading.map(({ fileName }) => fileName)).toEqual([]);
      const opening = chunks.filter(({ dynamicImports }) => dynamicImports.includes(file));
      expect(opening.map(({ fileName }) => fileName)).toEqual(holding('src/composition/command-context.ts'));
      expect(chunks.length).toBeGreaterThan(20);
    },
  );

  it.each(['history/log', 'history/show', 'history/blame', 'status', 'capture', 'can', 'hook/run'])(
    'has what %s needs in few files, and none of what only rarer verbs share',
    (verb) => {
      const [rare = '', ...more] = chunks
        .filter(({ name }) => name === 'shared')
        .map((chunk) => chunk.fileName);
      expect(more).toEqual([]);
      const filesOf = (command: string): readonly string[] => {
        const loaded = loadedWith(holding(`src/commands/${command}.ts`)[0] ?? '');
        return chunks.map(({ fileName }) => fileName).filter((name) => loaded.has(name));
      };
      expect(filesOf(verb)).not.toContain(rare);
      expect(filesOf(verb).length).toBeLessThanOrEqual(8);
      expect(filesOf('removal/purge')).toContain(rare);
    },
  );

  it('answers whether somebody may with neither histories, captures and hooks nor what changes anything', () => {
    const loaded = loadedWith(holding('src/commands/can.ts')[0] ?? '');
    const [everyday = ''] = holding('src/usecases/capture/capture.ts');
    for (const part of [
      'history/read-history',
      'capture/capture',
      'hooks/run-hook',
      'transaction/mutate',
      'keys/login',
    ]) {
      const [file = '', ...more] = holding(`src/usecases/${part}.ts`);
      expect([file === '', more]).toEqual([false, []]);
      expect(loaded).not.toContain(file);
    }
    expect(loadedWith(holding('src/commands/capture.ts')[0] ?? '')).toContain(everyday);
  });

  it('has the token engine in a file of its own, which is loaded where a token is to be evaluated', () => {
    const [engine = '', ...more] = holding('src/tokens/engine/engine.ts');
    expect(more).toEqual([]);
    expect(holding('node_modules/@biscuit-auth/')).toEqual([engine]);
    expect(chunks.filter(({ fileName }) => fileName !== engine && loadedWith(fileName).has(engine))).toEqual(
      [],
    );
    const loading = chunks.filter(({ dynamicImports }) => dynamicImports.includes(engine));
    expect(loading.map(({ fileName }) => fileName)).toEqual(holding('src/tokens/tokens.ts'));
  });

  it('opens a repository with none of what only rarer verbs share', () => {
    const [rare = ''] = chunks.filter(({ name }) => name === 'shared').map(({ fileName }) => fileName);
    const opening = [
      'crypto/home-lists/exception-store',
      'crypto/home-lists/shun-memory',
      'crypto/pin/clone-pins',
      'crypto/quarantine-store',
      'storage/index/local-index',
      'storage/open-storage',
      'storage/run-notes',
    ].flatMap((file) => holding(`src/${file}.ts`));
    expect(opening).toHaveLength(7);
    for (const file of opening) expect(loadedWith(file), file).not.toContain(rare);
  });

  it('leaves LevelDB, which has a native part, a package of its own that is imported late', () => {
    for (const name of ['level', 'classic-level', 'abstract-level']) {
      expect(holding(`node_modules/${name}/`), name).toEqual([]);
    }
    const importing = chunks.filter(({ dynamicImports }) => dynamicImports.includes('level'));
    expect(importing.map(({ fileName }) => fileName)).toEqual(holding('src/storage/index/level-store.ts'));
    expect(chunks.filter(({ imports }) => imports.includes('level'))).toEqual([]);
  });
});
