import { startInfluxd } from '../../test/support/influxd.js'
import { type Entrance, OPEN, type ServerCertificate } from '../entrance.js'
import { Fleet, type Member, OWN_TOPICS, WHOLE_LINE } from '../fleet.js'
import type { Generator } from '../generators.js'
import { median, type Table } from '../report.js'
import { startMosquitto } from '../targets/brokers.js'
import { GatewayTarget } from '../targets/gateway.js'
import { startLane } from '../targets/lane.js'
import { alternate, type Measured } from './throughput.js'

const CONNECTIONS = 100
const LINE = 'ningbo/moulding/line1'

const DEVICES: readonly Member[] = Array.from({ length: CONNECTIONS }, (_, n) => ({
  name: `imm-${n}`,
  place: `${LINE}/imm-${n}`,
}))
const ONE_FOR_ALL: readonly Member[] = [{ name: 'line1', place: LINE }]

const PLAIN = 'plain, anonymous'

/** What TLS, tokens and permissions take of the rate of connections that there are: all of them, alternating. */
export async function securedIngest(
  generator: Generator,
  certificate: ServerCertificate,
  seconds: number,
  rounds: number,
): Promise<Table> {
  const fleet = new Fleet(DEVICES, OWN_TOPICS)
  const plain = { name: PLAIN }
  const token = { name: 'token + permissions', fleet }
  const tls = { name: 'TLS 1.3, anonymous', certificate }
  const both = { name: 'TLS 1.3 + token + permissions', certificate, fleet }
  const mosquitto = [OPEN, { name: 'TLS 1.3 + password + ACL', certificate, fleet }]
  const load = { connections: CONNECTIONS, window: 100, seconds }
  try {
    return await sideBySide(generator, load, rounds, [plain, token, tls, both], mosquitto)
  } finally {
    fleet.remove()
  }
}

/** The same without TLS, for a generator that does not speak it; with one login for all of its connections. */
export async function permittedIngest(generator: Generator, seconds: number, rounds: number): Promise<Table> {
  const fleet = new Fleet(ONE_FOR_ALL, WHOLE_LINE)
  const token = { name: 'token of the line + permissions', fleet }
  const mosquitto = [OPEN, { name: 'password + ACL', fleet }]
  const load = { connections: CONNECTIONS, window: 32, seconds }
  try {
    return await sideBySide(generator, load, rounds, [{ name: PLAIN }, token], mosquitto)
  } finally {
    fleet.remove()
  }
}

/** What a message costs the express lane with and without permissions, when nothing is behind it. */
export async function permittedLane(generator: Generator, seconds: number, rounds: number): Promise<Table> {
  const fleet = new Fleet(DEVICES, OWN_TOPICS)
  const entrances = [{ name: PLAIN }, { name: 'token + permissions', fleet }]
  const starters = entrances.map((entrance) => () => startLane(entrance))
  try {
    const load = { connections: CONNECTIONS, window: 100, seconds }
    const results = [...(await alternate(starters, generator, load, rounds)).values()]
    const cpu = (all: readonly Measured[]) => median(all.map(({ cpuUs }) => cpuUs.broker!))
    const rate = (all: readonly Measured[]) => median(all.map(({ ackedPerSecond }) => ackedPerSecond))
    return {
      title: `The express lane with nothing behind it (${generator.name}, ${CONNECTIONS} connections, window 100)`,
      columns: ['', 'acknowledged/s', 'CPU µs/message', 'µs more'],
      rows: results.map((all) => [
        all[0]!.target,
        rate(all),
        cpu(all).toFixed(3),
        (cpu(all) - cpu(results[0]!)).toFixed(3),
      ]),
      note: 'Nothing is decoded or stored: it is acknowledged at the end of the turn. Each connection repeats its topic, as devices do.',
    }
  } finally {
    fleet.remove()
  }
}

async function sideBySide(
  generator: Generator,
  load: { connections: number; window: number; seconds: number },
  rounds: number,
  gateways: readonly Entrance[],
  brokers: readonly Entrance[],
): Promise<Table> {
  const influxd = await startInfluxd()
  try {
    const starters = [
      ...gateways.map((entrance) => () => GatewayTarget.start(influxd, 'on', entrance)),
      ...brokers.map((entrance) => () => startMosquitto(entrance)),
    ]
    const results = [...(await alternate(starters, generator, load, rounds)).values()]
    const firsts = [results[0]!, results[gateways.length]!]
    const rows = results.map((measured, i) => toRow(measured, firsts[i < gateways.length ? 0 : 1]!))
    return toTable(generator, load.window, rows)
  } finally {
    await influxd.remove()
  }
}

/** @param plain of the same broker, without anything */
function toRow(measured: readonly Measured[], plain: readonly Measured[]): (string | number)[] {
  const of = (all: readonly Measured[], value: (one: Measured) => number) => median(all.map(value))
  const rate = (all: readonly Measured[]) => of(all, ({ ackedPerSecond }) => ackedPerSecond)
  const cpu = of(measured, ({ cpuUs }) => cpuUs.gateway ?? cpuUs.broker!)
  const influxd = of(measured, ({ cpuUs }) => cpuUs.influxd ?? Number.NaN)
  return [
    measured[0]!.target,
    rate(measured),
    rate(measured) / rate(plain),
    Number.isNaN(influxd) ? '–' : of(measured, ({ storedPerSecond }) => storedPerSecond),
    Number.isNaN(influxd) ? cpu.toFixed(2) : `${cpu.toFixed(2)} (influxd ${influxd.toFixed(2)})`,
    of(measured, ({ generatorCpuUs }) => generatorCpuUs),
  ]
}

function toTable({ name }: Generator, window: number, rows: Table['rows']): Table {
  return {
    title: `What security takes: acknowledged QoS 1 messages per second (${name}, ${CONNECTIONS} connections, window ${window}, JSON of 3 fields)`,
    columns: ['', 'acknowledged/s', '× plain', 'stored/s', 'CPU µs/message', 'generator CPU µs/message'],
    rows,
    note:
      'Connections are established before the clock runs. “× plain” is to the same broker without TLS, authentication and permissions. The ' +
      'generator encrypts on the same 2 cores: what TLS adds to its CPU per message is taken from the rate, too, and on a machine of its own ' +
      `would not be. The CPU of brokers has the ${CONNECTIONS} handshakes in it.`,
  }
}
