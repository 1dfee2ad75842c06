import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { freePort } from '../../test/support/ports.js'
import { type Entrance, entryOf, nameOf, OPEN } from '../entrance.js'
import { listening, start, stop } from '../processes.js'
import type { Target } from './target.js'

/** Mosquitto as Debian ships it, without persistence and without limits on what is in flight. */
export async function startMosquitto(entrance: Entrance = OPEN): Promise<Target> {
  const directory = mkdtempSync(join(tmpdir(), 'linegate-bench-'))
  const mqttPort = await freePort()
  const file = join(directory, 'mosquitto.conf')
  writeFileSync(file, `${mosquittoLines(mqttPort, entrance).join('\n')}\n`)
  const child = start('mosquitto', ['-c', file])
  await listening(mqttPort)
  return {
    name: nameOf('Mosquitto, in memory', entrance),
    mqttPort,
    entry: entryOf(entrance),
    pids: { broker: child.pid! },
    stop: async () => {
      await stop(child)
      rmSync(directory, { recursive: true })
    },
  }
}

function mosquittoLines(port: number, { certificate, fleet }: Entrance): string[] {
  const tls = certificate && [
    `certfile ${certificate.certFile}`,
    `keyfile ${certificate.keyFile}`,
    'tls_version tlsv1.3',
  ]
  // Started by root it would become a user who may not read files of ours.
  const user = certificate === undefined && fleet === undefined ? [] : [`user ${userInfo().username}`]
  const common = ['persistence false', 'max_inflight_messages 0', 'max_queued_messages 0', 'log_type none']
  const access = fleet?.mosquittoLines() ?? ['allow_anonymous true']
  return [...user, `listener ${port} 127.0.0.1`, ...(tls ?? []), ...common, ...access]
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
