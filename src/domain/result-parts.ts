/** One differing path, escaped; a rename is a deletion and an addition. */
export type ChangedPath = {
  readonly path: string;
  readonly change: 'added' | 'modified' | 'deleted' | 'type';
};

/** A file that a checkout would not give back byte for byte. */
export type UnfaithfulPath = { readonly path: string; readonly why: string };

/** A defect: what kind, of which id or path, and one clause. */
export type Finding = { readonly kind: string; readonly subject: string; readonly message: string };

/** What whoever asked has to do next, and the command for it. */
export type Attention = readonly { readonly message: string; readonly command: readonly string[] | null }[];
