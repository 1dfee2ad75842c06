import { type Static, Type } from 'typebox'
import { LEVELS } from '../../core/device.js'
import { GatewayError } from '../../core/errors.js'
import type { TreeNode } from '../../core/registry.js'
import type { DeviceDirectory } from '../../core/views.js'
import type { NetworkingView } from '../../devices/networking/figures.js'
import { levelOf, levelsOf } from '../../devices/networking/place.js'
import { type Child, childrenOf } from '../../devices/networking/tree-walk.js'
import { CLOSED, NOTHING, route } from '../route.js'
import { narrowedPath } from '../scope/scoped-devices.js'

const MAX_DEPTH = LEVELS.length
/** Of one level in one answer. */
const MAX_NODES_PER_LEVEL = 1_000

const Count = Type.Integer({ minimum: 0 })
const count = (description: string) => Type.Integer({ minimum: 0, description })
const fraction = (description: string) =>
  Type.Union([Type.Number({ minimum: 0 }), Type.Null()], { description })

const Node = Type.Cyclic(
  {
    TreeNode: Type.Object({
      path: Type.String({ description: 'Place in the tree; empty for all.' }),
      name: Type.String(),
      level: Type.Enum(['all', ...LEVELS]),
      registered: count('Confirmed devices; all other counts but discovered are of these.'),
      discovered: count('Devices that spoke and wait to be confirmed or rejected.'),
      connected: count('With an open session.'),
      fresh: count('Heard within their interval and survival time.'),
      stale: count('Silent for longer.'),
      offline: count('Their session is gone, or they said that they go.'),
      unknown: count('Never seen.'),
      networkingRate: fraction('fresh / registered'),
      sessionRate: fraction('connected / registered'),
      deliveryRate: Type.Object(
        {
          minute: fraction('Over the last minute.'),
          hour: fraction('Over the last hour.'),
          shift: fraction('Over the shift; null between shifts.'),
        },
        {
          description:
            'Received / expected messages of the devices with a stated interval; null where less than one was expected.',
        },
      ),
      children: Type.Array(Type.Ref('TreeNode'), { description: 'Sorted by name.' }),
      omitted: Type.Optional(Count),
    }),
  },
  'TreeNode',
)
type Node = Static<typeof Node>

const Query = Type.Object(
  {
    path: Type.String({
      description: 'Where to begin: a path of one to four levels, or empty for all.',
      maxLength: 1_024,
      default: '',
    }),
    depth: Type.Integer({
      description: 'Levels below it that are answered.',
      minimum: 0,
      maximum: MAX_DEPTH,
      default: 1,
    }),
  },
  CLOSED,
)

export const treeRoute = route(
  {
    url: '/api/v1/tree',
    access: { role: 'viewer', scope: 'tree' },
    summary: `How much of a part of the factory is connected. A level has ${MAX_NODES_PER_LEVEL} nodes at the most, first by name; omitted counts the children left out.`,
    params: NOTHING,
    query: Query,
    answer: Node,
    errors: ['LG_PLACE_UNKNOWN'],
  },
  ({ devices, registry, networking }, { query: { path: asked, depth }, identity }) => {
    const writer = new TreeWriter(devices, networking, depth)
    const path = narrowedPath(asked, identity.scope) ?? asked
    const root = placeAt(devices, registry.tree.node(path), path)
    if (root === undefined) throw new GatewayError('LG_PLACE_UNKNOWN', { path })
    return writer.node(root, 0)
  },
)

/** The root is there though there may be no device yet. */
function placeAt(devices: DeviceDirectory, node: TreeNode | undefined, path: string): Child | undefined {
  const name = path.slice(path.lastIndexOf('/') + 1)
  if (node !== undefined) return { path, name, node, slot: 0 }
  const [device] = devices.find(path)
  return device?.path === path ? { path, name, node, slot: device.slot } : undefined
}

class TreeWriter {
  readonly #devices: DeviceDirectory
  readonly #networking: NetworkingView
  readonly #depth: number
  /** By level below the root of the answer: how many nodes it can still take. */
  readonly #room: number[]

  constructor(devices: DeviceDirectory, networking: NetworkingView, depth: number) {
    this.#devices = devices
    this.#networking = networking
    this.#depth = depth
    this.#room = new Array<number>(depth).fill(MAX_NODES_PER_LEVEL)
  }

  node({ path, name, node, slot }: Child, depth: number): Node {
    const below = this.#below(node, depth)
    return {
      path,
      name,
      level: node === undefined ? 'device' : levelOf(levelsOf(node, this.#device)),
      ...this.#networking.figures(node ?? slot),
      children: below.children.map((child) => this.node(child, depth + 1)),
      ...(below.omitted === 0 ? {} : { omitted: below.omitted }),
    }
  }

  #below(node: TreeNode | undefined, depth: number) {
    if (node === undefined || depth === this.#depth) return { children: [], omitted: 0 }
    const below = childrenOf(node, this.#device, this.#room[depth]!)
    this.#room[depth]! -= below.children.length
    return below
  }

  readonly #device = (slot: number) => this.#devices.get(slot)
}
