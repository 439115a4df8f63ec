/** How a comment of one line is written: what stands before and after it. */
export interface CommentSyntax {
  readonly open: string;
  readonly close: string;
}

const PLAIN: CommentSyntax = { open: '', close: '' };
const LINE = (mark: string): CommentSyntax => ({ open: `${mark} `, close: '' });
const BLOCK = (open: string, close: string): CommentSyntax => ({ open: `${open} `, close: ` ${close}` });

/** Part of template 1: a change here is a change of every replacement, and needs template 2. */
const SYNTAXES: readonly { readonly syntax: CommentSyntax; readonly of: string }[] = [
  {
    syntax: LINE('//'),
    of: 'c cc cjs cpp cs cts cxx dart fs go gradle groovy h hh hpp hxx java js jsonc jsx kt kts m mjs mm mts proto rs scala scss sol swift ts tsx zig',
  },
  {
    syntax: LINE('#'),
    of: 'awk bash cfg cmake conf coffee dockerfile editorconfig env ex exs gemfile gitattributes gitignore gitmodules jl ksh makefile mk nix npmrc pl pm properties ps1 py pyi r rake rb sed sh tcl tf tfvars toml yaml yml zsh',
  },
  { syntax: LINE('--'), of: 'ada adb ads elm hs lua sql vhd vhdl' },
  { syntax: LINE(';'), of: 'asm clj cljs edn el ini lisp reg scm' },
  { syntax: LINE('%'), of: 'bib cls erl hrl sty tex' },
  { syntax: LINE("'"), of: 'bas vb vbs' },
  { syntax: LINE('REM'), of: 'bat cmd' },
  { syntax: LINE('!'), of: 'f f03 f90 f95' },
  { syntax: BLOCK('/*', '*/'), of: 'css less' },
  { syntax: BLOCK('<!--', '-->'), of: 'htm html markdown md plist svg vue xhtml xml xsd xsl' },
  { syntax: BLOCK('(*', '*)'), of: 'ml mli pas' },
];

const BY_NAME: ReadonlyMap<string, CommentSyntax> = new Map(
  SYNTAXES.flatMap(({ syntax, of }) => of.split(' ').map((name) => [name, syntax] as const)),
);

/** Every way in which a replacement can be written, plain text included. */
export const COMMENT_SYNTAXES: readonly CommentSyntax[] = [PLAIN, ...SYNTAXES.map(({ syntax }) => syntax)];

/** The comment syntax of a file, by what follows the last dot of its name or by the whole name; else plain text. */
export function commentSyntax(name: string): CommentSyntax {
  return BY_NAME.get(name.slice(name.lastIndexOf('.') + 1).toLowerCase()) ?? PLAIN;
}
