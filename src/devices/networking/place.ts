import { type Device, LEVELS, type Level } from '../../core/device.js'
import type { Tag } from '../../core/point-batch.js'
import type { TreeNode } from '../../core/registry.js'

/** What a node of the tree stands for; `all` is the root. */
export type PlaceLevel = 'all' | Level

/**
 * The levels of a node: those of a device at or below it, as far as the node's path goes. A device may leave levels out,
 * so the depth of a node does not tell which one it is.
 */
export function levelsOf(node: TreeNode, device: (slot: number) => Device | undefined): Tag[] {
  if (node.parent === undefined) return []
  const depth = node.path.split('/').length
  const below = anyBelow(node, device)
  if (below === undefined) return []
  const known = LEVELS.filter((level) => below[level] !== '')
  return known.slice(0, depth).map((level) => ({ name: level, value: below[level] }))
}

export function levelOf(levels: readonly Tag[]): PlaceLevel {
  return (levels.at(-1)?.name ?? 'all') as PlaceLevel
}

/** One with a place of its own below the node, if there is any: one right at the node says less about it. */
function anyBelow(node: TreeNode, device: (slot: number) => Device | undefined): Device | undefined {
  let at: Device | undefined
  for (const slot of node.slots) {
    const found = device(slot)
    if (found !== undefined && found.path !== node.path) return found
    at ??= found
  }
  for (const child of node.children) {
    const found = anyBelow(child, device)
    if (found !== undefined) return found
  }
  return at
}
