import type { EntryOptions } from '../entry.js'

/** Something that acknowledges messages, running, and the processes that work for it. */
export interface Target {
  readonly name: string
  readonly mqttPort: number
  /** How clients come in; plain and anonymous when absent. */
  readonly entry?: Omit<EntryOptions, 'port'>
  readonly pids: Readonly<Record<string, number>>
  /** Waits until everything acknowledged is also stored, and returns how many points are; absent for plain brokers. */
  readonly settled?: () => Promise<number>
  stop(): Promise<void>
}
