import { createRequire } from 'node:module'
import type jsonata from 'jsonata'
import { faultText } from './fault-text.js'

/** What is wrong with the text of an expression, undefined if nothing is. JSONata is loaded by the first call. */
export function expressionFault(source: string): string | undefined {
  const parse = createRequire(import.meta.url)('jsonata') as typeof jsonata
  try {
    parse(source)
    return undefined
  } catch (error) {
    return faultText(error)
  }
}
