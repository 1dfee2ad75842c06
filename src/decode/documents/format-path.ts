import type { DocumentPath } from '../decoder.js'

/** As mappings have names outside brackets. */
const NAME = /^[\p{L}\p{M}\p{N}_:/-]+$/u

/** A place in a document as mappings write it: `values[3].v`, `['a.b'].c`; empty for the root. */
export function formatPath(path: DocumentPath): string {
  return path.map((step, i) => formatStep(step, i === 0)).join('')
}

function formatStep(step: string | number, isFirst: boolean): string {
  if (typeof step === 'number') return `[${step}]`
  if (NAME.test(step)) return isFirst ? step : `.${step}`
  return `['${step.replace(/['\\]/g, '\\$&')}']`
}
