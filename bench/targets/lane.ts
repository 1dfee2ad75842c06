import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../test/support/ports.js'
import { type Entrance, entryOf, nameOf } from '../entrance.js'
import { listening, start, stop } from '../processes.js'
import type { Target } from './target.js'

const PROBE = fileURLToPath(new URL('./lane-probe.js', import.meta.url))

/** The broker without what is behind it (lane-probe.ts). */
export async function startLane(entrance: Entrance): Promise<Target> {
  const directory = mkdtempSync(join(tmpdir(), 'linegate-bench-lane-'))
  const mqttPort = await freePort()
  await entrance.fleet?.enrol(directory)
  const { profiles } = entrance.fleet?.permissions ?? {}
  const args = [PROBE, String(mqttPort), directory, ...(profiles === undefined ? [] : [profiles])]
  const child = start(process.execPath, args)
  await listening(mqttPort)
  return {
    name: nameOf('broker alone', entrance),
    mqttPort,
    entry: entryOf(entrance),
    pids: { broker: child.pid! },
    stop: async () => {
      await stop(child)
      rmSync(directory, { recursive: true })
    },
  }
}
