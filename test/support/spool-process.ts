/**
 * A process with a spool and a store in memory, which does what its parent says:
 * {accept: n, bytes} accepts n messages, {checkpoint}, {status}, {close}. It tells of each acknowledgement.
 */
import { ScriptedSink } from './scripted-sink.js'
import { SpoolRig } from './spool-rig.js'

export interface SpoolCommand {
  readonly accept?: number
  readonly bytes?: number
  readonly checkpoint?: boolean
  readonly close?: boolean
}

export interface SpoolReport {
  readonly acknowledged: number
  readonly state: string
  readonly stored: number
  readonly pending: number
  readonly blocks: number
}

const sink = new ScriptedSink('a')
const rig = await SpoolRig.open({ sinks: [sink], directory: process.argv[2]! })
let accepted = 0
let acknowledged = 0

process.on('message', async ({ accept = 0, bytes = 0, checkpoint, close }: SpoolCommand) => {
  for (let i = 0; i < accept; i++) {
    const point = `${accepted++}-`.padEnd(bytes, 'x')
    void rig.accept('imm-01', { points: [point] }).then(() => acknowledged++)
  }
  if (checkpoint === true) await rig.checkpointer.run()
  if (close === true) {
    await rig.close()
    process.disconnect()
    return
  }
  process.send!({
    acknowledged,
    state: rig.spool.status().state,
    stored: sink.stored.size,
    pending: rig.ledger.totals().points.pending,
    blocks: rig.spool.status().blocks,
  } satisfies SpoolReport)
})
process.send!('ready')
