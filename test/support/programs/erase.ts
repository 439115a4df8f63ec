import { readFileSync } from 'node:fs';
import { openGit } from '#git/repository.ts';

/** Runs every step of an eraser in the current directory; prints how many places are left afterwards. */
interface Sought {
  readonly contents: readonly { readonly blob: string; readonly text: string }[];
  readonly salts: readonly string[];
  readonly replacements: readonly (readonly [string, string])[];
}

const sought = JSON.parse(readFileSync(process.argv[2] ?? '', 'utf8')) as Sought;
const target = {
  contents: sought.contents.map(({ blob, text }) => ({ blob, bytes: Buffer.from(text) })),
  salts: sought.salts,
  replacements: new Map(sought.replacements),
};
const git = await openGit(process.cwd(), process.env);
try {
  for (const step of git.eraser.steps) await step.run(target);
  const left = await git.eraser.survey(target);
  process.stdout.write(`${left.filter(({ place }) => place !== 'similar').length} left\n`);
} finally {
  await git.close();
}
