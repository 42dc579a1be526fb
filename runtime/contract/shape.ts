/**
 * What a value of a request must look like: the part of JSON Schema that the SDK's parameter types need, with unions told
 * apart by a tag. The generator writes these from the SDK (`generated/shapes.ts`); `check.ts` reads them.
 */
export type Shape =
  | { readonly kind: 'string' | 'integer' | 'boolean' | 'any' }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  /** A shape of the table of definitions, by its name. */
  | { readonly kind: 'ref'; readonly to: string }
  | { readonly kind: 'nullable'; readonly of: Shape }
  | { readonly kind: 'array'; readonly of: Shape }
  /** An object whose keys are the caller's own. */
  | { readonly kind: 'map'; readonly of: Shape }
  | ObjectShape
  | UnionShape;

export interface ObjectShape {
  readonly kind: 'object';
  /** The SDK's name for the type, or the operation whose parameters these are. Limits are looked up by it. */
  readonly name: string;
  readonly fields: Readonly<Record<string, Shape>>;
  readonly required: readonly string[];
  /** Whether fields that are not named here belong to the value too (a JSON schema, for one). */
  readonly open?: true;
}

/** Objects told apart by the text in one field, and maybe a plain text in their place. */
export interface UnionShape {
  readonly kind: 'union';
  readonly tag: string;
  readonly members: Readonly<Record<string, Shape>>;
  readonly text?: Shape;
}

/** How a request reaches an operation, and what it must bring. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'DELETE';
  /** With named parameters: `/v1/sessions/{session_id}/events`. */
  readonly path: string;
  readonly query?: ObjectShape;
  readonly headers?: ObjectShape;
  /** The shape of a JSON body; `multipart` for a form, whose parts the operation reads itself. */
  readonly body?: ObjectShape | 'multipart';
  /** `stream` is server-sent events, `binary` a file's bytes. */
  readonly answer: 'json' | 'page' | 'stream' | 'binary';
}
