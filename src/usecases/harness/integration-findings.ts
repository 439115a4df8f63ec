import { hasClaudeHooks, LARGEST_SETTINGS } from '#domain/harness/claude-settings.ts';
import { HARNESS_EVENTS } from '#domain/harness/harness-event.ts';
import type { Finding } from '#domain/result-parts.ts';
import { HeddleError } from '#domain/error.ts';
import type { HarnessGround, IntegrateOptions } from './integrate.ts';

/**
 * Whether a harness that was wired still calls heddle: hooks that somebody took out, or that name a program that is not
 * this one, refuse nothing. Nothing where none was wired, or where it has no settings that heddle knows.
 */
export async function integrationFindings(
  { home, files }: Pick<HarnessGround, 'home' | 'files'>,
  commandOf: IntegrateOptions['commandOf'],
): Promise<readonly Finding[]> {
  const known = await home.read();
  if (known === undefined || known.file === null) return [];
  const { file } = known;
  const message = await problem(() => files.read(file, LARGEST_SETTINGS), commandOf);
  return message === undefined ? [] : [{ kind: 'harness', subject: file, message: `${message}; ${WAY_OUT}` }];
}

const WAY_OUT =
  '`heddle integrate claude-code` puts them there, and with --uninstall it forgets that it was wired';

async function problem(
  read: () => Promise<string | null>,
  commandOf: IntegrateOptions['commandOf'],
): Promise<string | undefined> {
  try {
    const text = await read();
    if (text === null || !hasClaudeHooks(text))
      return 'claude-code was wired here, and has no hooks of heddle';
    const inText = (command: string): boolean => text.includes(JSON.stringify(command));
    if (HARNESS_EVENTS.every((event) => inText(commandOf(event)))) return undefined;
    return 'some hooks of heddle are missing, or call another program than this one';
  } catch (error) {
    if (!(error instanceof HeddleError)) throw error;
    return `${error.message}, so it cannot be told whether hooks of heddle are there`;
  }
}
