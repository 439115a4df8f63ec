import { parseSync } from 'rolldown/utils';

/** `type` leaves nothing at run time; `lazy` is a dynamic import; `value` is everything else that loads code. */
type ImportKind = 'value' | 'type' | 'lazy';

export interface ImportReference {
  readonly kind: ImportKind;
  /** Undefined for a dynamic import whose specifier is computed. */
  readonly specifier: string | undefined;
  readonly line: number;
}

/** A use of a global by its dotted name: `process.env`, `process.exitCode =`, `{} = process`, `new Date()`. */
interface GlobalUse {
  readonly name: string;
  readonly line: number;
}

export interface ModuleFacts {
  readonly imports: readonly ImportReference[];
  readonly globals: readonly GlobalUse[];
  /** Lines of default exports, including `export { x as default }`. */
  readonly defaultExports: readonly number[];
  /** Lines of `export * from`. */
  readonly starExports: readonly number[];
  /** True for a module that exports only what other modules declare. */
  readonly onlyReExports: boolean;
}

interface Node {
  readonly type: string;
  readonly start: number;
  readonly [key: string]: unknown;
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && 'type' in value && typeof value.type === 'string';
}

function* walk(node: Node): Generator<Node> {
  yield node;
  for (const child of Object.values(node).flat()) {
    if (isNode(child)) yield* walk(child);
  }
}

function literal(value: unknown): string | undefined {
  if (!isNode(value)) return undefined;
  if (value.type === 'Literal' && typeof value['value'] === 'string') return value['value'];
  const quasis = value['quasis'];
  if (value.type !== 'TemplateLiteral' || !Array.isArray(quasis) || quasis.length !== 1) return undefined;
  const [{ value: text }] = quasis as [{ value: { cooked: string } }];
  return text.cooked;
}

/** `a.b['c']` as `a.b.c`; a leading `globalThis.` is dropped, so that it hides nothing. */
function dottedName(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Identifier') return String(node['name']);
  if (node.type === 'MetaProperty') return 'import.meta';
  if (node.type !== 'MemberExpression') return undefined;
  const object = dottedName(node['object']);
  const property = node['computed'] === true ? literal(node['property']) : dottedName(node['property']);
  if (object === undefined || property === undefined) return undefined;
  return object === 'globalThis' ? property : `${object}.${property}`;
}

function isTypeOnly(node: Node): boolean {
  return node['importKind'] === 'type' || node['exportKind'] === 'type';
}

function importOf(node: Node): Omit<ImportReference, 'line'> | undefined {
  switch (node.type) {
    case 'ImportDeclaration':
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
      if (!isNode(node['source'])) return undefined;
      return { kind: isTypeOnly(node) ? 'type' : 'value', specifier: literal(node['source']) };
    case 'TSImportType':
      return { kind: 'type', specifier: literal(node['source']) };
    case 'ImportExpression':
      return { kind: 'lazy', specifier: literal(node['source']) };
    case 'TSExternalModuleReference':
      return { kind: 'value', specifier: literal(node['expression']) };
    case 'CallExpression': {
      const loaders = ['require', 'require.resolve', 'import.meta.resolve'];
      if (!loaders.includes(dottedName(node['callee']) ?? '')) return undefined;
      return { kind: 'value', specifier: literal((node['arguments'] as unknown[])[0]) };
    }
    default:
      return undefined;
  }
}

function globalOf(node: Node): string | undefined {
  switch (node.type) {
    case 'MemberExpression':
      return dottedName(node);
    case 'VariableDeclarator': {
      // `const { env } = process` reaches the same value as `process.env`.
      const name = dottedName(node['init']);
      const opened = isNode(node['id']) && node['id'].type === 'ObjectPattern';
      return opened && name !== undefined ? `{} = ${name}` : undefined;
    }
    case 'NewExpression': {
      const name = dottedName(node['callee']);
      return name === 'Date' && (node['arguments'] as unknown[]).length === 0 ? 'new Date()' : name;
    }
    case 'CallExpression':
      return dottedName(node['callee']);
    case 'TSQualifiedName':
      return dottedName(node['left']);
    case 'AssignmentExpression': {
      const name = dottedName(node['left']);
      return name === undefined ? undefined : `${name} =`;
    }
    default:
      return undefined;
  }
}

function isDefaultExport(node: Node): boolean {
  if (node.type === 'ExportDefaultDeclaration') return true;
  return (
    node.type === 'ExportSpecifier' && isNode(node['exported']) && node['exported']['name'] === 'default'
  );
}

function exportsOnlyFromElsewhere(body: readonly Node[]): boolean {
  const exporting = body.filter((node) => node.type.startsWith('Export'));
  return exporting.length > 0 && exporting.every((node) => isNode(node['source']));
}

/** Reads what one TypeScript module imports, exports and touches; throws on a syntax error. */
export function scanModule(path: string, text: string): ModuleFacts {
  const { program, errors } = parseSync(path, text);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  const root = program as unknown as Node;
  const lineOf = (node: Node): number => text.slice(0, node.start).split('\n').length;
  const nodes = [...walk(root)];
  return {
    imports: nodes.flatMap((node) => {
      const reference = importOf(node);
      return reference === undefined ? [] : [{ ...reference, line: lineOf(node) }];
    }),
    globals: nodes.flatMap((node) => {
      const name = globalOf(node);
      return name === undefined ? [] : [{ name, line: lineOf(node) }];
    }),
    defaultExports: nodes.filter(isDefaultExport).map(lineOf),
    starExports: nodes.filter((node) => node.type === 'ExportAllDeclaration').map(lineOf),
    onlyReExports: exportsOnlyFromElsewhere(root['body'] as Node[]),
  };
}
