import type { Device } from '../../core/device.js'
import type { TreeNode } from '../../core/registry.js'
import type { PlaceLevel } from '../networking/place.js'
import { levelOf, levelsOf } from '../networking/place.js'
import type { ProductionFigures } from './figures.js'
import type { Places } from './shift-close.js'

/** A node of the tree, or a device, with its figures. */
export interface ProductionRow {
  readonly path: string
  readonly level: PlaceLevel
  readonly figures: ProductionFigures
}

/** What rows are made of. */
export interface RowSources {
  readonly places: Places
  of(slot: number): ProductionFigures | undefined
  ofNode(node: TreeNode): ProductionFigures
}

/**
 * The node at a path and those below it, `depth` levels deep, each before what is below it; a device counts as one level.
 * Only what has production. Undefined if there is neither a node nor a device.
 */
export function productionRows(
  sources: RowSources,
  path: string,
  depth: number,
): Iterable<ProductionRow> | undefined {
  const { places } = sources
  const node = places.tree.node(path)
  if (node !== undefined) return rowsOf(sources, node, depth)
  const device = places.find(path).find((found) => found.path === path)
  return device === undefined ? undefined : deviceRows(sources, device)
}

function* rowsOf(sources: RowSources, node: TreeNode, depth: number): Iterable<ProductionRow> {
  const { places } = sources
  const figures = sources.ofNode(node)
  if (figures.devices === 0) return
  const level = levelOf(levelsOf(node, (slot) => places.get(slot)))
  yield { path: node.path, level, figures }
  if (depth === 0) return
  for (const slot of node.slots) {
    const device = places.get(slot)
    if (device !== undefined) yield* deviceRows(sources, device)
  }
  for (const child of node.children) yield* rowsOf(sources, child, depth - 1)
}

function* deviceRows(sources: RowSources, { slot, path }: Device): Iterable<ProductionRow> {
  const figures = sources.of(slot)
  if (figures !== undefined) yield { path, level: 'device', figures }
}
