/** Resources that cover a resource, nearest first, said in the test's own way. */
export function aboveOf(resource: string): readonly string[] {
  const [head = '', path] = resource.split(':');
  const [repository = '', thread] = head.split('@');
  const cut = (text: string): readonly string[] =>
    text.split('/').map((_, index, words) => words.slice(0, words.length - index).join('/'));
  const heads = [...(thread === undefined ? [] : cut(thread).map((each) => `@${each}`)), ''];
  const tails = [...(path === undefined ? [] : cut(path).map((each) => `:${each}`)), ''];
  return [
    ...heads.flatMap((at) => tails.map((tail) => `${repository}${at}${tail}`)),
    ...cut(repository).slice(1),
  ];
}
