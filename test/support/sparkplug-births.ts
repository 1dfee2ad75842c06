import { MemoryStore } from './memory-store.js'
import { Decoding } from './sparkplug-decoding.js'
import type { TestPayload } from './sparkplug-messages.js'

export const NBIRTH = 'spBv1.0/G/NBIRTH/N'
export const NDATA = 'spBv1.0/G/NDATA/N'
export const NDEATH = 'spBv1.0/G/NDEATH/N'
export const DBIRTH = 'spBv1.0/G/DBIRTH/N/D'
export const DDATA = 'spBv1.0/G/DDATA/N/D'
export const DDEATH = 'spBv1.0/G/DDEATH/N/D'

export const NODE_BIRTH: TestPayload = {
  timestamp: 1_700_000_000_000,
  seq: 0,
  bdSeq: 3,
  metrics: [
    { name: 'Node Control/Rebirth', type: 'Boolean', value: false },
    { name: 'cpu', alias: 1, type: 'Double', value: 0.5, unit: '%' },
  ],
}
export const DEVICE_BIRTH: TestPayload = {
  timestamp: 1_700_000_000_001,
  seq: 1,
  metrics: [
    { name: 'temperature', alias: 7, type: 'Double', value: 20.5, unit: 'Cel' },
    { name: 'running', alias: 8, type: 'Boolean', value: true },
  ],
}
export const DEVICE_DATA: TestPayload = {
  timestamp: 1_700_000_000_002,
  seq: 2,
  metrics: [
    { alias: 7, value: 21.25 },
    { alias: 8, value: false },
  ],
}

/** An edge node and its device, both born. */
export function born(store = new MemoryStore()): Decoding {
  const decoding = new Decoding({ store })
  decoding.take(NBIRTH, NODE_BIRTH)
  decoding.take(DBIRTH, DEVICE_BIRTH)
  decoding.events()
  decoding.released.length = 0
  return decoding
}
