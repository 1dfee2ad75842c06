import { deviceName, lineName } from '../../test/support/device-names.js'
import type { Entrance, ServerCertificate } from '../entrance.js'
import { Fleet, OWN_TOPICS } from '../fleet.js'
import type { LoadResult } from '../load.js'
import { cpuSeconds, sleep } from '../processes.js'
import type { Table } from '../report.js'
import { SteadyLoad } from '../steady-load.js'
import type { RoundReport } from '../storm/devices.js'
import { DevicesProcess } from '../storm/devices-process.js'
import { startMosquitto } from '../targets/brokers.js'
import { GatewayTarget } from '../targets/gateway.js'
import type { Target } from '../targets/target.js'

const STEADY = { connections: 50, window: 1_000, rate: 500, seconds: 120 }
const SETTLE_MS = 1_000

interface Stormed {
  readonly what: string
  /** Absent for the time without a storm. */
  readonly report?: RoundReport
  /** Of the broker, while it lasted. */
  readonly brokerCpuSeconds?: number
  readonly ackMs: LoadResult['ackMs']
}

/** What becomes of 50 clients at work when very many others lose their TLS connections and all come back at once. */
export async function connectionStorm(
  count: number,
  quietSeconds: number,
  certificate: ServerCertificate,
): Promise<Table> {
  const fleet = new Fleet(membersOf(count), OWN_TOPICS)
  const entrance: Entrance = { name: 'TLS 1.3 + token', certificate, fleet }
  const rows: (string | number)[][] = []
  const brokers = [
    () => GatewayTarget.start(undefined, 'on', entrance),
    () => startMosquitto({ ...entrance, name: 'TLS 1.3 + password + ACL' }),
  ]
  try {
    for (const starter of brokers) {
      const target = await starter()
      const stormed = await storms(target, count, quietSeconds).finally(() => target.stop())
      rows.push(...stormed.map((one) => toRow(target, one, count)))
    }
  } finally {
    fleet.remove()
  }
  return toTable(count, rows)
}

/** The clients at work first: their logins are those that the load generator looks for at the front. */
function membersOf(count: number) {
  const atWork = Array.from({ length: STEADY.connections }, (_, n) => ({
    name: `imm-${n}`,
    place: `ningbo/moulding/line1/imm-${n}`,
  }))
  const storming = Array.from({ length: count }, (_, n) => ({
    name: deviceName(n),
    place: `ningbo/moulding/${lineName(n)}/${deviceName(n)}`,
  }))
  return [...atWork, ...storming]
}

async function storms(target: Target, count: number, quietSeconds: number): Promise<Stormed[]> {
  const entry = { ...target.entry, port: target.mqttPort }
  const devices = await DevicesProcess.start({ ...entry, count, firstLogin: STEADY.connections })
  try {
    await sleep(SETTLE_MS)
    const quiet = await SteadyLoad.start({ ...entry, ...STEADY })
    await sleep(quietSeconds * 1000)
    const { ackMs } = await quiet.stop()
    const full = await storm(target, devices, false)
    await sleep(SETTLE_MS)
    const resuming = await storm(target, devices, true)
    return [
      { what: 'no storm', ackMs },
      { what: 'full handshakes', ...full },
      { what: 'sessions brought along', ...resuming },
    ]
  } finally {
    await devices.kill()
  }
}

async function storm(
  target: Target,
  devices: DevicesProcess,
  resumes: boolean,
): Promise<Omit<Stormed, 'what'>> {
  const steady = await SteadyLoad.start({ ...target.entry, ...STEADY, port: target.mqttPort })
  const pid = target.pids.gateway ?? target.pids.broker!
  const before = cpuSeconds(pid)
  const report = await devices.storm({ resumes })
  const brokerCpuSeconds = cpuSeconds(pid) - before
  const { sent, acked, ackMs } = await steady.stop()
  if (acked !== sent) throw new Error(`${target.name}: ${sent - acked} messages were not acknowledged`)
  console.error(`  ${target.name}: ${JSON.stringify(report)}, acknowledged ${JSON.stringify(ackMs)}`)
  return { report, brokerCpuSeconds, ackMs }
}

function toRow(
  { name }: Target,
  { what, report, brokerCpuSeconds = Number.NaN, ackMs }: Stormed,
  count: number,
) {
  const { p50, p99, max } = ackMs
  if (report === undefined) return [name, what, '–', '–', '–', '–', '–', '–', '–', p50, p99, max]
  const { seconds, p50Seconds, missing, retries, resumed, cpuSeconds: clients } = report
  const back = missing === 0 ? seconds : `${missing} not back`
  const each = (cpu: number) => ((cpu * 1000) / (count + retries)).toFixed(2)
  return [
    name,
    what,
    back,
    p50Seconds,
    (count - missing) / seconds,
    resumed,
    retries,
    each(brokerCpuSeconds),
    each(clients),
    p50,
    p99,
    max,
  ]
}

function toTable(count: number, rows: Table['rows']): Table {
  const devices = count.toLocaleString('en-US')
  return {
    title: `${devices} devices lose their TLS connections and come back at once`,
    columns: [
      '',
      '',
      'all publish again after s',
      'half of them after s',
      'connects/s',
      'resumed',
      'tried again',
      'broker CPU ms/connect',
      'clients CPU ms/connect',
      'ack ms p50',
      'p99',
      'max',
    ],
    rows,
    note:
      `All sockets are destroyed in one moment, without DISCONNECT; each of the ${devices} devices then makes a TLS 1.3 handshake (ECDSA P-256), ` +
      'sends its CONNECT with a token, publishes one message of QoS 1 and counts when it has the PUBACK. “ack ms” is of ' +
      `${STEADY.connections} other clients that stay connected and publish ${STEADY.rate} messages/s together, counted from when each message was ` +
      'due. The devices run in one process on the same 2 cores: it and the broker take a core each, and the slower of the two ' +
      'sets the pace (compare their CPU ms/connect).',
  }
}
