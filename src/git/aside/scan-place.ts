import { mkdtempSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { currentProcess, isAlive } from '#platform/process-identity.ts';
import { guardFiles, makePrivateDirectory, removeIfThere } from '#git/private-file.ts';

/**
 * Makes a directory `scan-<process id>-<start>-…` for this process alone in one of heddle's. Those of processes that
 * ended are taken away first: a killed scan leaves nothing that outlives the next one.
 */
export function makeScanPlace(above: string): string {
  makePrivateDirectory(above);
  removeLeftPlaces(above);
  const { pid, started } = currentProcess();
  return guardFiles(above, () => mkdtempSync(join(above, `scan-${pid}-${started}-`)));
}

function removeLeftPlaces(above: string): void {
  const here = currentProcess();
  for (const name of guardFiles(above, () => readdirSync(above))) {
    const [, pid, started] = /^scan-(\d{1,10})-(\d*)-/.exec(name) ?? [];
    if (pid === undefined || started === undefined) continue;
    if (!isAlive({ ...here, pid: Number(pid), started })) removeIfThere(join(above, name));
  }
}
