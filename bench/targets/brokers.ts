import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../test/support/ports.js'
import { listening, start, stop } from '../processes.js'
import type { Target } from './target.js'

/** Mosquitto as Debian ships it, without persistence and without limits on what is in flight. */
export async function startMosquitto(): Promise<Target> {
  const directory = mkdtempSync(join(tmpdir(), 'linegate-bench-'))
  const mqttPort = await freePort()
  const file = join(directory, 'mosquitto.conf')
  const lines = [`listener ${mqttPort} 127.0.0.1`, 'allow_anonymous true', 'persistence false']
  writeFileSync(
    file,
    [...lines, 'max_inflight_messages 0', 'max_queued_messages 0', 'log_type none', ''].join('\n'),
  )
  const child = start('mosquitto', ['-c', file])
  await listening(mqttPort)
  return {
    name: 'Mosquitto, in memory',
    mqttPort,
    pids: { broker: child.pid! },
    stop: async () => {
      await stop(child)
      rmSync(directory, { recursive: true })
    },
  }
}

export async function startBareAedes(): Promise<Target> {
  const mqttPort = await freePort()
  const script = fileURLToPath(new URL('./bare-aedes.js', import.meta.url))
  const child = start(process.execPath, [script, String(mqttPort)])
  await listening(mqttPort)
  return {
    name: 'bare Aedes, in memory',
    mqttPort,
    pids: { broker: child.pid! },
    stop: () => stop(child),
  }
}
