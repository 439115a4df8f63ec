/** Which files each file imports, by any kind of import. */
export type ImportGraph = ReadonlyMap<string, ReadonlySet<string>>;

/** Groups of files each of which imports itself by way of the others. Tarjan's algorithm. */
export function findCircles(graph: ImportGraph): readonly (readonly string[])[] {
  const circles: string[][] = [];
  const places = new Map<string, number>();
  const lowest = new Map<string, number>();
  const open: string[] = [];
  const visit = (file: string): number => {
    const place = places.size;
    places.set(file, place);
    lowest.set(file, place);
    open.push(file);
    for (const target of graph.get(file) ?? []) {
      const reached = places.has(target)
        ? open.includes(target)
          ? places.get(target)
          : undefined
        : visit(target);
      lowest.set(file, Math.min(lowest.get(file) ?? place, reached ?? place));
    }
    const low = lowest.get(file) ?? place;
    if (low === place) {
      const group = open.splice(open.indexOf(file));
      if (group.length > 1 || graph.get(file)?.has(file) === true) circles.push(group.toSorted());
    }
    return low;
  };
  for (const file of graph.keys()) if (!places.has(file)) visit(file);
  return circles;
}
