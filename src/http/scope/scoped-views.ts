import type { HttpViews } from '../inputs.js'
import { narrowedPath, ScopedDevices } from './scoped-devices.js'
import { ScopedIdentifiers } from './scoped-identifiers.js'
import { ScopedLedger } from './scoped-ledger.js'
import { ScopedLetters } from './scoped-letters.js'
import { ScopedRegistry } from './scoped-registry.js'
import { ScopedReplay } from './scoped-replay.js'

/**
 * What a route sees whose asker has a scope: everything within it, and nothing else. Routes are given these views instead of
 * the whole ones, so that one which forgets about scopes shows too little, and never too much.
 */
export function scopedViews(views: HttpViews, scope: string): HttpViews {
  if (scope === '') return views
  const { production, replay, identifiers, trials: _, reloads: _reloads, ...rest } = views
  const devices = new ScopedDevices(views.devices, scope)
  const deadLetters = new ScopedLetters(views.deadLetters, views.devices, scope)
  const registry = new ScopedRegistry(views.registry, scope)
  return {
    ...rest,
    devices,
    registry,
    ledger: new ScopedLedger(views.ledger, devices),
    deadLetters,
    latest: { of: (slot) => (devices.get(slot) === undefined ? [] : views.latest.of(slot)) },
    // Of the whole gateway.
    sinks: { statuses: () => [] },
    ...(identifiers === undefined ? {} : { identifiers: new ScopedIdentifiers(identifiers, registry) }),
    ...(production === undefined ? {} : { production: scopedProduction(production, scope) }),
    ...(replay === undefined ? {} : { replay: scopedReplay(replay, deadLetters, scope) }),
  }
}

type Production = NonNullable<HttpViews['production']>

function scopedProduction(production: Production, scope: string): Production {
  return {
    get revision() {
      return production.revision
    },
    get shift() {
      return production.shift
    },
    of: (slot) => production.of(slot),
    ofNode: (node) => production.ofNode(node),
    rows: (path, depth) => {
      const narrowed = narrowedPath(path, scope)
      return narrowed === undefined ? undefined : production.rows(narrowed, depth)
    },
  }
}

type Replay = NonNullable<HttpViews['replay']>

function scopedReplay({ replaying, trial }: Replay, letters: ScopedLetters, scope: string): Replay {
  return { replaying: new ScopedReplay(replaying, letters, scope), trial }
}
