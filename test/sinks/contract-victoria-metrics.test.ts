import assert from 'node:assert/strict'
import { after } from 'node:test'
import { silentLogger } from '../../src/core/logger.js'
import type { Sink } from '../../src/core/sink.js'
import { createSink } from '../../src/sinks/create-sink.js'
import { startVictoriaMetrics, type VictoriaMetrics } from '../support/victoria-metrics.js'
import { contractOfWriting } from './contract.js'

const servers = new Map<Sink, VictoriaMetrics>()

after(async () => {
  for (const server of servers.values()) await server.remove()
})

// It has no buckets, so each test has a server of its own.
contractOfWriting('VictoriaMetrics by the v2 API', {
  async open() {
    const server = await startVictoriaMetrics()
    const options = { org: 'plant', bucket: 'factory', token: 'secret', url: server.url }
    const sink = createSink({ name: 'victoria', type: 'influxdb', version: 2, ...options }, silentLogger)
    servers.set(sink, server)
    await sink.start()
    return sink
  },
  async read(sink, field) {
    const server = servers.get(sink)
    assert.ok(server)
    const series = await server.export(`telemetry_${field}`)
    const rows = series.flatMap(({ values, timestamps }) =>
      timestamps.map((ms, i) => [new Date(ms).toISOString().replace('.000', ''), values[i]!] as const),
    )
    return Object.fromEntries(rows)
  },
})
