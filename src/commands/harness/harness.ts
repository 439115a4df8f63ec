import type { CommandInput, CommandOutcome } from '#cli/command.ts';
import type { Context } from '#context.ts';
import {
  HARNESS_EVENTS,
  LARGEST_EVENT,
  parseHarnessEvent,
  type HarnessEventName,
} from '#domain/harness/harness-event.ts';
import { HARNESSES, type Harness } from '#domain/harness/integration.ts';
import type { HarnessResult } from '#domain/results/boundary/harness-results.ts';
import { answerEvent, blank, failure } from '#usecases/harness/answer-event.ts';

/** By what a harness takes a tool to be blocked. */
const BLOCKED = 2;

/** `heddle harness` */
export async function run(input: CommandInput, context: Context): Promise<CommandOutcome> {
  const name = HARNESS_EVENTS.find((one) => one === input.argument('EVENT')) ?? 'pre-tool';
  const harness = HARNESSES.find((one) => one === input.text('format')) ?? 'generic';
  const result = await answer(context, { name, harness });
  const refused = result.outcome === 'refused';
  const exit = refused ? BLOCKED : result.outcome === 'failed' && harness === 'generic' ? 1 : 0;
  // Claude Code has two ways to be told that a tool is refused, and looks at the one or the other.
  const aside = refused && harness === 'claude-code' ? ({ aside: true, style: 'json' } as const) : {};
  return { kind: 'harness', result, exit, ...aside };
}

async function answer(
  context: Context,
  { name, harness }: { readonly name: HarnessEventName; readonly harness: Harness },
): Promise<HarnessResult> {
  const nothing = blank(name, { harness }, null);
  try {
    const workspace = await context.findWorkspace();
    if (workspace === null || (await workspace.knownReplica()) === undefined) return nothing;
    const { home, files, environmentFile } = await context.harness();
    const integration = await home.read();
    if (integration?.harness !== harness) return nothing;
    const event = parseHarnessEvent(harness, name, await context.readInput('-', LARGEST_EVENT));
    return await answerEvent({ workspace, home, files, integration, environmentFile }, name, event);
  } catch (error) {
    return { ...nothing, ...failure(name, error) };
  }
}
