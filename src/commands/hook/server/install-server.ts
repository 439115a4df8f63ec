import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import { parseId } from '#domain/id.ts';
import { hooksHome, serverStatus } from '#usecases/server/server-status.ts';
import { installServer, uninstallServer } from '#usecases/server/install-server.ts';

/** `heddle hook install --server` */
export async function installServerHooks(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const genesis = input.text('genesis');
  const { serverHooks } = await context.server(null);
  const home = await context.serverHome(input.text('home') ?? (await serverHooks.options())?.home ?? null);
  const result = await installServer(await context.serverWithHome(home), {
    genesis: genesis === null ? null : parseId('hg', genesis),
    trustFirst: input.flag('trust-first'),
    home,
  });
  return { kind: 'hook-install-server', result };
}

/** `heddle hook status --server` */
export async function showServerStatus(context: Context): Promise<CommandOutcome> {
  const here = await context.server(null);
  const home = await hooksHome(here.serverHooks);
  const result = await serverStatus(home === null ? here : await context.serverWithHome(home));
  return { kind: 'hook-status-server', result, exit: result.ok ? 0 : 1 };
}

/** `heddle hook uninstall --server` */
export async function uninstallServerHooks(context: Context): Promise<CommandOutcome> {
  return { kind: 'hook-uninstall-server', result: await uninstallServer(await context.server(null)) };
}
