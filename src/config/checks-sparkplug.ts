import type { GatewayConfig } from './schema.js'
import type { Violation } from './violation.js'

const IDS = ['group', 'node', 'device'] as const

/** Two devices that have one place would be one device. */
export function placesAreUnique({ sparkplug }: GatewayConfig): Violation[] {
  const templates = Object.values(sparkplug.place).join('/')
  const missing = IDS.filter((id) => !templates.includes(`{${id}}`))
  if (missing.length === 0) return []
  const named = missing.map((id) => `{${id}}`).join(' and ')
  return [
    { path: 'sparkplug.place', message: `must have ${named} in one of its levels, so that devices differ` },
  ]
}
