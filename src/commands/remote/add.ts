import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';

/** `heddle remote add` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const workspace = await context.workspace();
  const name = input.argument('NAME');
  const transport = await workspace.transport();
  await transport.add(name, input.argument('URL'));
  if (input.flag('fallback')) await transport.useFallback(name);
  const added = (await workspace.remotes()).find((remote) => remote.name === name);
  return { kind: 'remote-add', result: { remote: name, url: added?.url ?? '' } };
}
