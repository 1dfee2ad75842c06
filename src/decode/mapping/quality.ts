import { type Document, isObject, memberOf } from '../documents/index.js'
import { oneOf } from './conditions.js'
import type { QualityConfig } from './config.js'
import type { Place } from './faults.js'
import { compileFrom, type Reader } from './reader.js'
import { plainNumber } from './text.js'

export interface RecordQuality {
  readonly reader: Reader
  readonly isGood: (quality: Document) => boolean
  readonly otherwise: 'skip' | 'deadLetter' | 'keep'
}

export function compileQuality(config: QualityConfig, place: Place): RecordQuality {
  const { from, good, scheme, otherwise = 'skip' } = config
  if ((good === undefined) === (scheme === undefined)) place.violation('needs either good or scheme')
  const reader = compileFrom(from, place.at('from'))
  return { reader, isGood: scheme === undefined ? oneOf(good ?? []) : SCHEMES[scheme], otherwise }
}

const SCHEMES = { 'opc-da': isGoodDa, 'opc-ua': isGoodUa } as const

/** OPC Data Access 3.00, 6.8: the two highest bits of the low byte are 11 for good. */
function isGoodDa(quality: Document): boolean {
  const code = plainNumber(quality)
  if (code === undefined) return typeof quality === 'string' && /^good/i.test(quality)
  return Number.isInteger(code) && (code & 0xc0) === 0xc0
}

/** OPC UA Part 4, 7.39: the two highest bits of a status code are its severity, 00 for good. */
function isGoodUa(quality: Document): boolean {
  if (isObject(quality)) return isGoodUa(memberOf(quality, 'Code') ?? memberOf(quality, 'code') ?? 0)
  const code = plainNumber(quality)
  if (code === undefined) return typeof quality === 'string' && /^good/i.test(quality)
  return Number.isInteger(code) && code >>> 30 === 0
}
