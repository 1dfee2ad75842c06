import type { Outcome, ReadPoint } from './reading.js'

const LINE_BREAK = '\n'

/** An outcome as the pages of the cookbook show it: one line per point. */
export function linesOf(outcome: Outcome): string {
  if (outcome === 'no route matches') return outcome
  if ('failure' in outcome) return `dead letter: ${outcome.failure}`
  if (outcome.points.length === 0) return 'no points'
  return outcome.points.map(lineOf).join(LINE_BREAK)
}

function lineOf({ device, measurement, tags, time, fields, judgement }: ReadPoint): string {
  const series = [measurement, ...Object.entries(tags).map(([name, value]) => `${name}=${value}`)].join(',')
  const values = Object.entries(fields).map(([name, field]) => `${name}=${valueText(field)}`)
  const kept = judgement === 'keep' ? '' : ` (${judgement})`
  return `${device}: ${series} ${values.join(',')} ${time}${kept}`
}

function valueText([type, text, unit]: readonly string[]): string {
  const value = type === 'string' ? JSON.stringify(text) : type === 'integer' ? `${text}i` : text!
  return unit === undefined ? value : `${value} [${unit}]`
}
