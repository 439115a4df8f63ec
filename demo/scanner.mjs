import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { build } from 'rolldown';

const SCANNER = fileURLToPath(new URL('../test/support/byte-scanner/scan.ts', import.meta.url));

/**
 * The scanner of the tests, which shares no code with heddle: it reads loose objects, packs, indexes, logs and
 * LevelDB files by itself. Written in TypeScript, so it is bundled into `directory` first.
 */
export async function loadScanner(directory) {
  const file = join(directory, 'scanner.mjs');
  await build({ input: SCANNER, platform: 'node', logLevel: 'silent', output: { file, format: 'esm' } });
  const { scan } = await import(pathToFileURL(file).href);
  return scan;
}
