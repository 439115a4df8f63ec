/** What the last paragraph of a commit's message says of heddle. */
export interface ToldTrailers {
  /** As they stand there, well-formed or not. */
  readonly states: readonly string[];
  readonly threads: readonly string[];
  readonly assistedBy: readonly string[];
}

const LINE = /^(heddle-state|heddle-thread|assisted-by)\s*:[ \t]*(.*)$/i;

/** Reads the trailers of a message; a title alone has none. */
export function toldTrailers(message: string): ToldTrailers {
  const [, ...paragraphs] = message
    .replaceAll('\r\n', '\n')
    .trimEnd()
    .split(/\n[ \t]*\n+/);
  const told = (paragraphs.at(-1) ?? '').split('\n').flatMap((line) => {
    const [, name, value] = LINE.exec(line) ?? [];
    return name === undefined || value === undefined ? [] : [[name.toLowerCase(), value.trim()] as const];
  });
  const of = (name: string): readonly string[] => [
    ...new Set(told.filter(([one]) => one === name).map(([, value]) => value)),
  ];
  return { states: of('heddle-state'), threads: of('heddle-thread'), assistedBy: of('assisted-by') };
}
