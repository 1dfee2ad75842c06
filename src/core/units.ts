/**
 * Units by their UCUM codes (https://ucum.org). The tables of units take 12 MB and some 30 ms to load: that happens when
 * the first unit is asked for, so that a gateway without units never does.
 */
import { createRequire } from 'node:module'

/** How a value in one unit reads in another: multiplied by the factor, the offset added. */
export interface UnitConversion {
  readonly factor: number
  readonly offset: number
  /** Whether the two scales begin at different zeros, such as those of temperatures. */
  readonly shifted: boolean
}

/** What is wrong with a pair of units. */
export type UnitFault = 'unknown' | 'incommensurable' | 'not linear'

interface ConvertAnswer {
  readonly status: string
  readonly toVal: number | null
  readonly msg: readonly string[]
}

interface UcumUtilities {
  validateUnitString(code: string): { readonly status: string; readonly ucumCode: string | null }
  convertUnitTo(from: string, value: number, to: string): ConvertAnswer
}

interface UcumModule {
  readonly UcumLhcUtils: { getInstance(): UcumUtilities }
}

/** No unit that anyone writes is longer; the parser's time grows with the length. */
const MAX_CODE_LENGTH = 64
const FAR = 1e6
/** Rounding errors of the library stay far below, and curves far above. */
const LINEAR_WITHIN = 1e-9

const require = createRequire(import.meta.url)

/** The module loader keeps the one instance. */
function ucum(): UcumUtilities {
  return (require('@lhncbc/ucum-lhc') as UcumModule).UcumLhcUtils.getInstance()
}

/** Whether `code` is a UCUM code itself, not a name or a misspelling that the library can guess the meaning of. */
export function isUnit(code: string): boolean {
  if (code === '' || code.length > MAX_CODE_LENGTH || code.trim() !== code) return false
  try {
    const { status, ucumCode } = ucum().validateUnitString(code)
    return status === 'valid' && ucumCode === code && ucum().convertUnitTo(code, 1, code).toVal !== null
  } catch {
    // The library looks codes up in plain objects: it takes the names of their prototype, such as `constructor`, for units,
    // and stumbles when it converts.
    return false
  }
}

/** How to read a value in `from` as one in `to`, or why that cannot be. */
export function unitConversion(from: string, to: string): UnitConversion | UnitFault {
  if (!isUnit(from) || !isUnit(to)) return 'unknown'
  if (from === to) return { factor: 1, offset: 0, shifted: false }
  const at = (value: number) => ucum().convertUnitTo(from, value, to).toVal
  const zero = at(0)
  const one = at(1)
  const far = at(FAR)
  const near = at(-FAR)
  if (zero === null || one === null || far === null || near === null) return 'incommensurable'
  const factor = (far - zero) / FAR
  const straight =
    Number.isFinite(far) && Math.abs(near - (zero - factor * FAR)) <= LINEAR_WITHIN * Math.abs(factor * FAR)
  if (!straight) return 'not linear'
  return zero === 0 ? { factor: one, offset: 0, shifted: false } : { factor, offset: zero, shifted: true }
}
