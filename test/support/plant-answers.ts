import assert from 'node:assert/strict'
import type { GatewayProcess } from './gateway-process.js'
import { eventually } from './ports.js'

const COUNTS = ['registered', 'discovered', 'connected', 'fresh', 'stale', 'offline', 'unknown'] as const
export type PlantCounts = Readonly<Record<(typeof COUNTS)[number], number>>

export interface PlantNode extends PlantCounts {
  readonly path: string
  readonly level: string
  readonly networkingRate: number | null
  readonly sessionRate: number | null
  readonly children: readonly PlantNode[]
}

/** `GET /api/v1/tree`, which is checked: a node is the sum of what is below it, and its states add up. */
export async function plantTree(gateway: GatewayProcess, path = '', depth = 4): Promise<PlantNode> {
  const node = await gateway.get<PlantNode>(`/api/v1/tree?path=${path}&depth=${depth}`)
  assertSums(node)
  return node
}

/** Waits for counts of all devices. Those that are not given may be anything. */
export function counted(
  gateway: GatewayProcess,
  wanted: Partial<PlantCounts>,
  withinMs?: number,
): Promise<PlantNode> {
  let last: PlantNode | undefined
  return eventually(
    `counts are ${JSON.stringify(wanted)}`,
    async () => {
      last = await plantTree(gateway, '', 0)
      const isSo = Object.entries(wanted).every(
        ([kind, count]) => last?.[kind as keyof PlantCounts] === count,
      )
      return isSo ? last : undefined
    },
    withinMs,
  ).catch((error: Error) => {
    throw new Error(`${error.message}; they are ${JSON.stringify(last)}`)
  })
}

export function countsOf(node: PlantCounts): PlantCounts {
  const { registered, discovered, connected, fresh, stale, offline, unknown } = node
  return { registered, discovered, connected, fresh, stale, offline, unknown }
}

export function assertSums(node: PlantNode): void {
  const where = node.path === '' ? 'all' : node.path
  assert.equal(node.registered, node.fresh + node.stale + node.offline + node.unknown, where)
  if (node.children.length === 0) return
  for (const kind of COUNTS) {
    const sum = node.children.reduce((all, child) => all + child[kind], 0)
    assert.equal(node[kind], sum, `${kind} of ${where} is the sum of its children`)
  }
  for (const child of node.children) assertSums(child)
}

/** Sends to the API, and fails unless it agrees. */
export async function send(
  gateway: GatewayProcess,
  method: 'PUT' | 'PATCH' | 'POST' | 'DELETE',
  path: string,
  body?: object | string,
  type = 'application/json',
): Promise<void> {
  const content = typeof body === 'object' ? JSON.stringify(body) : body
  const answer = await fetch(`${gateway.url}${path}`, {
    method,
    ...(content === undefined ? {} : { body: content, headers: { 'content-type': type } }),
  })
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`)
}
