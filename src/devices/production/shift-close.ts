import type { Device } from '../../core/device.js'
import type { Tag } from '../../core/point-batch.js'
import type { DeviceTree, TreeNode } from '../../core/registry.js'
import type { Shift } from '../../core/shifts.js'
import type { DeviceProduction } from './device-production.js'
import { figuresOf, type ProductionFigures } from './figures.js'
import type { NodeSums } from './node-sums.js'
import { deviceTags, nodeTags, type ProductionPoint } from './points.js'
import { setTerms, TERMS, Term } from './terms.js'

export interface Places {
  readonly tree: DeviceTree
  get(slot: number): Device | undefined
  /** Devices with this path, or else all with this name. */
  find(nameOrPath: string): readonly Device[]
}

interface NodeFigures {
  readonly tags: readonly Tag[]
  readonly figures: ProductionFigures
}

/** The figures of every node with production, as they are now. */
export function* nodeFigures(
  places: Places,
  sums: NodeSums,
  shift: Shift,
  untilMs: number,
  node: TreeNode = places.tree.root,
): Iterable<NodeFigures> {
  const terms = sums.of(node)
  if (terms[Term.devices] === 0) return
  const tags = nodeTags(node, (slot) => places.get(slot))
  if (tags !== undefined) yield { tags, figures: figuresOf(terms, shift, untilMs) }
  for (const child of node.children) yield* nodeFigures(places, sums, shift, untilMs, child)
}

/** The figures of every device in the period of the shift. */
export function* devicePoints(
  places: Places,
  devices: Iterable<DeviceProduction>,
  point: Omit<ProductionPoint, 'tags' | 'figures'>,
  untilMs: number,
): Iterable<ProductionPoint> {
  const terms = new Float64Array(TERMS)
  for (const device of devices) {
    const place = places.get(device.slot)
    const totals = device.totalsOf(point.shift.startMs)
    if (place === undefined || totals === undefined) continue
    setTerms(terms, device, totals)
    yield { ...point, tags: deviceTags(place), figures: figuresOf(terms, point.shift, untilMs) }
  }
}

/** A shift that ended: what its nodes had then, taken before the next one began. */
export class ShiftClose {
  readonly shift: Shift
  readonly #nodes: readonly NodeFigures[]
  /** The end, but for a shift that a new calendar cut short. */
  readonly #untilMs: number

  constructor(shift: Shift, places: Places, sums: NodeSums, nowMs: number) {
    this.shift = shift
    this.#untilMs = Math.min(shift.endMs, nowMs)
    this.#nodes = [...nodeFigures(places, sums, shift, this.#untilMs)]
  }

  /** Timed with the shift's last millisecond: at its end the next one has begun. */
  *points(places: Places, devices: Iterable<DeviceProduction>): Iterable<ProductionPoint> {
    const point = { shift: this.shift, isClosed: true, timeMs: this.#untilMs - 1 }
    for (const node of this.#nodes) yield { ...point, ...node }
    yield* devicePoints(places, devices, point, this.#untilMs)
  }
}
