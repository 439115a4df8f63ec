import { mkdirSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A test's own program, as plain JavaScript that the oldest supported Node runs. */
export interface BundledProgram {
  readonly path: string;
  remove(): Promise<void>;
}

/** Bundles a TypeScript program below `test/` with the sources it imports. */
export async function bundleProgram(entry: URL): Promise<BundledProgram> {
  const base = join(ROOT, 'node_modules', '.cache');
  // Below node_modules, so that a package that is not bundled is still found.
  mkdirSync(base, { recursive: true });
  const directory = await mkdtemp(join(base, 'program-'));
  const path = join(directory, 'program.mjs');
  const bundle = await rolldown({
    input: fileURLToPath(entry),
    platform: 'node',
    external: ['level'],
    cwd: ROOT,
    logLevel: 'silent',
  });
  try {
    await bundle.write({ file: path, format: 'esm', codeSplitting: false });
  } finally {
    await bundle.close();
  }
  return { path, remove: () => rm(directory, { recursive: true, force: true }) };
}
