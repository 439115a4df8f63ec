import { REQUEST_OPERATIONS, ROLES } from '#domain/authority/role.ts';
import { DENIAL_CODES, type DenialCode } from '#domain/decision/decision.ts';
import type { Json } from '#domain/encoding/canonical-json.ts';
import { isJsonObject, jsonField } from '#domain/encoding/json-field.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import { actText, isExactAct, type IntendedAct } from '#domain/request/intended-act.ts';
import { MOST_RESOURCES, type RequestedAct } from '#domain/request/request-codec.ts';
import { formatResource, parseResource } from '#domain/resource/resource.ts';
import type { Workspace } from '#ports/workspace.ts';
import type { Ground } from '#usecases/transaction/plan.ts';
import { isGuard } from './judge.ts';
import { refused } from './open-requests.ts';

/** What somebody wants to be able to do. */
export type Wanted = RequestedAct & {
  readonly code: DenialCode | null;
  /** What others are to agree to, where they have to. */
  readonly act: IntendedAct | undefined;
};

/** With each resource once, as it is written. Throws `REQUEST_LIMIT`, `RESOURCE_INVALID`. */
export function canonical(asked: RequestedAct): RequestedAct {
  const resources = [...new Set(asked.resources.map((one) => formatResource(parseResource(one))))];
  if (resources.length <= MOST_RESOURCES) return { ...asked, resources };
  throw refused('REQUEST_LIMIT', `a request is about ${MOST_RESOURCES} resources at most`, {
    resources: String(resources.length),
  });
}

/** Letters of an id that name an operation. */
const SHORTEST = 4;

/**
 * What one's own denied log line was about: with what exactly was refused, where others guard it. Throws `NOT_FOUND`,
 * `AMBIGUOUS`, `REQUEST_LIMIT`.
 */
export async function deniedAct(workspace: Workspace, ground: Ground, name: string): Promise<Wanted> {
  const beginning = name.startsWith('ho-') ? name : `ho-${name}`;
  const facts = { operation: name.slice(0, 80) };
  if (beginning.length < 'ho-'.length + SHORTEST) {
    throw refused('AMBIGUOUS', `${facts.operation} is too short for the id of an operation`, facts);
  }
  const matches: LoggedOperation[] = [];
  for await (const operation of workspace.log.newest()) {
    if (operation.id.startsWith(beginning)) matches.push(operation);
  }
  if (matches.length > 1) throw refused('AMBIGUOUS', `${facts.operation} is the beginning of several`, facts);
  const [match] = matches;
  const wanted = match === undefined ? undefined : actOf(match, ground);
  if (wanted === undefined) throw refused('NOT_FOUND', 'no denial of yours has this id', facts);
  return { ...wanted, ...canonical(wanted) };
}

function actOf({ line, texts }: LoggedOperation, { caller }: Ground): Wanted | undefined {
  if (line.verdict.verdict !== 'deny' || texts === 'redacted') return undefined;
  if (line.holder !== caller.chain?.holder) return undefined;
  const { result, args } = texts;
  const operation = REQUEST_OPERATIONS.find((one) => one === jsonField(result, 'operation'));
  const code = DENIAL_CODES.find((one) => one === line.verdict.code) ?? null;
  const resources = refusedResources(result, code);
  if (operation === undefined || resources.length === 0) return undefined;
  const verb = jsonField(args, 'verb');
  return {
    operation,
    resources,
    own: jsonField(result, 'own') === true,
    granting: ROLES.find((role) => role === jsonField(result, 'granting')) ?? null,
    code,
    act: isGuard(code) && isJsonObject(verb) ? exactAct({ op: line.op, args: verb }) : undefined,
  };
}

/** What was refused; with all else that another credential has to reach, where the line says so. */
function refusedResources(result: Json, code: DenialCode | null): readonly string[] {
  const lists = [...(isGuard(code) ? [] : ['resources']), 'denied'].map((name) => jsonField(result, name));
  const [first = []] = lists.filter((list) => Array.isArray(list)).filter((list) => list.length > 0);
  return first.map(String);
}

/** What others could not agree to is no act, and so refused as what names none. */
function exactAct(act: IntendedAct): IntendedAct | undefined {
  return isExactAct(actText(act)) ? act : undefined;
}
