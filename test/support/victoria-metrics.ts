import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { freePort } from './ports.js'
import { ServerProcess } from './server-process.js'

/** A sample as VictoriaMetrics exports it: the field `f` of measurement `m` is the metric `m_f`. */
export interface ExportedSeries {
  readonly metric: Readonly<Record<string, string>>
  readonly values: readonly number[]
  /** Epoch milliseconds. */
  readonly timestamps: readonly number[]
}

/** A real VictoriaMetrics on 127.0.0.1, which speaks the v2 write API of InfluxDB. It stores numbers only. */
export interface VictoriaMetrics {
  readonly url: string
  /** All series of a metric. */
  export(metric: string): Promise<ExportedSeries[]>
  down(): Promise<void>
  up(): Promise<void>
  remove(): Promise<void>
}

export async function startVictoriaMetrics(): Promise<VictoriaMetrics> {
  const directory = mkdtempSync(join(tmpdir(), 'linegate-victoria-'))
  const port = await freePort()
  const url = `http://127.0.0.1:${port}`
  const parameters = [
    `-storageDataPath=${directory}`,
    `-httpListenAddr=127.0.0.1:${port}`,
    '-retentionPeriod=100y',
  ]
  const server = new ServerProcess(
    'victoria-metrics',
    parameters,
    async () => (await fetch(`${url}/health`)).ok,
  )
  await server.up()
  return {
    url,
    async export(metric) {
      await fetch(`${url}/internal/force_flush`)
      const answer = await fetch(`${url}/api/v1/export?match[]=${encodeURIComponent(metric)}`)
      const lines = (await answer.text()).split('\n').filter((line) => line !== '')
      return lines.map((line) => JSON.parse(line) as ExportedSeries)
    },
    down: () => server.down(),
    up: () => server.up(),
    async remove() {
      await server.down('SIGKILL')
      rmSync(directory, { recursive: true, force: true })
    },
  }
}
