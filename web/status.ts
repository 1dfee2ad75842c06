import type { ConnectionState } from './connection.js'
import { byId, write } from './elements.js'
import { text } from './language.js'

const LABELS = {
  connecting: 'stateConnecting',
  live: 'stateLive',
  stale: 'stateStale',
  lost: 'stateLost',
} as const

/** Says how the connection is and, when it is not well, how old the figures on the page are. */
export function showStatus(state: ConnectionState, ageSeconds: number): void {
  document.body.dataset.state = state
  write(byId('state'), text(LABELS[state]))
  const age = text('dataAge', { seconds: String(ageSeconds) })
  const trying = text('retrying')
  const details = { connecting: '', live: '', stale: age, lost: `${age}, ${trying}` }
  write(byId('state-detail'), details[state])
}
