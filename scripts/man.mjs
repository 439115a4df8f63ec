import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

/*
 * Writes man/ from the command table. Run it after a change of the table: `node scripts/man.mjs`.
 * The verbs themselves stay outside: their names are enough for the manual.
 */
const root = fileURLToPath(new URL('..', import.meta.url));
const man = join(root, 'man');
const dist = join(root, 'node_modules', '.cache');

mkdirSync(dist, { recursive: true });
const temporary = mkdtempSync(join(dist, 'man-'));
try {
  const bundle = await rolldown({
    input: { pages: 'src/cli/man-page.ts' },
    cwd: root,
    platform: 'node',
    external: [/^#commands\//, 'commander'],
  });
  const { output } = await bundle.generate({ format: 'esm', entryFileNames: '[name].mjs' });
  await bundle.close();
  for (const part of output) {
    if (part.type === 'chunk') writeFileSync(join(temporary, part.fileName), part.code);
  }
  const { manPages } = await import(pathToFileURL(join(temporary, 'pages.mjs')).href);
  const pages = manPages();
  mkdirSync(man, { recursive: true });
  for (const { file, text } of pages) writeFileSync(join(man, file), text);
  const current = new Set(pages.map(({ file }) => file));
  for (const file of readdirSync(man)) {
    if (!current.has(file)) rmSync(join(man, file));
  }
  console.log(`man: ${pages.length} pages`);
} finally {
  rmSync(temporary, { recursive: true, force: true });
}
