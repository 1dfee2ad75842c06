import Type, { type Static, type TSchema } from 'typebox'

/** An object that takes no keys but its own; with a default of `{}` its section may be left out. */
export const CLOSED = { additionalProperties: false } as const
export const SECTION = { ...CLOSED, default: {} } as const

type Cases = readonly (readonly [value: string | number, schema: TSchema])[]
const THEN = 'then'

/**
 * One of several objects, told apart by the value of the key `tag`. Spelt as if/then rather than as a union: only
 * then does Ajv fill in the defaults of the case, and report the violations of that case alone.
 */
export function choose<const C extends Cases>(tag: string, cases: C): Type.TUnsafe<Static<C[number][1]>> {
  return Type.Unsafe<Static<C[number][1]>>({
    type: 'object',
    required: [tag],
    properties: { [tag]: { enum: cases.map(([value]) => value) } },
    allOf: cases.map(([value, schema]) => ({
      if: { properties: { [tag]: { const: value } }, required: [tag] },
      [THEN]: schema,
    })),
  })
}

export function text(description: string, options: Type.TStringOptions = {}): Type.TString {
  return Type.String({ minLength: 1, description, ...options })
}

/** A value that no log, no output of a command and no API shows. */
export function secret(description: string): Type.TString {
  return Type.String({ minLength: 1, writeOnly: true, description })
}

interface Bounds {
  readonly default: number
  readonly minimum: number
  readonly maximum?: number
}

export function wholeNumber(description: string, bounds: Bounds): Type.TInteger {
  return Type.Integer({ description, maximum: Number.MAX_SAFE_INTEGER, ...bounds })
}
