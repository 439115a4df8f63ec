import { cpSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const ROOT = fileURLToPath(new URL('..', import.meta.url));

/**
 * Bundles a program of the benchmark with heddle's sources into a directory, for what no verb does; returns its file. The
 * engine's modules lie beside it, as they lie beside heddle.
 */
export async function bundleProgram(name, directory) {
  const file = join(directory, `${name}.mjs`);
  const bundle = await rolldown({
    input: join(ROOT, 'bench', 'programs', `${name}.ts`),
    platform: 'node',
    external: ['level'],
    cwd: ROOT,
    logLevel: 'silent',
    resolve: (await import('../rolldown.config.mjs')).default.resolve,
  });
  await bundle.write({ file, format: 'esm', codeSplitting: false });
  await bundle.close();
  cpSync(join(ROOT, 'dist', 'wasm'), join(directory, 'wasm'), { recursive: true });
  return file;
}
