import { jsonField } from '#domain/encoding/json-field.ts';
import type { OperationId, RequestId } from '#domain/id.ts';
import type { LoggedOperation } from '#domain/operation/operation.ts';
import type { PublicKeyHex } from '#domain/token/token.ts';
import type { Workspace } from '#ports/workspace.ts';

/** The lines of this clone's logs about a request, oldest first. */
export async function readRequestLines(
  workspace: Workspace,
  request: RequestId,
): Promise<readonly LoggedOperation[]> {
  const lines: LoggedOperation[] = [];
  for await (const operation of workspace.log.newest()) {
    if (!isAbout(operation, request)) continue;
    lines.push(operation);
    // Nothing is said of a request before it is made.
    if (operation.line.op === 'request') break;
  }
  return lines.toReversed();
}

/** The line that recorded a request; null where it was recorded elsewhere. */
export async function findRequestLine(workspace: Workspace, request: RequestId): Promise<OperationId | null> {
  const lines = await readRequestLines(workspace, request);
  return lines.find(({ line }) => line.op === 'request')?.id ?? null;
}

/** Where one's own newest approval of a request put its credential; null where it made none. */
export async function findApprovedFile(
  workspace: Workspace,
  request: RequestId,
  holder: PublicKeyHex | null,
): Promise<string | null> {
  const lines = await readRequestLines(workspace, request);
  const own = lines.findLast(({ line }) => line.op === 'approve' && line.holder === holder);
  const file = own === undefined || own.texts === 'redacted' ? null : jsonField(own.texts.result, 'file');
  return typeof file === 'string' ? file : null;
}

function isAbout({ line, texts }: LoggedOperation, request: RequestId): boolean {
  if (line.op !== 'request' && line.op !== 'approve' && line.op !== 'deny') return false;
  if (texts === 'redacted' || line.verdict.verdict === 'deny') return false;
  return jsonField(texts.result, 'request') === request;
}
