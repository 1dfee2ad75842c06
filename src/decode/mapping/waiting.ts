import { examineMapping } from './compile.js'
import type { MappingConfig, MappingOptions } from './config.js'

interface MappedRoute {
  readonly topic: string
  readonly mapping?: MappingConfig
}

const NO_OPTIONS: MappingOptions = { fieldTypes: {}, timestampUnit: 'auto' }

/**
 * MQTT topic filters of the routes that look up the table which `learner` fills: what of them waits for names may be
 * decodable when it learns some. Empty for a mapping that learns nothing.
 */
export function topicsWaitingFor(
  learner: MappingConfig | undefined,
  routes: readonly MappedRoute[],
): string[] {
  const table = learner?.learn?.table
  if (table === undefined) return []
  return routes.flatMap(({ topic, mapping }) => {
    if (mapping === undefined) return []
    const isWaiting = examineMapping(mapping, NO_OPTIONS).lookups.some((lookup) => lookup.table === table)
    return isWaiting ? [topic.replace(/\{[^/]*\}/g, '+')] : []
  })
}
