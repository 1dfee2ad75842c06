import { after, before } from 'node:test'
import { silentLogger } from '../../src/core/logger.js'
import { createSink } from '../../src/sinks/create-sink.js'
import { type Influxd, startInfluxd } from '../support/influxd.js'
import { historyOf } from './batches.js'
import { contractOfHistory, contractOfWriting } from './contract.js'

let influxd: Influxd
let databases = 0

before(async () => {
  influxd = await startInfluxd()
})
after(() => influxd.remove())

async function open() {
  const database = `contract-${++databases}`
  const sink = createSink(
    { name: 'influx', type: 'influxdb', version: 1, url: influxd.url, database },
    silentLogger,
  )
  await sink.start()
  return sink
}

contractOfWriting('influxd', {
  open,
  async read(sink, field) {
    const rows = await sink.query(historyOf(field))
    return Object.fromEntries(rows.map(({ time, value }) => [time, Number(value)]))
  },
})
contractOfHistory('influxd', { open })
