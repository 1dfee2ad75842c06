import type { TopicLevels } from '../../core/device.js'

const LEVEL_COUNT = 4

/** `ningbo/moulding/line1/imm-01`; a level that the plant does not have stays empty: `ningbo///imm-01`. */
export function placeOf(text: string): TopicLevels {
  const [site = '', area = '', line = '', device = ''] = text.split('/')
  return { site, area, line, device }
}

/** As `placeOf` reads it. */
export function placeText({ site, area, line, device }: TopicLevels): string {
  return [site, area, line, device].join('/').replace(/\/+$/, '')
}

/** Why a text is no place, or undefined. */
export function placeFault(text: string): string | undefined {
  if (text.split('/').length > LEVEL_COUNT) return 'has more levels than site/area/line/device'
  if (/^\/*$/.test(text)) return 'names no level'
  if (/[+#]/.test(text)) return 'contains + or #, which no level of a topic can'
  return undefined
}
