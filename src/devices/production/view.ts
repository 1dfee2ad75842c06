import type { TreeNode } from '../../core/registry.js'
import type { Shift } from '../../core/shifts.js'
import type { ProductionFigures } from './figures.js'
import type { ProductionRow } from './rows.js'

/** What readers see. */
export interface ProductionView {
  /** Rises with every change of a figure. */
  readonly revision: number
  /** Undefined for a device that says nothing about production. */
  of(slot: number): ProductionFigures | undefined
  /** To a second. */
  ofNode(node: TreeNode): ProductionFigures
  /** The shift that runs; undefined between shifts. */
  readonly shift: Shift | undefined
  /** What is at and below a path of the tree, as `productionRows` says. */
  rows(path: string, depth: number): Iterable<ProductionRow> | undefined
}
