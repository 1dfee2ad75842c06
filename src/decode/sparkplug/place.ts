import { LEVELS, type Level, type TopicLevels } from '../../core/device.js'

/** Where devices stand in the tree: each level with `{group}`, `{node}` and `{device}` in it, or text, or ''. */
export type PlaceTemplates = Readonly<Record<Level, string>>

export const DEFAULT_PLACE: PlaceTemplates = { site: '{group}', area: '', line: '{node}', device: '{device}' }

/** Addresses remembered; past it all are forgotten and found again. */
const MAX_PLACES = 100_000

/**
 * Where an edge node or one of its devices stands in the tree; the same address is the same object for as long as it is
 * remembered.
 *
 * An edge node has no device id: a level that would have it is empty, and the lowest level that is left names the edge
 * node as a device. By default group `G`, node `N`, device `D` are the device `G/N/D` and the edge node `G/N`.
 */
export class Place {
  readonly #templates: PlaceTemplates
  readonly #known = new Map<string, TopicLevels>()

  constructor(templates: PlaceTemplates = DEFAULT_PLACE) {
    this.#templates = templates
  }

  /** @param device '' for the edge node itself */
  of(group: string, node: string, device: string): TopicLevels {
    const key = `${group}/${node}/${device}`
    const known = this.#known.get(key)
    if (known !== undefined) return known
    if (this.#known.size >= MAX_PLACES) this.#known.clear()
    const levels = this.#build(group, node, device)
    this.#known.set(key, levels)
    return levels
  }

  #build(group: string, node: string, device: string): TopicLevels {
    const levels = { site: '', area: '', line: '', device: '' }
    for (const level of LEVELS) levels[level] = filled(this.#templates[level], group, node, device)
    if (levels.device !== '') return levels
    const lowest = LEVELS.findLast((level) => levels[level] !== '')
    if (lowest !== undefined) {
      levels.device = levels[lowest]
      levels[lowest] = ''
    }
    return levels
  }
}

function filled(template: string, group: string, node: string, device: string): string {
  if (device === '' && template.includes('{device}')) return ''
  return template.replace(/\{(group|node|device)\}/g, (_, name: string) =>
    name === 'group' ? group : name === 'node' ? node : device,
  )
}
