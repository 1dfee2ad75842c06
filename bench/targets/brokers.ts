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

export function startBareAedes(): Promise<Target> {
  return startScript('bare Aedes, in memory', './bare-aedes.js')
}

/** The floor: what no gateway that keeps the promise can leave out. */
export function startRawFloor(): Promise<Target> {
  return startScript('floor: frames, JSON.parse, disk', './raw-floor.js')
}

async function startScript(name: string, script: string): Promise<Target> {
  const mqttPort = await freePort()
  const directory = mkdtempSync(join(tmpdir(), 'linegate-bench-'))
  const file = fileURLToPath(new URL(script, import.meta.url))
  const child = start(process.execPath, [file, String(mqttPort), directory])
  await listening(mqttPort)
  return {
    name,
    mqttPort,
    pids: { broker: child.pid! },
    stop: async () => {
      await stop(child)
      rmSync(directory, { recursive: true })
    },
  }
}
