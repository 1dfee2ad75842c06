import { failure, type HandleAnswer, ResponseCode } from './answer.js'
import type { HandleValue } from './record.js'

/** Which values are asked for; all, if neither is given. */
export interface Selection {
  readonly types: readonly string[]
  readonly indexes: readonly number[]
}

/**
 * Those values that have one of the indexes or one of the types: as in Handle servers, either is enough. A type that ends
 * with a period stands for all types that begin with it.
 */
export function select<Value extends HandleValue>(
  values: readonly Value[],
  { types, indexes }: Selection,
): Value[] {
  if (types.length === 0 && indexes.length === 0) return [...values]
  return values.filter(({ index, type }) => indexes.includes(index) || types.some((t) => isOfType(type, t)))
}

function isOfType(type: string, wanted: string): boolean {
  return wanted.endsWith('.') ? type.startsWith(wanted) : type === wanted
}

/** An answer with all values of a record, narrowed to those asked for. */
export function narrow(answer: HandleAnswer, selection: Selection): HandleAnswer {
  if (answer.responseCode !== ResponseCode.success) return answer
  const values = select(answer.values ?? [], selection)
  return values.length > 0 ? { ...answer, values } : failure(answer.handle, 'LG_HANDLE_VALUES_UNKNOWN')
}
