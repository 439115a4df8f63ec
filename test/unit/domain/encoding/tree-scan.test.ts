import { describe, expect, it } from 'vitest';
import { scanTree, WantedIds } from '#domain/encoding/tree-scan.ts';

const FILE = '0a'.repeat(20);
const OTHER = `0a0a0a0a${'0b'.repeat(16)}`;
const BELOW = '00'.repeat(20);

function tree(...rows: readonly (readonly [mode: string, name: string, id: string])[]): Uint8Array {
  return Buffer.concat(
    rows.map(([mode, name, id]) =>
      Buffer.concat([Buffer.from(`${mode} ${name}\0`, 'latin1'), Buffer.from(id, 'hex')]),
    ),
  );
}

describe('scanTree', () => {
  const wanted = new WantedIds(new Set([FILE]));

  it('finds files and links by their whole id, whatever stands around them', () => {
    for (const mode of ['100644', '100755', '120000']) {
      const content = tree([mode, 'a 40000 b', OTHER], ['40000', 'dir', BELOW], [mode, 'x', FILE]);
      expect(scanTree(content, wanted)).toEqual({ holds: true, trees: [BELOW] });
    }
    expect(scanTree(tree(['100644', 'a', OTHER]), wanted)).toEqual({ holds: false, trees: [] });
  });

  it('takes neither a directory nor a submodule for a file', () => {
    const content = tree(['40000', 'a', FILE], ['160000', 'b', FILE]);
    expect(scanTree(content, wanted)).toEqual({ holds: false, trees: [FILE] });
  });

  it('leaves what is odd to others', () => {
    for (const odd of [
      tree(['100664', 'a', FILE]),
      tree(['040000', 'a', FILE]),
      tree(['100644', 'a', FILE]).subarray(0, -1),
      Buffer.from('100644 a'),
    ]) {
      expect(scanTree(odd, wanted)).toBeUndefined();
    }
  });
});
