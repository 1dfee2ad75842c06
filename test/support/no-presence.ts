import type { TreeNode } from '../../src/core/registry.js'
import type { PresenceView } from '../../src/devices/presence/presence-view.js'

const ROOT: TreeNode = { path: '', name: '', parent: undefined, children: [], slots: [] }
const NO_SUM = { add: () => undefined, of: () => 0 }

/** What live streams read of presence where no devices are registered. */
export const NO_PRESENCE: PresenceView = {
  tree: { root: ROOT, node: (path) => (path === '' ? ROOT : undefined), revision: 0, sum: () => NO_SUM },
  sums: {
    registered: NO_SUM,
    discovered: NO_SUM,
    connected: NO_SUM,
    fresh: NO_SUM,
    stale: NO_SUM,
    offline: NO_SUM,
    unknown: NO_SUM,
  },
  of: () => ({
    state: 'unknown',
    connected: false,
    clientId: '',
    sinceMs: 0,
    lastHeardMs: 0,
    reason: { code: 'never_seen', en: '', zh: '' },
  }),
  device: () => undefined,
  counts: () => false,
  isFresh: () => false,
  isConnected: () => false,
  revision: 0,
  changedAfter: () => new Set(),
  totalTransitions: 0,
  transitionsAfter: () => [],
}
