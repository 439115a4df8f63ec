import { spawn } from 'node:child_process';
import { withoutRelativeEntries } from './search-path.ts';

/**
 * Shows text in the user's pager and resolves when it has ended: false where nothing was shown, because the
 * command could not be started. The command is the user's own shell line.
 */
export async function showInPager(
  command: string,
  text: string,
  environment: NodeJS.ProcessEnv,
): Promise<boolean> {
  const { PATH } = environment;
  // The command is looked up in the directory that the user stands in, else.
  const path = PATH === undefined ? {} : { PATH: withoutRelativeEntries(PATH) };
  // The pager decides what an interrupt means; heddle has to outlive it to give the terminal back.
  const outlive = (): void => undefined;
  process.on('SIGINT', outlive);
  try {
    return await new Promise<boolean>((resolve) => {
      const child = spawn(command, {
        shell: true,
        stdio: ['pipe', 'inherit', 'inherit'],
        env: { LESS: 'FRX', LV: '-c', ...environment, ...path },
      });
      child.once('error', () => resolve(false));
      // 126 and 127: the shell found nothing to run.
      child.once('close', (exit) => resolve(exit !== 126 && exit !== 127));
      // Leaving a pager early closes its input.
      child.stdin.on('error', () => undefined);
      child.stdin.end(text);
    });
  } finally {
    process.off('SIGINT', outlive);
  }
}
