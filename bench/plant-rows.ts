import type { StatedRow } from '../src/devices/placement.js'

const PER_LINE = 50
const LINES_PER_AREA = 20
const AREAS_PER_SITE = 10
const PER_AREA = PER_LINE * LINES_PER_AREA
const PER_SITE = PER_AREA * AREAS_PER_SITE

/** Records as full as people keep them: 50 devices on a line, 20 lines in a workshop, 10 workshops in a factory. */
export function plantRows(count: number): StatedRow[] {
  return Array.from({ length: count }, (_, n) => plantRow(n))
}

function plantRow(n: number): StatedRow {
  const place = {
    site: `site-${Math.floor(n / PER_SITE)}`,
    area: `area-${Math.floor(n / PER_AREA) % AREAS_PER_SITE}`,
    line: lineOf(n),
  }
  return {
    id: deviceId(n),
    input: {
      ...place,
      name: { zh: `注塑机 ${n}`, en: `Moulding machine ${n}` },
      model: 'MA 1600',
      vendor: 'Haitian',
      sector: '29',
      expectedIntervalMs: 10_000,
      survivalTimeMs: 20_000,
      identifier: `88.608.8889/imm-${n}`,
      labels: { owner: `team-${n % 40}` },
    },
  }
}

export function deviceId(n: number): string {
  return `imm-${n}`
}

export function lineOf(n: number): string {
  return `line-${Math.floor(n / PER_LINE) % LINES_PER_AREA}`
}

/** Another line of the same workshop, the same one each time. */
export function otherLineOf(n: number): string {
  return `line-${(Math.floor(n / PER_LINE) + 1) % LINES_PER_AREA}`
}
